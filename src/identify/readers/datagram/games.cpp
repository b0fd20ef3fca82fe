// Servers of games and of talk beside them: Source (Valve developer wiki, Server queries), Quake 3 (ioquake3,
// code/server/sv_main.c), Minecraft of both editions (RakNet; Minecraft wiki, Query) and Mumble. Where a server wants a
// number back before it says more, that is the second question.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

Reading of_game() { return {.is = Reading::Is::yes, .confidence = by_grammar}; }

void add_text(Facts& facts, std::string_view text) {
  if (is_printable(text)) add_extra(facts, trimmed(text));
}

// ---- Source -------------------------------------------------------------------------------------

void tell_source_info(Cursor in, Reading& reading) {
  in.skip(1);  // of the protocol
  const std::string_view name = in.until_zero();
  const std::string_view map = in.until_zero();
  in.until_zero();  // the folder
  const std::string_view game = in.until_zero();
  in.skip(2);
  const unsigned players = in.u8();
  const unsigned most_players = in.u8();
  in.skip(2);
  const char system = static_cast<char>(in.u8());
  in.skip(2);
  const std::string_view version = in.until_zero();
  if (!in.is_whole() || !is_printable(game) || !is_printable(version)) return;
  reading.confidence = documented;
  reading.facts.product = trimmed(game);
  if (is_version(version)) reading.facts.version = version;
  add_text(reading.facts, name);
  if (is_printable(map)) add_extra(reading.facts, fmt::format("map {}", map));
  add_extra(reading.facts, fmt::format("{} of {} players", players, most_players));
  if (system == 'l') reading.facts.system = "Linux";
  if (system == 'w') reading.facts.system = "Windows";
}

