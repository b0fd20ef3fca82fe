// The SMB of old, of servers that speak nothing newer: the answer to a session setup that is not gone on with names
// system and software ([MS-CIFS] §2.2.4.52, [MS-SMB] §2.2.4.5, §2.2.4.6).
#include <algorithm>
#include <array>

#include "identify/details.h"
#include "identify/readers/machines/ntlm.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{445};
constexpr std::string_view protocol = "\xffSMB"sv;
constexpr std::string_view smb_names = "smb-os-discovery";
constexpr std::size_t frame_head = 4;
constexpr std::size_t header_size = 32;
constexpr std::uint8_t negotiates = 0x72;
constexpr std::uint8_t sets_up = 0x73;

std::string framed(std::uint8_t command, std::string_view body) {
  constexpr std::uint16_t flags = 0xc801;  // Unicode, statuses of NT, extended security, long names
  constexpr std::size_t no_session = 12;   // the upper half of the process, signature, reserved
  const std::string message = std::string{protocol} + static_cast<char>(command) + little32(0) + '\x18' +
                              little16(flags) + zeros(no_session) + little16(0) + little16(1) + little16(0) +
                              little16(1) + std::string{body};
  return big32(static_cast<std::uint32_t>(message.size())) + message;
}

std::string negotiate() {
  constexpr std::string_view dialect = "\x02NT LM 0.12\0"sv;
  return framed(negotiates, zeros(1) + little16(dialect.size()) + std::string{dialect});
}

std::string session_setup() {
  constexpr std::uint32_t capabilities = 0x8000'00d4;
  constexpr std::uint16_t most = 0x1104;
  const std::string token = spnego_of(ntlm_negotiate());
  const std::string words = "\xff"s + zeros(3) + little16(most) + little16(1) + little16(0) + little32(0) +
                            little16(static_cast<std::uint16_t>(token.size())) + little32(0) + little32(capabilities);
  // No names of ours; they begin at an even place.
  constexpr std::size_t words_at = header_size + 1;
  const std::size_t token_end = words_at + words.size() + 2 + token.size();
  const std::string data = token + zeros(token_end % 2 + 4);
  return framed(sets_up, "\x0c"s + words + little16(static_cast<std::uint16_t>(data.size())) + data);
}

struct Answer {
  Reading::Is is = Reading::Is::no;
  std::string_view whole = {};  // from the header on
  std::string_view words = {};
  std::string_view data = {};
};
Answer answer_in(std::string_view bytes, std::uint8_t command) {
  if (!may_begin(bytes, "\0"sv)) return {};
  const auto length = u32_at(bytes, 0);
  constexpr std::uint32_t most = 0xffff;
  if (length && (*length < header_size + 3 || *length > most)) return {};
  if (bytes.size() > frame_head && !may_begin(bytes.substr(frame_head), protocol)) return {};
  const auto whole = length ? part(bytes, frame_head, *length) : std::nullopt;
  if (!whole) return {Reading::Is::more};
  constexpr std::size_t flags_at = 9;
  constexpr std::uint8_t is_answer = 0x80;
  if (*u8_at(*whole, 4) != command || (*u8_at(*whole, flags_at) & is_answer) == 0) return {};
  const std::size_t words_size = *u8_at(*whole, header_size) * std::size_t{2};
  const auto words = part(*whole, header_size + 1, words_size);
  const auto data_size = u16_little_at(*whole, header_size + 1 + words_size);
  const auto data = data_size ? part(*whole, header_size + 3 + words_size, *data_size) : std::nullopt;
  if (!words || !data) return {};
  return {Reading::Is::yes, *whole, *words, *data};
}

// Ends with two zeros.
std::string take_text(std::string_view& rest) {
  std::size_t end = 0;
  while (end + 1 < rest.size() && (rest[end] != 0 || rest[end + 1] != 0)) end += 2;
  std::string text = utf16_text(rest.substr(0, end));
  rest.remove_prefix(std::min(rest.size(), end + 2));
  return text;
}

void tell_software(const Answer& answer, Facts& facts) {
  const auto token_size = u16_little_at(answer.words, 6);
  if (!token_size) return;
  const auto token = part(answer.data, 0, *token_size);
  if (!token) return;
  if (const auto challenge = ntlm_challenge(token_in_spnego(*token))) tell(*challenge, smb_names, facts);
  std::string_view rest = answer.data.substr(token->size());
  const auto at = static_cast<std::size_t>(rest.data() - answer.whole.data());
  if (at % 2 == 1 && !rest.empty()) rest.remove_prefix(1);
  const std::string system = take_text(rest);
  const std::string software = take_text(rest);
  add_detail(facts, smb_names, "os", system);
  add_detail(facts, smb_names, "lanmanager", software);
  constexpr std::string_view samba = "Samba ";
  if (software.starts_with(samba)) {
    facts.product = "Samba smbd";
    facts.version = software.substr(samba.size());
  } else {
    add_word(facts.extra, software);
  }
  // Samba calls itself some Windows.
  if (!facts.product.empty()) return;
  if (system.starts_with("Windows ")) facts.system = "Windows";
  add_word(facts.extra, system);
}

Reading read(const Talk& talk) {
  static const std::string asked = negotiate();
  if (talk.turns.front().said != asked || talk.first().empty()) return {};
  const Answer negotiated = answer_in(talk.first(), negotiates);
  if (negotiated.is != Reading::Is::yes) return {.is = talk.is_over ? Reading::Is::no : negotiated.is};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra = "SMB 1";
  constexpr std::size_t all_words = 34;
  constexpr std::uint32_t extended = 0x8000'0000;
  // No dialect of ours, or a server of before 1997.
  if (negotiated.words.size() != all_words || *u16_little_at(negotiated.words, 0) != 0) return reading;
  if ((*u32_little_at(negotiated.words, 19) & extended) == 0) {
    constexpr std::size_t challenge_size_at = 33;
    std::string_view rest = negotiated.data;
    rest.remove_prefix(std::min<std::size_t>(rest.size(), *u8_at(negotiated.words, challenge_size_at)));
    if (const std::string domain = take_text(rest); !domain.empty()) add_word(reading.facts.extra, "domain " + domain);
    reading.facts.host_name = take_text(rest);
    return reading;
  }
  if (talk.turns.size() == 1) {
    reading.say = session_setup();
    return reading;
  }
  const Answer answer = answer_in(talk.turns[1].heard, sets_up);
  if (answer.is == Reading::Is::more && !talk.is_over) return {.is = Reading::Is::more};
  if (answer.is == Reading::Is::yes) tell_software(answer, reading.facts);
  return reading;
}

}  // namespace

constinit const Reader smb1{
    .name = "smb1",
    .service = "microsoft-ds",
    .document = "[MS-CIFS], [MS-SMB], [MS-NLMP]",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return negotiate(); },
    .read = read,
};

}  // namespace portolan::identify
