// NTP: version, stratum and reference of the time that is told (RFC 5905 §7.3), and in control messages the variables
// of the server, of which some are its program and its system (RFC 9327 §2).
#include <fmt/core.h>

#include <chrono>
#include <utility>
#include <vector>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "model/wall_time.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

// Of version 2, mode 6: the variables of the server itself, those that it tells unasked.
constexpr std::string_view read_variables = "\x16\x02\0\x02\0\0\0\0\0\0\0\0"sv;

// "version="ntpd 4.2.8p15@1.3728-o", system=Linux/5.10" and so on: the values without their quotation marks.
using Variables = std::vector<std::pair<std::string_view, std::string_view>>;
Variables variables_in(std::string_view list) {
  Variables all;
  for (std::size_t equals = list.find('='); equals != std::string_view::npos; equals = list.find('=')) {
    const std::string_view name = trimmed(list.substr(0, equals));
    list.remove_prefix(equals + 1);
    const bool quoted = list.starts_with('"');
    if (quoted) list.remove_prefix(1);
    const std::size_t end = std::min(list.find(quoted ? '"' : ','), list.size());
    const std::string_view value = trimmed(list.substr(0, end));
    if (is_printable(name) && is_printable(value)) all.emplace_back(name, value);
    list.remove_prefix(end);
    const std::size_t next = list.find(',');
    list.remove_prefix(next == std::string_view::npos ? list.size() : next + 1);
  }
  return all;
}

// "ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)", "ntpd ntpsec-1.2.2"
void name_daemon(std::string_view version, Facts& facts) {
  const auto words = words_of(version);
  if (words.size() < 2) return;
  std::string_view number = words[1].substr(0, words[1].find('@'));
  constexpr std::string_view ntpsec = "ntpsec-";
  facts.product = number.starts_with(ntpsec) ? "NTPsec" : words[0];
  if (number.starts_with(ntpsec)) number.remove_prefix(ntpsec.size());
  if (is_version(number)) facts.version = number;
}

// Whether it is an answer to that question.
bool read_control(std::string_view heard, Facts& facts) {
  Cursor in{heard};
  const std::uint8_t first = in.u8();
  const std::uint8_t second = in.u8();
  in.skip(8);
  const std::string_view list = in.take(in.u16());
  constexpr std::uint8_t control = 6;
  constexpr std::uint8_t answers_read = 0x82;
  constexpr std::uint8_t is_more = 0x20;
  if (!in.is_whole() || (first & 7U) != control || (second & ~is_more) != answers_read) return false;
  Variables variables = variables_in(list);
  // The last one goes on in the next datagram, perhaps.
  if ((second & is_more) != 0 && !variables.empty()) variables.pop_back();
  for (const auto& [name, value] : variables) {
    add_detail(facts, "ntp-info", name, value);
    if (name == "version") name_daemon(value, facts);
    if (name == "system") facts.system = value.substr(0, value.find('/'));
    if (name == "system" && facts.system.size() != value.size()) add_extra(facts, value);
    if (name == "processor") add_extra(facts, value);
  }
  return true;
}

// The clock's time as it was sent (RFC 5905 §6), up to 2036.
void tell_clock(std::string_view heard, Facts& facts) {
  constexpr std::size_t sent_at = 40;
  constexpr std::uint32_t year_1970 = 2'208'988'800;
  const auto seconds = u32_at(heard, sent_at);
  if (!seconds || *seconds < year_1970) return;
  add_detail(facts, "ntp-info", "receive_time_stamp",
             model::rfc3339_text(model::WallTime{std::chrono::seconds{*seconds - year_1970}}));
}

void tell_time(std::string_view heard, Facts& facts) {
  const unsigned first = *u8_at(heard, 0);
  const unsigned stratum = *u8_at(heard, 1);
  constexpr unsigned last_stratum = 15;
  constexpr unsigned leap_unknown = 3;
  add_extra(facts, fmt::format("v{}", first >> 3U & 7U));
  if (first >> 6U == leap_unknown || stratum == 0 || stratum > last_stratum) {
    add_extra(facts, "not synchronised");
    return;
  }
  add_extra(facts, fmt::format("stratum {}", stratum));
  tell_clock(heard, facts);
  // Of stratum 1 it is the name of a clock (figure 12).
  const std::string_view reference = heard.substr(12, 4);
  const std::string_view clock = reference.substr(0, reference.find('\0'));
  if (stratum == 1 && !clock.empty() && is_printable(clock)) add_extra(facts, fmt::format("reference {}", clock));
}

Reading read(const Datagrams& talk) {
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (is_answer(payload::ntp_control, talk.first())) {
    read_control(talk.first_heard(), reading.facts);
    return reading;
  }
  if (!is_answer(payload::ntp, talk.first())) return {};
  tell_time(talk.first_heard(), reading.facts);
  if (talk.turns.size() == 1) reading.say = read_variables;
  if (talk.turns.size() == 2) read_control(talk.last_heard(), reading.facts);
  return reading;
}

}  // namespace

constinit const DatagramReader udp_ntp{.name = "ntp", .service = "ntp", .document = "RFC 5905, RFC 9327", .read = read};

}  // namespace portolan::identify
