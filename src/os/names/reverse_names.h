// Names of addresses (PTR records and /etc/hosts), looked up in threads of their own beside the scan.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "engine/scan.h"

namespace portolan::os {

struct ReverseNamesOptions {
  std::vector<std::string> servers;  // addresses, with a port where not 53 ("[::1]:5353"); empty: the system's
  bool system = false;               // --system-dns: the system's resolver, with all its ways
};

class ReverseNames final : public engine::NameSource {
 public:
  // Nothing runs before the first ask(), so that the thread is born without the privileges that were
  // dropped until then. Errc::parse for a server that is no address.
  static Result<std::unique_ptr<ReverseNames>> open(const ReverseNamesOptions& options);
  // Gives up what is under way, at once.
  ~ReverseNames() override;

  void ask(const net::IpAddress& address) override;
  // "" also for addresses that were never asked for and for those whose answer was forgotten (the
  // oldest, beyond remembered_names).
  std::optional<std::string> answer(const net::IpAddress& address) override;

  static constexpr std::size_t in_flight_limit = 64;
  static constexpr std::size_t remembered_names = 65'536;

 private:
  struct Shared;  // what caller and thread have in common
  class Worker;
  explicit ReverseNames(const ReverseNamesOptions& options);
  bool has_thread();
  bool has_system_thread();

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace portolan::os
