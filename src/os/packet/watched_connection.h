// One TCP connection of the kernel's, and beside it a packet socket that sees its packets both ways.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "explain/connection_witness.h"
#include "net/ip_address.h"
#include "net/port.h"
#include "os/file_descriptor.h"

namespace portolan::os {

class WatchedConnection {
 public:
  // Opens what needs a privilege, and sees packets from here on. Errc::privilege without CAP_NET_RAW, Errc::io and
  // Errc::limit where this machine has no socket or no port to give.
  static Result<WatchedConnection> open(const net::IpAddress& target, net::Port port);
  [[nodiscard]] net::Port own_port() const { return own_port_; }

  // connect(). What it comes to, outcome() says: nothing waits here.
  void begin();
  enum class Progress : std::uint8_t { under_way, connected, failed };
  struct Outcome {
    Progress progress = Progress::under_way;
    std::string cause = {};  // the name of an errno, where it failed
  };
  Outcome outcome();

  // Waits for packets, and for whatever the connection has to tell; until `deadline` at most. Returns the packets that
  // have passed since, of this connection and perhaps of others: at most a few hundred.
  Result<std::vector<explain::Passed>> wait(Instant deadline);

  // Without waiting; what does not fit into the kernel's buffer, or comes too late, is not said.
  void say(std::string_view words);
  struct Heard {
    std::string bytes = {};
    bool ended = false;  // by FIN or RST: nothing more will come
  };
  Heard hear();
  void end_speech();  // FIN, once all is said
  void close();       // RST, where something that came was not read

  // Packets that there was no room for.
  [[nodiscard]] std::uint64_t unseen() const;

 private:
  WatchedConnection(FileDescriptor packets, FileDescriptor connection, const net::IpAddress& target, net::Port port,
                    net::Port own_port);
  Result<std::vector<explain::Passed>> packets();

  FileDescriptor packets_;
  FileDescriptor connection_;
  net::IpAddress target_;
  net::Port port_;
  net::Port own_port_;
  Instant opened_;
  Outcome outcome_;
  bool ended_ = false;
};

}  // namespace portolan::os
