// Apple's file service: DSIGetStatus says, without a session, what machine it is, its name and the versions it speaks
// (Apple Filing Protocol Programming Guide, "Data Stream Interface"; FPGetSrvrInfo).
#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{548};
constexpr std::string_view asked = "\0\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0\0"sv;
constexpr std::string_view answered = "\x01\x03\0\x01"sv;
constexpr std::size_t header_size = 16;

// A length of one byte and so many characters.
std::string_view pascal(std::string_view block, std::size_t offset) {
  const auto size = u8_at(block, offset);
  const auto text = size ? part(block, offset + 1, *size) : std::nullopt;
  return text && is_printable(*text) ? *text : std::string_view{};
}

void name_machine(std::string_view machine, Facts& facts) {
  constexpr std::string_view netatalk = "Netatalk";
  if (machine.starts_with(netatalk)) {
    facts.product = netatalk;
    const std::string_view version = trimmed(machine.substr(netatalk.size()));
    if (is_version(version)) facts.version = version;
    return;
  }
  facts.device = machine;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  if (!may_begin(heard, answered)) return {};
  const auto size = u32_at(heard, 8);
  constexpr std::uint32_t most = 8'192;
  if (size && (*size > most || *u32_at(heard, 4) != 0)) return {};
  const auto block = size ? part(heard, header_size, *size) : std::nullopt;
  if (!block) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  const auto machine_at = u16_at(*block, 0);
  const auto versions_at = u16_at(*block, 2);
  constexpr std::size_t shortest = 11;
  if (!machine_at || !versions_at || block->size() < shortest) return {};
  const std::size_t count = u8_at(*block, *versions_at).value_or(0);
  std::string_view newest;
  std::string versions;
  std::size_t at = *versions_at + 1U;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view version = pascal(*block, at);
    if (!version.starts_with("AFP")) return {};
    // "AFP2.2", "AFPX03", "AFP3.4": those of the second kind are between.
    if (version.starts_with("AFP3") ? version > newest || !newest.starts_with("AFP3") : newest.empty())
      newest = version;
    versions += (i == 0 ? "" : ", ") + std::string{version};
    at += version.size() + 1;
  }
  if (newest.empty()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  name_machine(pascal(*block, *machine_at), reading.facts);
  reading.facts.host_name = pascal(*block, 10);
  reading.facts.extra = newest;
  add_detail(reading.facts, "afp-serverinfo", "server_name", reading.facts.host_name);
  add_detail(reading.facts, "afp-serverinfo", "machine_type", pascal(*block, *machine_at));
  add_detail(reading.facts, "afp-serverinfo", "versions", versions);
  return reading;
}

}  // namespace

constinit const Reader afp{
    .name = "afp",
    .service = "afp",
    .document = "Apple Filing Protocol Programming Guide",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 7,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
