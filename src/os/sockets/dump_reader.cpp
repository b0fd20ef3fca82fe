#include "os/sockets/dump_reader.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "os/thread/quiet_thread.h"
#include "wire/netlink_message.h"

namespace portolan::os {
namespace {

// Below this many datagrams a thread costs more than it saves.
constexpr std::size_t alone = 4;

// NLMSG_DONE stands behind the last answers or alone; an error is alone.
bool ends_dump(std::span<const std::uint8_t> datagram) {
  while (!datagram.empty()) {
    const auto header = wire::read_struct<nlmsghdr>(wire::next_message(datagram));
    if (!header || header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) return true;
  }
  return false;
}

}  // namespace

DumpReader::DumpReader(int socket) : socket_{socket}, slots_{std::make_unique<std::array<Slot, slot_count>>()} {}

DumpReader::~DumpReader() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock{mutex_};
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::span<const std::uint8_t> DumpReader::next() {
  if (!thread_.joinable() && ++received_ == alone + 1) {
    // Where this user may have no more threads (RLIMIT_NPROC), it goes on in this one, only slower.
    try {
      thread_ = quiet_thread([this] { read_ahead(); });
    } catch (const std::system_error&) {
      thread_ = {};
    }
  }
  if (thread_.joinable()) return next_from_thread();
  Slot& slot = slots_->front();
  receive(slot);
  error_ = slot.error;
  return {slot.bytes.data(), slot.size};
}

void DumpReader::receive(Slot& slot) const {
  ssize_t size = -1;
  do {
    size = ::recv(socket_, slot.bytes.data(), slot.bytes.size(), 0);
  } while (size < 0 && errno == EINTR);
  slot.error = size < 0 ? errno : 0;
  slot.size = size < 0 ? 0 : static_cast<std::size_t>(size);
}

void DumpReader::read_ahead() {
  for (bool last = false; !last;) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return stopped_ || filled_ - taken_ < slot_count; });
    if (stopped_) return;
    Slot& slot = (*slots_)[filled_ % slot_count];
    lock.unlock();
    receive(slot);
    last = slot.size == 0 || ends_dump({slot.bytes.data(), slot.size});
    lock.lock();
    ++filled_;
    lock.unlock();
    changed_.notify_all();
  }
}

std::span<const std::uint8_t> DumpReader::next_from_thread() {
  std::unique_lock lock{mutex_};
  if (holding_) {
    ++taken_;
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return filled_ > taken_; });
  holding_ = true;
  const Slot& slot = (*slots_)[taken_ % slot_count];
  error_ = slot.error;
  return {slot.bytes.data(), slot.size};
}

}  // namespace portolan::os
