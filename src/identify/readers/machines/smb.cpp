// SMB2: the answer to a negotiation says dialect and signing, the challenge of a session setup that is not gone on with
// names the machine ([MS-SMB2] §2.2.4, §2.2.6). On port 139 a NetBIOS session is called first (RFC 1002 §4.3).
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <utility>

#include "identify/details.h"
#include "identify/readers/machines/ntlm.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"
#include "model/wall_time.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{445};
constexpr std::array<std::uint16_t, 1> session_ports{139};
constexpr std::string_view protocol = "\xfeSMB"sv;
constexpr std::size_t header_size = 64;
constexpr std::size_t frame_head = 4;

std::string framed(std::string_view message) {
  return big32(static_cast<std::uint32_t>(message.size())).append(message);
}

std::string header(std::uint16_t command, std::uint64_t message) {
  constexpr std::uint16_t credits = 31;
  constexpr std::size_t rest = 32;  // process, tree, session, signature
  return std::string{protocol} + little16(header_size) + little16(0) + little32(0) + little16(command) +
         little16(credits) + little32(0) + little32(0) + little(message, 8) + zeros(rest);
}

// All dialects; 3.1.1 wants to hear of a hash.
std::string negotiate() {
  constexpr std::array<std::uint16_t, 5> dialects{0x0202, 0x0210, 0x0300, 0x0302, 0x0311};
  constexpr std::uint16_t context_at = 112;
  constexpr std::uint16_t salt_size = 32;
  std::string body = little16(36) + little16(dialects.size()) + little16(1) + little16(0) + little32(0x7f) +
                     std::string(16, 'p') + little32(context_at) + little16(1) + little16(0);
  for (const std::uint16_t dialect : dialects) body += little16(dialect);
  body += zeros(context_at - header_size - body.size());
  body += little16(1) + little16(salt_size + 6) + little32(0) + little16(1) + little16(salt_size) + little16(1) +
          std::string(salt_size, 's');
  return framed(header(0, 0) + body);
}

std::string session_setup() {
  constexpr std::uint16_t token_at = header_size + 24;
  const std::string token = spnego_of(ntlm_negotiate());
  return framed(header(1, 1) + little16(25) + little16(0x0100) + little32(0) + little32(0) + little16(token_at) +
                little16(static_cast<std::uint16_t>(token.size())) + zeros(8) + token);
}

// "*SMBSERVER" is whom a file server lets itself be called; each half byte is a letter from A.
std::string encoded(std::string_view name) {
  constexpr std::size_t longest = 16;
  std::string out = "\x20";
  for (std::size_t i = 0; i < longest; ++i) {
    const auto c = static_cast<unsigned char>(i < name.size() ? name[i] : ' ');
    out += static_cast<char>('A' + (c >> 4U));
    out += static_cast<char>('A' + (c & 0xfU));
  }
  return out + '\0';
}
std::string session_request() {
  constexpr std::uint8_t request = 0x81;
  const std::string names = encoded("*SMBSERVER") + encoded("PORTOLAN");
  return std::string(1, static_cast<char>(request)) + zeros(1) + big16(static_cast<std::uint16_t>(names.size())) +
         names;
}

struct Message {
  std::uint32_t status = 0;
  std::string_view whole;  // from the header on
};
struct Frame {
  Reading::Is is = Reading::Is::no;
  Message message;
};

// The first frame, where it answers this command.
Frame frame_of(std::string_view bytes, std::uint16_t command) {
  const auto length = u32_at(bytes, 0);
  constexpr std::uint32_t most = 0xffff;
  if (!length) return {bytes.empty() || bytes.front() == 0 ? Reading::Is::more : Reading::Is::no, {}};
  if (*length < header_size || *length > most) return {};
  if (!may_begin(bytes.substr(frame_head), protocol)) return {};
  const auto whole = part(bytes, frame_head, *length);
  if (!whole) return {Reading::Is::more, {}};
  constexpr std::size_t command_at = 12;
  constexpr std::size_t flags_at = 16;
  const bool is_answer = u16_little_at(*whole, command_at) == command && (*u8_at(*whole, flags_at) & 1U) == 1;
  if (!is_answer || u16_little_at(*whole, 4) != header_size) return {};
  return {Reading::Is::yes, {*u32_little_at(*whole, 8), *whole}};
}

std::string dialect_name(std::uint16_t dialect) {
  std::string name = fmt::format("SMB {}.{}", dialect >> 8U, dialect >> 4U & 0xfU);
  if ((dialect & 0xfU) != 0) name += fmt::format(".{}", dialect & 0xfU);
  return name;
}

