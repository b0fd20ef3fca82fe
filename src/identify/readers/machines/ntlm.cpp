#include "identify/readers/machines/ntlm.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view signature = "NTLMSSP\0"sv;

// X.690: a tag, a length of one to three bytes, and so much.
std::string der(std::uint8_t tag, std::string_view content) {
  constexpr std::size_t longest_short = 0x7f;
  std::string out(1, static_cast<char>(tag));
  if (content.size() <= longest_short) {
    out += static_cast<char>(content.size());
  } else {
    out += '\x82';
    out += big16(static_cast<std::uint16_t>(content.size()));
  }
  return out.append(content);
}

struct Element {
  std::string_view content;
  std::string_view rest;
};
std::optional<Element> element(std::string_view bytes, std::uint8_t tag) {
  if (u8_at(bytes, 0) != tag) return std::nullopt;
  const auto first = u8_at(bytes, 1);
  if (!first) return std::nullopt;
  std::size_t size = *first;
  std::size_t offset = 2;
  constexpr std::size_t of_one_byte = 0x81;
  constexpr std::size_t of_two_bytes = 0x82;
  if (size == of_one_byte) {
    size = u8_at(bytes, offset).value_or(0);
    offset += 1;
  } else if (size == of_two_bytes) {
    size = u16_at(bytes, offset).value_or(0);
    offset += 2;
  } else if (size > of_two_bytes) {
    return std::nullopt;
  }
  const auto content = part(bytes, offset, size);
  if (!content) return std::nullopt;
  return Element{*content, bytes.substr(offset + size)};
}

// A field of a message: its length, the room it has, and where it stands.
std::optional<std::string_view> field(std::string_view message, std::size_t offset) {
  const auto size = u16_little_at(message, offset);
  const auto at = u32_little_at(message, offset + 4);
  if (!size || !at) return std::nullopt;
  return part(message, *at, *size);
}

// Builds of Windows that were released. Others who answer like Windows mostly give none, or 7600.
bool is_windows(const NtlmChallenge& challenge) {
  constexpr std::array<unsigned, 10> old{2195, 2600, 3790, 6000, 6001, 6002, 7601, 9200, 9600, 10240};
  constexpr unsigned ten = 10;
  if (challenge.major == ten) return challenge.build >= old.back();
  return std::ranges::find(old, challenge.build) != old.end();
}

}  // namespace

std::string ntlm_negotiate() {
  // Unicode, OEM, target wanted, NTLM, always sign, extended session security, version, 128 and 56 bits.
  constexpr std::uint32_t flags = 0xa2088207;
  constexpr std::size_t no_names = 16;
  constexpr std::uint64_t version = 0x0f00'0000'0000'0000;  // only the revision of NTLM
  return std::string{signature} + little32(1) + little32(flags) + zeros(no_names) + little(version, 8);
}

std::string spnego_of(std::string_view ntlm) {
  constexpr std::string_view spnego_id = "\x06\x06\x2b\x06\x01\x05\x05\x02"sv;
  constexpr std::string_view ntlm_id = "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"sv;
  constexpr std::uint8_t application = 0x60;
  constexpr std::uint8_t sequence = 0x30;
  constexpr std::uint8_t octets = 0x04;
  constexpr std::uint8_t choice = 0xa0;
  constexpr std::uint8_t mechanism_token = 0xa2;
  const std::string init = der(choice, der(sequence, ntlm_id)) + der(mechanism_token, der(octets, ntlm));
  return der(application, std::string{spnego_id} + der(choice, der(sequence, init)));
}

std::string_view token_in_spnego(std::string_view message) {
  constexpr std::uint8_t response = 0xa1;
  constexpr std::uint8_t sequence = 0x30;
  constexpr std::uint8_t octets = 0x04;
  const auto outer = element(message, response);
  const auto fields = outer ? element(outer->content, sequence) : std::nullopt;
  if (!fields) return {};
  std::string_view rest = fields->content;
  for (const unsigned tag : {0xa0U, 0xa1U}) {
    if (const auto skipped = element(rest, static_cast<std::uint8_t>(tag))) rest = skipped->rest;
  }
  const auto wrapped = element(rest, 0xa2);
  const auto token = wrapped ? element(wrapped->content, octets) : std::nullopt;
  return token ? token->content : std::string_view{};
}

std::optional<NtlmChallenge> ntlm_challenge(std::string_view message) {
  constexpr std::size_t type_at = 8;
  constexpr std::size_t target_at = 40;
  constexpr std::size_t version_at = 48;
  constexpr std::size_t flags_at = 20;
  constexpr std::uint32_t version_follows = 0x0200'0000;
  if (!message.starts_with(signature) || u32_little_at(message, type_at) != 2) return std::nullopt;
  const auto flags = u32_little_at(message, flags_at);
  if (!flags) return std::nullopt;
  NtlmChallenge challenge;
  if (auto target = field(message, target_at)) {
    for (;;) {
      const auto id = u16_little_at(*target, 0);
      const auto size = u16_little_at(*target, 2);
      if (!id || !size || *id == 0) break;
      const auto value = part(*target, 4, *size);
      if (!value) break;
      constexpr std::array<std::string NtlmChallenge::*, 4> names{
          &NtlmChallenge::computer, &NtlmChallenge::domain, &NtlmChallenge::dns_computer, &NtlmChallenge::dns_domain};
      if (*id <= names.size()) challenge.*names.at(*id - 1U) = utf16_text(*value);
      target->remove_prefix(4U + *size);
    }
  }
  if ((*flags & version_follows) != 0 && u32_little_at(message, version_at + 4)) {
    challenge.has_version = true;
    challenge.major = *u8_at(message, version_at);
    challenge.minor = *u8_at(message, version_at + 1);
    challenge.build = *u16_little_at(message, version_at + 2);
  }
  return challenge;
}

void tell(const NtlmChallenge& challenge, std::string_view topic, Facts& facts) {
  add_detail(facts, topic, "computer", challenge.computer);
  add_detail(facts, topic, "domain", challenge.domain);
  add_detail(facts, topic, "fqdn", challenge.dns_computer);
  add_detail(facts, topic, "domain_dns", challenge.dns_domain);
  if (challenge.has_version) {
    add_detail(facts, topic, "version", fmt::format("{}.{}.{}", challenge.major, challenge.minor, challenge.build));
  }
  facts.host_name = challenge.dns_computer.empty() ? challenge.computer : challenge.dns_computer;
  const std::string label = lower(facts.host_name.substr(0, facts.host_name.find('.')));
  constexpr std::size_t longest_netbios = 15;
  if (label.substr(0, longest_netbios) != lower(challenge.computer)) {
    add_word(facts.extra, challenge.computer.empty() ? "" : fmt::format("NetBIOS name {}", challenge.computer));
  }
  // Who belongs to none gives its own name as the domain's.
  const bool has_domain = challenge.domain != challenge.computer;
  const std::string& domain = challenge.dns_domain.empty() ? challenge.domain : challenge.dns_domain;
  if (has_domain && !domain.empty()) add_word(facts.extra, fmt::format("domain {}", domain));
  if (!challenge.has_version || challenge.build == 0) return;
  add_word(facts.extra, fmt::format("NTLM {}.{} build {}", challenge.major, challenge.minor, challenge.build));
  if (is_windows(challenge)) facts.system = "Windows";
}

}  // namespace portolan::identify
