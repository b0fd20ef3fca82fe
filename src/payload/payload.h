// What is said to a UDP port so that whoever listens there answers. One file a protocol, registry.h lists them. Nothing
// here sends or waits: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::payload {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::span<std::uint8_t>;

// No question and no sample answer is longer: what reaches a host whole over any path (RFC 8200 §5, less both headers).
inline constexpr std::size_t longest = 1'232;

// What an answer is to a question.
enum class Match : std::uint8_t {
  other,    // not of this protocol: somebody else listens there
  stale,    // of this protocol, but to another question: it does not give the cookie back
  genuine,  // gives it back, or is of a protocol that has no place for one
};

struct Payload {
  std::string_view name;                 // "dns"; unique
  std::string_view document;             // that says what the bytes mean: "RFC 1035 §4.1"
  std::span<const std::uint16_t> ports;  // where it is spoken by registration or custom
  // Writes the question and returns its length; `out` holds `longest` bytes. The cookie, or as much of it as there is
  // room for, stands where answers give it back.
  std::size_t (*build)(std::uint32_t cookie, Buffer out);
  // Any bytes in.
  Match (*match)(std::uint32_t cookie, Bytes answer);
  // What a server that speaks the protocol says to it, for who simulates one; 0 for what is no such question. Any bytes
  // in.
  std::size_t (*answer)(Bytes question, Buffer out);
  // Answers come from a port of their own (TFTP: RFC 1350 §4), so that they are known by what they say alone.
  bool from_elsewhere = false;
  bool is_answered = true;  // false where nobody says anything to it, so that silence is all that an open port shows
};

}  // namespace portolan::payload
