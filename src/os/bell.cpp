#include "os/bell.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "base/message.h"
#include "os/system_error.h"

namespace portolan::os {

Result<Bell> Bell::open() {
  FileDescriptor event{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!event.is_open()) return fail(Errc::limit, said("cannot open a descriptor: {}", error_text(errno)));
  return Bell{std::move(event)};
}

void Bell::ring() const {
  const std::uint64_t one = 1;
  (void)!::write(event_.get(), &one, sizeof one);  // full: it is readable all the same
}

void Bell::clear() const {
  std::uint64_t count = 0;
  (void)!::read(event_.get(), &count, sizeof count);  // empty: it is unreadable all the same
}

void wait_for_any(std::initializer_list<int> descriptors, std::optional<std::chrono::milliseconds> at_most) {
  std::vector<pollfd> watched;
  for (const int descriptor : descriptors) watched.push_back({descriptor, POLLIN, 0});  // poll() passes over -1
  (void)::poll(watched.data(), watched.size(), at_most ? static_cast<int>(at_most->count()) : -1);
}

}  // namespace portolan::os
