// Real TCP services in a host of the lab that have something to say: sockets of its kernel, and a thread that serves
// one connection after the other.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "lab/lab.h"

namespace portolan::lab_test {

struct TalkerPort {
  enum class Manner : std::uint8_t {
    greets,   // speaks, and closes once the client has
    answers,  // speaks once it was spoken to, and closes
    resets,   // drops the connection at once
    keeps,    // says nothing and does not close
  };
  std::uint16_t port = 0;
  Manner manner = Manner::greets;
  std::string words = {};
};

class Talker {
 public:
  // On every address of both families, until it is destroyed.
  Talker(const lab::Host& host, std::vector<TalkerPort> ports);
  Talker(const Talker&) = delete;
  Talker& operator=(const Talker&) = delete;
  ~Talker();

 private:
  void serve();
  void serve(lab::Handle connection, const TalkerPort& port);

  std::vector<TalkerPort> ports_;
  std::vector<lab::Handle> sockets_;  // listening, one each
  std::vector<lab::Handle> kept_;
  lab::Handle stop_;
  std::thread thread_;
};

}  // namespace portolan::lab_test
