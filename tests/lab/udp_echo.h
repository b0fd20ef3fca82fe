// Real UDP services in a host of the lab: sockets of its kernel, and a thread that sends back what comes.
#pragma once

#include <span>
#include <thread>
#include <vector>

#include "lab/lab.h"

namespace portolan::lab_test {

class UdpEcho {
 public:
  // On every address of both families, until it is destroyed.
  UdpEcho(const lab::Host& host, std::span<const std::uint16_t> ports);
  UdpEcho(const UdpEcho&) = delete;
  UdpEcho& operator=(const UdpEcho&) = delete;
  ~UdpEcho();

 private:
  void serve();

  std::vector<lab::Handle> sockets_;
  lab::Handle stop_;
  std::thread thread_;
};

}  // namespace portolan::lab_test
