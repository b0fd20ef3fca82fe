// The segments of one connection, read one after the other: what each means within it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "explain/steps.h"
#include "explain/tcp_states.h"
#include "wire/packet.h"

namespace portolan::explain {

// The payload of a segment, as far as it is there, and its length as its IP header tells it.
struct Payload {
  wire::Bytes bytes;
  std::size_t length = 0;
};
// `whole`: all of the packet, from its network header on, which `packet` was read from.
Payload payload_of(wire::Bytes whole, const wire::Packet& packet);

class Conversation {
 public:
  struct Turn {
    Meaning meaning = Meaning::other;
    bool again = false;  // all of it has been sent before
  };
  Turn hear(const Segment& segment);
  [[nodiscard]] const TcpStates& states() const { return states_; }
  // Whether the handshake came to its end.
  [[nodiscard]] bool was_connected() const { return has_ended_handshake_; }

 private:
  struct Side {
    std::optional<std::uint32_t> sent = {};  // the number behind the last that was sent
    bool has_said_end = false;
  };
  [[nodiscard]] Meaning meaning_of(const Segment& segment, bool was_connected) const;

  TcpStates states_;
  Side here_;
  Side there_;
  bool has_heard_words_ = false;  // of the other side's
  bool has_ended_handshake_ = false;
};

}  // namespace portolan::explain
