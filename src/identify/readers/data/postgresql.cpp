// PostgreSQL: a start of a protocol version that does not exist is refused with an ErrorResponse, whose fields F, L and
// R say where in its source (documentation of the frontend/backend protocol, "Message Formats", "Error Fields").
#include <algorithm>
#include <array>
#include <charconv>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{5432, 5433};
// StartupMessage of version 255.0. SSLRequest is put on another connection: who offers TLS would hear nothing else.
constexpr std::string_view bad_start = literal("\0\0\0\x08\0\xff\0\0");
constexpr std::string_view ssl_request = literal("\0\0\0\x08\x04\xd2\x16\x2f");
constexpr std::uint32_t longest_error = 4'096;

struct Error {
  std::array<std::string_view, 128> fields = {};
  [[nodiscard]] std::string_view operator[](char field) const { return fields.at(static_cast<std::size_t>(field)); }
};

bool is_sqlstate(std::string_view code) {
  if (code.size() != 5) return false;
  for (const char c : code) {
    if ((c < '0' || c > '9') && (c < 'A' || c > 'Z')) return false;
  }
  return true;
}

std::optional<Error> error_in(std::string_view body) {
  Error error;
  Cursor in{body};
  for (;;) {
    const char field = static_cast<char>(in.u8());
    if (!in.is_whole()) return std::nullopt;
    if (field == '\0') break;
    const std::string_view text = in.until_zero();
    if (!in.is_whole() || field < 'A' || field > 'z') return std::nullopt;
    error.fields.at(static_cast<std::size_t>(field)) = text;
  }
  if (!in.is_at_end() || !is_sqlstate(error['C']) || error['S'].empty() || error['M'].empty()) return std::nullopt;
  return error;
}

// Where the refusal stands in the source, as measured of these releases; it moves with their corrections. In 17 it went
// to a file of its own.
struct Release {
  std::uint16_t first;
  std::uint16_t last;
  std::string_view major;
};
constexpr std::array<Release, 4> of_protocol_2{
    {{2099, 2099, "10"}, {2050, 2057, "11"}, {2119, 2126, "12"}, {2133, 2147, "13"}}};
constexpr std::array<Release, 7> of_protocol_3{{{2138, 2150, "14"},
                                                {2152, 2152, "14"},
                                                {2171, 2171, "14"},
                                                {2194, 2228, "15"},
                                                {2151, 2151, "16"},
                                                {2153, 2155, "16"},
                                                {2175, 2175, "16"}}};
constexpr std::array<Release, 1> since_18{{{713, 732, "18"}}};

std::string_view release_at(std::span<const Release> releases, std::string_view line, std::string_view otherwise) {
  std::uint16_t number = 0;
  const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (problem != std::errc{} || end != line.data() + line.size()) return otherwise;
  for (const Release& release : releases) {
    if (number >= release.first && number <= release.last) return release.major;
  }
  return otherwise;
}

// "unsupported frontend protocol 255.0: server supports 3.0 to 3.2", in whatever language: the lowest and the highest.
struct Supports {
  std::string_view lowest = "9";
  std::string_view highest = "0";
};
Supports protocols_in(std::string_view words) {
  Supports supports;
  constexpr std::string_view ours = "255.0";
  constexpr std::string_view number = "0123456789.";
  while (!words.empty()) {
    const std::size_t begin = std::min(words.find_first_of(number), words.size());
    words.remove_prefix(begin);
    std::string_view found = words.substr(0, words.find_first_not_of(number));
    words.remove_prefix(found.size());
    while (found.ends_with('.')) found.remove_suffix(1);
    if (found.size() != 3 || found == ours) continue;
    supports.lowest = std::min(supports.lowest, found);
    supports.highest = std::max(supports.highest, found);
  }
  return supports;
}

std::string_view version_of(const Error& error) {
  const Supports supports = protocols_in(error['M']);
  if (error['F'] == "backend_startup.c") {
    if (supports.highest == "3.0") return "17";
    return release_at(since_18, error['L'], "17 or later");
  }
  // The severity is told in English as well since 9.6.
  if (error['V'].empty()) return "9.5 or earlier";
  if (supports.lowest == "2.0") return release_at(of_protocol_2, error['L'], "9.6 - 13");
  return supports.lowest == "3.0" ? release_at(of_protocol_3, error['L'], "14 - 16") : "9.6 - 16";
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != bad_start || !answer.starts_with('E')) return {};
  const auto size = u32_at(answer, 1);
  if (!size) return cut_short(talk);
  if (*size < 4 || *size > longest_error) return {};
  if (answer.size() - 1 < *size) return cut_short(talk);
  const auto error = error_in(answer.substr(5, *size - 4));
  if (!error) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.also = &postgresql_ssl;
  const bool is_its_source = (*error)['F'] == "postmaster.c" || (*error)['F'] == "backend_startup.c";
  if (is_its_source && (*error)['R'] == "ProcessStartupPacket") {
    reading.facts.product = "PostgreSQL DB";
    reading.facts.version = version_of(*error);
  } else if ((*error)['F'].empty() && (*error)['R'].empty()) {
    reading.facts.extra = "a pooler, or another program that speaks its protocol";
  }
  return reading;
}

// One byte, and then it waits.
Reading read_ssl(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != ssl_request || (answer != "S" && answer != "N")) return {};
  const bool begins_tls = answer == "S" && talk.may_upgrade;
  if (!talk.is_over && !begins_tls) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  reading.facts.extra = answer == "S" ? "offers TLS" : "without TLS";
  reading.upgrade = begins_tls && !talk.upgraded;
  return reading;
}

}  // namespace

constinit const Reader postgresql{
    .name = "postgresql",
    .service = "postgresql",
    .document = "PostgreSQL documentation, Frontend/Backend Protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 3,
    .question = [](std::string_view) { return std::string{bad_start}; },
    .read = read,
};

// For who drops a bad start without a word.
constinit const Reader postgresql_ssl{
    .name = "postgresql-ssl",
    .service = "postgresql",
    .document = "PostgreSQL documentation, Frontend/Backend Protocol, SSL Session Encryption",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ssl_request}; },
    .read = read_ssl,
};

}  // namespace portolan::identify
