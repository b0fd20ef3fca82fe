// Readers: what a protocol's own words say of who speaks it. One file a protocol, registry.h lists them. A reader is a
// pure function of all that was said on a connection; nothing here sends or waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/service.h"

namespace portolan::identify {

// One connection holds no more of them, and no more bytes of the other side.
inline constexpr std::size_t most_turns = 8;
inline constexpr std::size_t most_bytes = 65'536;

// We say something, or nothing, and hear what comes after it.
struct Turn {
  std::string said;
  std::string heard;
};

// All that was said on one connection so far.
struct Talk {
  std::span<const Turn> turns;  // at least one
  bool is_over = false;         // nothing more comes: the other side has ended, or was waited for long enough
  std::string_view host;        // whom we talk to, as the user named it or as an address
  bool in_tls = false;          // from the first byte
  bool may_upgrade = false;     // TLS is to be begun by the protocol's own words where it is offered (STARTTLS)
  bool upgraded = false;        // it was, behind the turns that led there

  [[nodiscard]] std::string_view first() const { return turns.front().heard; }
  [[nodiscard]] std::string_view last() const { return turns.back().heard; }
};

// What a protocol's fields say. Product, version and CPE come from the same field.
struct Facts {
  std::string product;
  std::string version;
  std::string extra;
  std::string host_name;
  std::string system;
  std::string device;
  std::vector<model::ServiceDetail> details = {};
};

struct Reader;

// What a reader makes of a talk.
struct Reading {
  enum class Is : std::uint8_t {
    no,    // not this protocol
    more,  // it may be, and what has come is not enough
    yes,
  };
  Is is = Is::no;
  // Of yes. 100: a documented field of a message that was read to its end; 80: the grammar, or how it behaves; 60:
  // inferred.
  std::uint8_t confidence = 0;
  Facts facts = {};
  std::string service = {};  // where it is another than the reader's: "http-proxy"
  std::string say = {};      // asked on the same connection; the reading of all is the one that asks nothing more
  bool wants_tls = false;    // it says that TLS is spoken there
  bool turned_away = false;  // we came too often for whoever speaks there, and may hear more later; of no as well
  bool upgrade = false;      // the next byte of either side, behind what is to be said, is TLS's
  // Of yes: whose question, on a connection of its own, leads the same server into TLS where this one does not.
  const Reader* also = nullptr;
};
inline constexpr std::uint8_t documented = 100;
inline constexpr std::uint8_t by_grammar = 80;
inline constexpr std::uint8_t inferred = 60;

inline constexpr std::uint8_t only_hinted = 10;

enum class Speaks : std::uint8_t { server, client };

// What a server does with a question of another protocol.
enum class Foreign : std::uint8_t {
  ends,    // it closes
  resets,  // it closes without having read it all
  waits,   // it takes the first bytes for a length, and waits for the rest
};

struct Reader {
  std::string_view name;      // "ssh"; unique
  std::string_view service;   // what nmap calls it
  std::string_view document;  // that says what the bytes mean
  Speaks first = Speaks::server;
  std::span<const std::uint16_t> ports;           // where it is spoken by registration or custom
  std::span<const std::uint16_t> tls_ports = {};  // where it is spoken inside TLS from the first byte
  // How commonly it is met where nothing hints at it, from 1, asked nearly everywhere, to 9, only with --version-all;
  // `only_hinted` for a question that does something at the other side.
  std::uint8_t rarity = 9;
  // What its servers do with an HTTP request and with TLS's hello: those are asked first that would have done what was
  // seen. Whoever answers such words, and is known by the answer, need not be.
  Foreign to_http = Foreign::ends;
  Foreign to_tls = Foreign::ends;
  // What is said first, on a connection of its own; nullptr: it listens. `host` as in Talk.
  std::string (*question)(std::string_view host) = nullptr;
  // Any bytes in. Every reader reads every answer, whoever asked.
  Reading (*read)(const Talk& talk) = nullptr;
  std::string_view goodbye = {};  // said before the connection is closed
  // What is offered in the handshake where the question is put inside TLS (RFC 7301): who speaks nothing else there
  // wants to be told.
  std::span<const std::string_view> alpn = {};
};

}  // namespace portolan::identify
