// Real UDP servers out of Debian's packages, for hosts of the lab: what is open there then speaks the protocol as it is
// spoken, not as we understood it.
//
// A package that brings a service is never installed, because installing it starts the service: packaging/packages.sh
// unpacks it into a folder of its own, $PORTOLAN_SERVERS or ~/.cache/portolan/servers. A server runs in the foreground
// in namespaces of its own: the host's network, processes that end with it, and a /run that nobody else sees, where its
// configuration and its files are.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/lab.h"
#include "lab/process.h"

namespace portolan::lab {

enum class Families : std::uint8_t {
  v4,
  both,
  both_in_one,  // one socket for both
};

struct UdpServer {
  std::string_view name;
  std::string_view package;
  std::string_view program;  // from the root of the package
  std::string_view words;    // its arguments, with a blank between
  // Becomes /run/configuration. @ROOT@ stands for where the package's files are, and a line with @ADDRESS@ for one line
  // an address, with brackets around those of IPv6.
  std::string_view configuration = {};
  std::array<std::uint16_t, 4> ports{};  // 0: no further one
  Families families = Families::both;
  std::uint16_t tcp = 0;      // open, too
  bool needs_groups = false;  // calls setgroups(2), which the namespaces of ordinary users refuse

  // Without the zeros.
  [[nodiscard]] std::span<const std::uint16_t> open() const;
};

std::span<const UdpServer> udp_servers();

// Why it cannot run here, as a sentence; "" where it can.
std::string lacking(const UdpServer& server);

// One that runs, until this is gone.
class RunningUdpServer {
 public:
  // On `host`, which has these addresses. Returns once all its sockets are bound, so that nothing sent to them is lost.
  // Throws std::runtime_error where it cannot run or ends before that.
  RunningUdpServer(const UdpServer& server, const Host& host, const std::vector<std::string>& addresses);
  RunningUdpServer(RunningUdpServer&& other) noexcept = default;
  RunningUdpServer(const RunningUdpServer&) = delete;
  RunningUdpServer& operator=(const RunningUdpServer&) = delete;
  RunningUdpServer& operator=(RunningUdpServer&&) = delete;
  ~RunningUdpServer();

 private:
  Running running_;
};

}  // namespace portolan::lab
