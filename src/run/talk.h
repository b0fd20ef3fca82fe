// A talk with one port, from this machine: standard input and output at this end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/ip_address.h"
#include "net/port.h"
#include "report/output.h"
#include "talk/starttls.h"

namespace portolan::run {

struct TalkPlan {
  std::string place;  // as the user wrote it: "server.example:25"
  std::string name;   // the host's; "" where an address was given
  std::vector<net::IpAddress> addresses;
  net::Port port;
  bool udp = false;
  bool tls = false;                          // at once
  const talk::StartTls* starttls = nullptr;  // after this dialogue
  bool check_certificate = true;
  bool crlf = false;
  bool hex = false;
  bool verbose = false;
  Duration patience{};  // for a connection, for TLS to begin, for answers to datagrams
};

// What stands at this end beside standard input and output themselves.
struct TalkSurroundings {
  bool output_is_terminal = false;
  bool input_is_terminal = false;
  report::Output* record = nullptr;              // nullptr: none
  std::function<void(std::string_view)> remark;  // a sentence for standard error
};

// Waits for its end. Errors are sentences: Errc::unreachable and Errc::io for a connection that failed or was lost. A
// signal that is caught (os/stop_signals.h) ends it with the cause EINTR.
Result<void> talk(const TalkPlan& plan, const TalkSurroundings& around);

}  // namespace portolan::run