Reading read_source(const Datagrams& talk) {
  if (!is_answer(payload::a2s, talk.first())) return {};
  Reading reading = of_game();
  Cursor in{talk.last_heard()};
  if (in.u32() != 0xffff'ffffU) return reading;  // in parts
  const char kind = static_cast<char>(in.u8());
  const std::string_view number = in.take(4);
  if (kind == 'A' && in.is_whole()) reading.say = question_of(payload::a2s) + std::string{number};
  if (kind == 'I') tell_source_info(Cursor{talk.last_heard().substr(5)}, reading);
  return reading;
}

// ---- Quake 3 ------------------------------------------------------------------------------------

// "\key\value\key\value", what can be printed of it.
using Info = std::vector<std::pair<std::string_view, std::string_view>>;
Info info_in(std::string_view text) {
  Info info;
  while (text.starts_with('\\')) {
    text.remove_prefix(1);
    const std::size_t middle = text.find('\\');
    if (middle == std::string_view::npos) break;
    const std::string_view key = text.substr(0, middle);
    text.remove_prefix(middle + 1);
    const std::string_view value = text.substr(0, text.find('\\'));
    if (is_printable(key) && is_printable(value)) info.emplace_back(key, trimmed(value));
    text.remove_prefix(value.size());
  }
  return info;
}
std::string_view value_in(const Info& info, std::string_view wanted) {
  const auto found = std::ranges::find(info, wanted, &Info::value_type::first);
  return found == info.end() ? std::string_view{} : found->second;
}

// "ioq3 1.36_GIT linux-x86_64 Apr 25 2022": the program, its version, the system.
void tell_quake_version(std::string_view said, Facts& facts) {
  const auto words = words_of(said);
  constexpr std::size_t with_system = 3;
  if (words.size() < 2 || !is_version(words[1])) return add_text(facts, said);
  facts.product = words[0];
  facts.version = words[1];
  if (words.size() < with_system) return;
  if (words[2].starts_with("linux")) facts.system = "Linux";
  if (words[2].starts_with("win")) facts.system = "Windows";
}

Reading read_quake3(const Datagrams& talk) {
  constexpr std::string_view ask = "\xff\xff\xff\xffgetstatus portolan";
  constexpr std::string_view status = "\xff\xff\xff\xffstatusResponse\n";
  if (!is_answer(payload::quake3, talk.first())) return {};
  Reading reading = of_game();
  const std::string_view info =
      talk.first_heard().substr(std::min(talk.first_heard().find('\n'), talk.first_heard().size()));
  if (talk.turns.size() == 1) reading.say = ask;
  if (talk.turns.size() == 2 && talk.last_heard().starts_with(status)) {
    reading.confidence = documented;
    std::string_view list = talk.last_heard().substr(status.size());
    list = list.substr(0, list.find('\n'));
    const Info status_info = info_in(list);
    tell_quake_version(value_in(status_info, "version"), reading.facts);
    for (const auto& [key, value] : status_info) add_detail(reading.facts, "quake3-info", key, value);
  }
  const Info short_info = info.empty() ? Info{} : info_in(info.substr(1));
  add_text(reading.facts, value_in(short_info, "hostname"));
  add_text(reading.facts, value_in(short_info, "gamename"));
  return reading;
}

// ---- Minecraft ----------------------------------------------------------------------------------

// "MCPE;Dedicated Server;527;1.19.1;0;10;13253860892328930865;Bedrock level;Survival;1;19132;19133;"
Reading read_bedrock(const Datagrams& talk) {
  if (!is_answer(payload::minecraft_bedrock, talk.first())) return {};
  constexpr std::size_t to_text = 1 + 8 + 8 + 16;
  Reading reading = of_game();
  Cursor in{talk.first_heard()};
  in.skip(to_text);
  std::string_view text = in.take(in.u16());
  if (!in.is_whole() || !is_printable(text)) return reading;
  const auto next = [&text] {
    const std::string_view word = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
  };
  const std::string_view edition = next();
  const std::string_view name = next();
  next();  // of the protocol
  const std::string_view version = next();
  const std::string_view players = next();
  const std::string_view most_players = next();
  if ((edition != "MCPE" && edition != "MCEE") || !is_version(version)) return reading;
  reading.confidence = documented;
  reading.facts.product = "Minecraft Bedrock";
  reading.facts.version = version;
  add_text(reading.facts, name);
  add_extra(reading.facts, fmt::format("{} of {} players", players, most_players));
  return reading;
}

// All that there is to know, which has to bear the number that the server gave, as four bytes, and four more.
std::optional<std::string> ask_statistics(const Turn& handshake) {
  constexpr std::size_t session_at = 3;
  Cursor in{handshake.heard};
  in.skip(5);
  const std::string_view digits = in.until_zero();
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!in.is_whole() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return "\xfe\xfd" + std::string(1, '\0') + handshake.said.substr(session_at, 4) +
         big(static_cast<std::uint32_t>(number), 4) + std::string(4, '\0');
}

Reading read_minecraft(const Datagrams& talk) {
  if (!is_answer(payload::minecraft_query, talk.first())) return {};
  constexpr std::size_t to_pairs = 1 + 4 + 11;  // a text that is always the same
  Reading reading = of_game();
  if (talk.turns.size() == 1) {
    reading.say = ask_statistics(talk.first()).value_or("");
    return reading;
  }
  reading.facts.product = "Minecraft";
  Cursor in{talk.last_heard()};
  in.skip(to_pairs);
  while (in.is_whole()) {
    const std::string_view key = in.until_zero();
    if (key.empty()) break;
    const std::string_view value = in.until_zero();
    if (!in.is_whole() || !is_printable(value)) continue;
    if (key == "version" && is_version(value)) {
      reading.confidence = documented;
      reading.facts.version = value;
    }
    // "Paper on 1.19.2-R0.1-SNAPSHOT: a list"
    if (key == "hostname" || key == "plugins") add_text(reading.facts, value.substr(0, value.find(':')));
  }
  return reading;
}

// ---- Mumble -------------------------------------------------------------------------------------

Reading read_mumble(const Datagrams& talk) {
  if (!is_answer(payload::mumble, talk.first())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  Cursor in{talk.first_heard()};
  in.skip(1);
  const unsigned major = in.u8();
  const unsigned minor = in.u8();
  const unsigned patch = in.u8();
  in.skip(8);
  const std::uint32_t users = in.u32();
  const std::uint32_t most_users = in.u32();
  reading.facts.product = "Mumble";
  reading.facts.version = fmt::format("{}.{}.{}", major, minor, patch);
  reading.facts.extra = fmt::format("{} of {} users", users, most_users);
  return reading;
}

}  // namespace

constinit const DatagramReader udp_source_game{
    .name = "a2s", .service = "source-engine", .document = "Valve developer wiki, Server queries", .read = read_source};
constinit const DatagramReader udp_quake3{
    .name = "quake3", .service = "quake3", .document = "ioquake3 source, code/server/sv_main.c", .read = read_quake3};
constinit const DatagramReader udp_minecraft_bedrock{.name = "minecraft-bedrock",
                                                     .service = "minecraft-bedrock",
                                                     .document = "RakNet source, RakPeer.cpp",
                                                     .read = read_bedrock};
constinit const DatagramReader udp_minecraft_query{
    .name = "minecraft-query", .service = "minecraft", .document = "Minecraft wiki, Query", .read = read_minecraft};
constinit const DatagramReader udp_mumble{
    .name = "mumble", .service = "mumble", .document = "Mumble protocol documentation", .read = read_mumble};

}  // namespace portolan::identify
