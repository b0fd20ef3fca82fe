// What an audit says of one port, for one family, address and source: the closed list of verdicts, and the facts that
// they rest on. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/state.h"

namespace portolan::audit {

enum class Verdict : std::uint8_t {
  reachable,           // somebody listens here, and this source gets to it
  forwarded,           // no socket of this namespace takes it: DNAT, IPVS, a proxy; who does is named
  leaks,               // meant for this machine only, and yet reachable
  blocked_here,        // somebody listens; this machine's rule, policy, route or program stops it
  blocked_before,      // somebody listens and it would be let in, but it never arrives
  reply_lost,          // it is taken; the answer does not get out
  local_only,          // bound to loopback, and there is no way round that
  other_binding,       // bound to another address, family, interface or VRF
  overloaded,          // the socket's queue or buffer is full
  dead_end,            // forwarded to where nobody listens
  unused_opening,      // let in, and nobody listens
  answered_elsewhere,  // open outside, but nothing arrived or nobody here took it
  unknown,             // with a reason
};
inline constexpr std::size_t verdict_count = 13;

// Why it is unknown.
enum class Unknown : std::uint8_t {
  no_privilege,   // the firewall may not be looked at, and nobody asked from outside
  no_vantage,     // only a packet from outside could tell
  not_confined,   // a program on the interface might send a rehearsed packet on
  trace_lost,     // the kernel said more than could be read
  rules_changed,  // while it was looked at, more than once
  timed_out,
};
inline constexpr std::size_t unknown_count = 6;

// How it is known, the weakest first.
enum class Evidence : std::uint8_t {
  evaluated,  // rules were read, and nothing was asked
  told,       // the kernel was asked, without any packet
  rehearsed,  // by a packet that was born and ended inside this kernel
  probed,     // by a packet from outside
  witnessed,  // the same, and the kernel was watched
};

// "reachable", "blocked-here", ...; "no-privilege"; "told".
std::string_view name_of(Verdict verdict);
std::string_view name_of(Unknown reason);
std::string_view name_of(Evidence evidence);

// Who gets such a packet, as the kernel's own lookup of sockets says.
enum class Taker : std::uint8_t {
  nobody,
  socket,      // of this namespace
  loopback,    // nobody, but somebody listens at this port on a loopback address
  elsewhere,   // nobody, but somebody listens at this port on another address, family or interface
  other_host,  // it is sent on (DNAT, IPVS, routing), to where somebody takes it
  dead_end,    // it is sent on to where nobody listens
};

// What became of a rehearsed packet at this machine's rules and routes.
enum class Passage : std::uint8_t { not_asked, let_in, stopped };

// What the inside saw of a real packet from outside.
enum class Fate : std::uint8_t {
  not_watched,
  never_arrived,
  died,       // a rule, a route or a program of this machine stopped it
  no_socket,  // it got to where nobody listens
  queue_full,
  taken,     // by a socket, or whoever it was sent on to; nothing was seen to leave
  answered,  // the same, and the answer left this machine
};

struct Facts {
  Taker taker = Taker::nobody;
  bool meant_for_here = false;  // bound to loopback, or published for this machine only
  Passage passage = Passage::not_asked;
  Fate fate = Fate::not_watched;
  std::optional<model::PortState> outside = {};  // as a scan from this source has it
  Unknown hindrance = Unknown::no_vantage;       // why nobody has asked, where that is so
};

struct Judgement {
  Verdict verdict = Verdict::unknown;
  Evidence evidence = Evidence::told;
  std::optional<Unknown> reason;  // of unknown
  friend bool operator==(const Judgement&, const Judgement&) = default;
};

}  // namespace portolan::audit
