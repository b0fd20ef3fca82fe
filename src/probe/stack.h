// What is asked to find out what system a host has and what filters its packets: one technique, whose variant is a
// model::StackQuestion.
#pragma once

#include <cstdint>

#include "model/system.h"
#include "wire/packet.h"

namespace portolan::probe {

// Of Attempt::variant. Those with the second bit set are about a second stack behind the address.
inline constexpr std::uint8_t second_stack = 0x80;
constexpr model::StackQuestion stack_question(std::uint8_t variant) {
  const auto number = static_cast<std::uint8_t>(variant & ~second_stack);
  return number < model::stack_questions ? static_cast<model::StackQuestion>(number) : model::StackQuestion::scan;
}

// Bytes of payload that a closed UDP port is sent: more than most systems quote.
inline constexpr std::size_t stack_datagram = 300;

// What stands in a genuine answer. `bytes`: from its network header on, of `length` in all.
model::StackAnswer read_stack_answer(model::StackQuestion question, const wire::Packet& packet, wire::Bytes bytes,
                                     std::size_t length);

}  // namespace portolan::probe
