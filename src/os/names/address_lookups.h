// Addresses of names, many looked up at a time beside whatever else goes on.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/ip_address.h"
#include "plan/target_set.h"

namespace portolan::os {

// Called by one thread.
class AddressLookups {
 public:
  using Answer = Result<std::vector<net::IpAddress>>;
  struct Answered {
    std::string name;
    Answer answer;
  };

  // `resolve` waits as long as it takes, and is called by several threads at once. Errc::limit where there are too many
  // open files.
  static Result<std::unique_ptr<AddressLookups>> open(plan::Resolve resolve);
  AddressLookups(const AddressLookups&) = delete;
  AddressLookups& operator=(const AddressLookups&) = delete;
  // Gives up what is under way, at once: a resolver cannot be interrupted, so its thread is left to finish alone.
  ~AddressLookups();

  // Begins a look-up, once a name; does not wait, but where this user may have no thread at all.
  void ask(std::string_view name);
  // nullopt while it is looked up, and for names that nobody asked for.
  [[nodiscard]] std::optional<Answer> answer(std::string_view name) const;
  // What has come since the last call, in the order in which it came.
  std::vector<Answered> take_new();

  // Asks, and waits for the answer. A signal ends that (Errc::io), at once.
  Answer wait_for(std::string_view name);
  // Whether the answer is there by then. A signal ends the wait.
  bool wait_for(std::string_view name, Instant deadline);

  // At a time. So many names of a slow server cost what one costs.
  static constexpr std::size_t most_threads = 64;

 private:
  struct Shared;  // what caller and threads have in common
  explicit AddressLookups(std::shared_ptr<Shared> shared);
  [[nodiscard]] bool has_answer(std::string_view name) const;
  void start_thread();
  static void work(Shared& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace portolan::os
