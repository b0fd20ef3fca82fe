// Remote procedure calls of the ONC kind over TCP (RFC 5531): port mapper and rpcbind list their programs (RFC 1833
// §2, §3), NFS (RFC 1813, RFC 8881) and others say which of their versions they know when asked for one that is none.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{111};
constexpr std::array<std::uint16_t, 1> nfs_ports{2049};

constexpr std::uint32_t port_mapper = 100'000;
constexpr std::uint32_t nfs_program = 100'003;
constexpr std::uint32_t first_call = 0x706f7274;
constexpr std::uint32_t no_version = 99'999;
constexpr std::uint32_t last_fragment = 0x8000'0000;

struct Program {
  std::uint32_t number;
  std::string_view name;
};
constexpr std::array<Program, 12> programs{{{port_mapper, "rpcbind"},
                                            {100'001, "rstatd"},
                                            {100'002, "rusersd"},
                                            {nfs_program, "nfs"},
                                            {100'004, "ypserv"},
                                            {100'005, "mountd"},
                                            {100'007, "ypbind"},
                                            {100'011, "rquotad"},
                                            {100'021, "nlockmgr"},
                                            {100'024, "status"},
                                            {100'227, "nfs_acl"},
                                            {391'002, "sgi_fam"}}};
// What lives behind ports that are given out.
constexpr std::array<std::uint32_t, 5> usual{nfs_program, 100'005, 100'021, 100'024, 100'011};

std::string_view name_of(std::uint32_t program) {
  const auto* const found = std::ranges::find(programs, program, &Program::number);
  return found == programs.end() ? std::string_view{} : found->name;
}

std::string call(std::uint32_t id, std::uint32_t program, std::uint32_t version, std::uint32_t procedure) {
  constexpr std::size_t no_credentials = 16;
  const std::string body =
      big32(id) + big32(0) + big32(2) + big32(program) + big32(version) + big32(procedure) + zeros(no_credentials);
  return big32(last_fragment | static_cast<std::uint32_t>(body.size())) + body;
}
std::string dump() { return call(first_call, port_mapper, 2, 4); }
std::string nfs_null() { return call(first_call, nfs_program, no_version, 0); }
std::string ask_usual() {
  std::string all;
  for (std::size_t i = 0; i < usual.size(); ++i) {
    all += call(first_call + 1 + static_cast<std::uint32_t>(i), usual.at(i), no_version, 0);
  }
  return all;
}

// One record, put together of its fragments (RFC 5531 §11), and what follows it. nullopt: cut short, or none.
struct Record {
  std::string bytes;
  std::string_view rest;
};
std::optional<Record> record_of(std::string_view bytes) {
  Record record;
  for (;;) {
    const auto head = u32_at(bytes, 0);
    if (!head) return std::nullopt;
    const auto fragment = part(bytes, 4, *head & ~last_fragment);
    if (!fragment) return std::nullopt;
    record.bytes += *fragment;
    bytes.remove_prefix(4 + fragment->size());
    if ((*head & last_fragment) != 0) break;
  }
  record.rest = bytes;
  return record;
}

enum class Said : std::uint8_t { nothing, done, no_program, no_such_version, refused, other };
struct Reply {
  Said said = Said::nothing;
  std::uint32_t low = 0;  // of no_such_version
  std::uint32_t high = 0;
  std::string results;
};
// RFC 5531 §9.
Reply reply_in(std::string_view record, std::uint32_t id) {
  constexpr std::uint32_t most_verifier = 400;
  if (u32_at(record, 0) != id || u32_at(record, 4) != 1U) return {};
  const auto state = u32_at(record, 8);
  if (state == 1U)
    return {.said = record.size() == 20 || record.size() == 24 ? Said::refused : Said::nothing, .results = {}};
  const auto verifier = u32_at(record, 16);
  if (state != 0U || !verifier || *verifier > most_verifier) return {};
  const std::size_t at = 20 + *verifier;
  const auto how = u32_at(record, at);
  if (!how) return {};
  switch (*how) {
    case 0:
      return {.said = Said::done, .results = std::string{record.substr(at + 4)}};
    case 1:
      return {.said = Said::no_program, .results = {}};
    case 2: {
      const auto low = u32_at(record, at + 4);
      const auto high = u32_at(record, at + 8);
      if (!low || !high) return {};
      return {.said = Said::no_such_version, .low = *low, .high = *high, .results = {}};
    }
    case 3:
    case 4:
    case 5:
      return {.said = Said::other, .results = {}};
    default:
      return {};
  }
}

std::string range(std::uint32_t low, std::uint32_t high) {
  return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
}

// Where a program is spoken to, and in which versions.
using Endpoint = std::array<std::uint32_t, 3>;  // program, IP protocol, port

void tell_endpoints(const std::map<Endpoint, std::string>& endpoints, Facts& facts) {
  constexpr std::uint32_t tcp = 6;
  constexpr std::uint32_t udp = 17;
  for (const auto& [endpoint, versions] : endpoints) {
    const auto& [program, protocol, port] = endpoint;
    const std::string_view name = name_of(program);
    const std::string way = protocol == tcp ? "tcp" : protocol == udp ? "udp" : fmt::format("{}", protocol);
    add_detail(facts, "rpcinfo", fmt::format("{}/{}", program, way),
               fmt::format("{}{}port {}, version {}", name, name.empty() ? "" : ", ", port, versions));
  }
}

// RFC 1833 §3: a list of program, version, protocol and port, each behind a 1, and a 0 at the end.
bool tell_programs(std::string_view list, Facts& facts) {
  constexpr std::size_t entry_size = 20;
  constexpr std::size_t most_told = 16;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> versions;
  std::map<Endpoint, std::string> endpoints;
  for (; u32_at(list, 0) == 1U && list.size() >= entry_size; list.remove_prefix(entry_size)) {
    const std::uint32_t version = *u32_at(list, 8);
    const auto [it, is_new] = versions.try_emplace(*u32_at(list, 4), version, version);
    it->second = {std::min(it->second.first, version), std::max(it->second.second, version)};
    std::string& all = endpoints[{*u32_at(list, 4), *u32_at(list, 12), *u32_at(list, 16)}];
    if (all.size() < longest_detail) all += (all.empty() ? "" : ",") + fmt::format("{}", version);
  }
  if (u32_at(list, 0) != 0U) return false;
  tell_endpoints(endpoints, facts);
  std::size_t told = 0;
  for (const auto& [program, known] : versions) {
    if (program == port_mapper) {
      facts.version = range(known.first, known.second);
      continue;
    }
    if (++told > most_told) break;
    const std::string_view name = name_of(program);
    facts.extra += facts.extra.empty() ? "" : ", ";
    facts.extra +=
        (name.empty() ? fmt::format("{}", program) : std::string{name}) + " " + range(known.first, known.second);
  }
  return true;
}

// Another program than the one asked for: which of the usual ones it is.
Reading read_usual(const Talk& talk) {
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar, .service = "rpc"};
  if (talk.turns.size() == 1) {
    reading.say = ask_usual();
    return reading;
  }
  std::size_t answered = 0;
  std::string_view rest = talk.turns[1].heard;
  while (const auto record = record_of(rest)) {
    rest = record->rest;
    for (std::size_t i = 0; i < usual.size(); ++i) {
      const Reply reply = reply_in(record->bytes, first_call + 1 + static_cast<std::uint32_t>(i));
      if (reply.said == Said::nothing) continue;
      ++answered;
      if (reply.said != Said::no_such_version && reply.said != Said::done) continue;
      reading.confidence = documented;
      reading.service = name_of(usual.at(i));
      if (reply.said == Said::no_such_version) reading.facts.version = range(reply.low, reply.high);
      return reading;
    }
  }
  if (answered < usual.size() && !talk.is_over) return {.is = Reading::Is::more};
  return reading;
}

// What has come of the first record, judged as a reply to the first call.
struct First {
  Reading::Is is = Reading::Is::no;
  Reply reply;
};
First first_of(const Talk& talk) {
  const std::string_view heard = talk.first();
  constexpr std::size_t head_and_id = 8;
  const std::string id = big32(first_call);
  if (heard.size() > 4 && !may_begin(heard.substr(4), id)) return {};
  if (const auto record = record_of(heard)) {
    Reply reply = reply_in(record->bytes, first_call);
    return {reply.said == Said::nothing ? Reading::Is::no : Reading::Is::yes, std::move(reply)};
  }
  if (!talk.is_over) return {Reading::Is::more, {}};
  // Cut short behind what is certain.
  Reply reply = heard.size() > head_and_id ? reply_in(heard.substr(4), first_call) : Reply{};
  return {reply.said == Said::nothing ? Reading::Is::no : Reading::Is::yes, std::move(reply)};
}

Reading read(const Talk& talk) {
  static const std::string asked = dump();
  if (talk.turns.front().said != asked) return {};
  const First first = first_of(talk);
  if (first.is != Reading::Is::yes) return {.is = first.is};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  switch (first.reply.said) {
    case Said::done:
      if (!tell_programs(first.reply.results, reading.facts)) reading.confidence = by_grammar;
      return reading;
    case Said::no_such_version:
      reading.facts.version = range(first.reply.low, first.reply.high);
      return reading;
    case Said::no_program:
      return read_usual(talk);
    case Said::nothing:
    case Said::refused:
    case Said::other:
      break;
  }
  reading.confidence = by_grammar;
  reading.service = "rpc";
  reading.facts.extra = "refuses calls";
  return reading;
}

Reading read_nfs(const Talk& talk) {
  static const std::string asked = nfs_null();
  if (talk.turns.front().said != asked) return {};
  const First first = first_of(talk);
  if (first.is != Reading::Is::yes) return {.is = first.is};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (first.reply.said == Said::no_such_version) {
    reading.facts.version = range(first.reply.low, first.reply.high);
  } else if (first.reply.said != Said::done) {
    reading.service = "rpc";
    reading.confidence = by_grammar;
  }
  return reading;
}

}  // namespace

constinit const Reader rpcbind{
    .name = "rpcbind",
    .service = "rpcbind",
    .document = "RFC 5531, RFC 1833",
    .first = Speaks::client,
    .ports = ports,
    // Programs behind ports that are given out answer as well.
    .rarity = 5,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return dump(); },
    .read = read,
};

constinit const Reader nfs{
    .name = "nfs",
    .service = "nfs",
    .document = "RFC 5531, RFC 1813, RFC 8881",
    .first = Speaks::client,
    .ports = nfs_ports,
    .rarity = 9,
    .question = [](std::string_view) { return nfs_null(); },
    .read = read_nfs,
};

}  // namespace portolan::identify