// [MS-DTYP] §2.3.3: hundreds of nanoseconds since 1601. Samba and Windows of today tell no start.
void tell_times(std::string_view body, Facts& facts) {
  constexpr std::size_t clock_at = 40;
  constexpr std::uint64_t a_second = 10'000'000;
  constexpr std::uint64_t until_1970 = 11'644'473'600;
  for (const auto& [key, at] : {std::pair{"date", clock_at}, std::pair{"start_date", clock_at + 8}}) {
    const auto low = u32_little_at(body, at);
    const auto high = u32_little_at(body, at + 4);
    if (!low || !high) return;
    const std::uint64_t seconds = (std::uint64_t{*high} << 32U | *low) / a_second;
    constexpr std::uint64_t year_2200 = 7'258'118'400;
    if (seconds <= until_1970 || seconds > until_1970 + year_2200) continue;
    add_detail(facts, "smb2-time", key,
               model::rfc3339_text(model::WallTime{std::chrono::seconds{seconds - until_1970}}));
  }
}

// Samba gives its NetBIOS name in small letters where others give a random number.
bool is_samba(std::string_view guid, const NtlmChallenge& challenge) {
  constexpr std::size_t longest_name = 15;
  const std::string name = lower(challenge.computer).substr(0, longest_name);
  return !name.empty() && challenge.has_version && challenge.build == 0 && guid == name + zeros(16 - name.size());
}

// `turns`: from the negotiation on.
Reading read_smb(const Talk& talk, std::span<const Turn> turns) {
  const Frame negotiated = frame_of(turns.front().heard, 0);
  if (negotiated.is != Reading::Is::yes) return {.is = talk.is_over ? Reading::Is::no : negotiated.is};
  const std::string_view body = negotiated.message.whole.substr(header_size);
  constexpr std::uint16_t body_size = 65;
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  constexpr std::size_t guid_at = 8;
  const auto guid = part(body, guid_at, 16);
  const auto mode = u16_little_at(body, 2);
  const auto dialect = u16_little_at(body, 4);
  if (negotiated.message.status != 0 || u16_little_at(body, 0) != body_size || !guid || !mode || !dialect) {
    reading.confidence = by_grammar;
    return reading;
  }
  reading.facts.extra = dialect_name(*dialect);
  if ((*mode & 2U) != 0) add_word(reading.facts.extra, "signing required");
  add_detail(reading.facts, "smb2-security-mode", "dialect", dialect_name(*dialect));
  add_detail(reading.facts, "smb2-security-mode", "signing",
             (*mode & 2U) != 0   ? "required"
             : (*mode & 1U) != 0 ? "possible, not required"
                                 : "not possible");
  tell_times(body, reading.facts);
  if (turns.size() == 1) {
    reading.say = session_setup();
    return reading;
  }
  const Frame answer = frame_of(turns[1].heard, 1);
  if (answer.is == Reading::Is::more && !talk.is_over) return {.is = Reading::Is::more};
  if (answer.is != Reading::Is::yes) return reading;
  const auto token_at = u16_little_at(answer.message.whole, header_size + 4);
  const auto token_size = u16_little_at(answer.message.whole, header_size + 6);
  if (!token_at || !token_size) return reading;
  const auto token = part(answer.message.whole, *token_at, *token_size);
  const auto challenge = token ? ntlm_challenge(token_in_spnego(*token)) : std::nullopt;
  if (!challenge) return reading;
  tell(*challenge, "smb-os-discovery", reading.facts);
  if (is_samba(*guid, *challenge)) reading.facts.product = "Samba smbd";
  return reading;
}

Reading read(const Talk& talk) {
  static const std::string asked = negotiate();
  if (talk.turns.front().said != asked) return {};
  return read_smb(talk, talk.turns);
}

// RFC 1002 §4.3.3 and 4: taken, or refused with a reason.
Reading read_session(const Talk& talk) {
  static const std::string asked = session_request();
  if (talk.turns.front().said != asked) return {};
  constexpr std::string_view taken = "\x82\0\0\0"sv;
  constexpr std::string_view refused = "\x83\0\0\x01"sv;
  const std::string_view heard = talk.first();
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (heard.starts_with(refused) && heard.size() == refused.size() + 1 && *u8_at(heard, frame_head) >= 0x80) {
    reading.facts.extra = "refuses the session";
    return reading;
  }
  if (heard != taken) {
    const bool may_be = may_begin(heard, taken) || may_begin(heard, refused);
    return {.is = may_be && heard.size() <= frame_head && !talk.is_over ? Reading::Is::more : Reading::Is::no};
  }
  if (talk.turns.size() == 1) {
    reading.say = negotiate();
    return reading;
  }
  Reading inner = read_smb(talk, talk.turns.subspan(1));
  return inner.is == Reading::Is::no ? reading : inner;
}

}  // namespace

constinit const Reader smb{
    .name = "smb",
    .service = "microsoft-ds",
    .document = "[MS-SMB2], [MS-NLMP]",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 4,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return negotiate(); },
    .read = read,
};

constinit const Reader netbios_ssn{
    .name = "netbios-ssn",
    .service = "netbios-ssn",
    .document = "RFC 1002, [MS-SMB2]",
    .first = Speaks::client,
    .ports = session_ports,
    .rarity = 9,
    .question = [](std::string_view) { return session_request(); },
    .read = read_session,
};

}  // namespace portolan::identify
