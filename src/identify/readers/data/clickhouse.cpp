// ClickHouse: its Hello tells name and version (ClickHouse documentation, "Native Protocol", "Server packets"). Ours
// names the user that is there by default, who has no password; a refusal is an answer as well.
#include <fmt/core.h>

#include <array>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9000};
constexpr std::array<std::uint16_t, 1> tls_ports{9440};
constexpr std::uint64_t revision = 54'401;  // the first that tells the whole version
constexpr std::size_t longest_text = 4'096;
constexpr std::size_t longest_answer = 16'384;

std::string number(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80U; value >>= 7U) bytes += static_cast<char>((value & 0x7fU) | 0x80U);
  return bytes + static_cast<char>(value);
}
std::string text(std::string_view words) { return number(words.size()) + std::string{words}; }

std::string hello() {
  return number(0) + text("portolan") + number(1) + number(0) + number(revision) + text("") + text("default") +
         text("");
}

std::uint64_t number_in(Cursor& in) {
  constexpr unsigned most_digits = 9;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < most_digits; ++i) {
    const std::uint64_t byte = in.u8();
    value |= (byte & 0x7fU) << 7U * i;
    if (byte < 0x80U) return value;
  }
  in.take(std::string_view::npos);  // longer than any number
  return 0;
}
std::string_view text_in(Cursor& in) { return in.take(number_in(in)); }

// An exception has one more number and three texts.
Reading refused(Cursor in, const Talk& talk) {
  in.skip(4);
  const std::string_view name = text_in(in);
  if (in.is_whole() ? name != "DB::Exception" : !may_begin(name, "DB::Exception")) return {};
  text_in(in);
  text_in(in);
  in.skip(1);
  if (!in.is_whole()) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "ClickHouse";
  reading.facts.extra = "asks for a password";
  return reading;
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  const std::string ours = hello();
  if (talk.turns.front().said != ours || answer.empty() || answer.size() > longest_answer) return {};
  Cursor in{answer};
  constexpr std::uint64_t exception = 2;
  const std::uint64_t kind = number_in(in);
  if (kind == exception) return refused(in, talk);
  if (kind != 0) return {};
  const std::string_view name = text_in(in);
  if (name.size() > longest_text || !is_printable(name)) return {};
  const std::uint64_t major = number_in(in);
  const std::uint64_t minor = number_in(in);
  const std::uint64_t theirs = number_in(in);
  constexpr std::uint64_t with_zone = 54'058;
  constexpr std::uint64_t with_name = 54'372;
  if (theirs >= with_zone) text_in(in);
  const std::string_view host = theirs >= with_name ? text_in(in) : std::string_view{};
  const std::uint64_t patch = theirs >= revision ? number_in(in) : 0;
  if (!in.is_whole()) return cut_short(talk);
  if (name.empty() || answer == ours) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // "ClickHouse", or "ClickHouse server" once.
  reading.facts.product = name == "ClickHouse server" ? "ClickHouse" : name;
  reading.facts.version = fmt::format("{}.{}.{}", major, minor, patch);
  if (is_printable(host)) reading.facts.host_name = host;
  return reading;
}

}  // namespace

constinit const Reader clickhouse{
    .name = "clickhouse",
    .service = "clickhouse",
    .document = "ClickHouse documentation, Native Protocol",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return hello(); },
    .read = read,
};

}  // namespace portolan::identify
