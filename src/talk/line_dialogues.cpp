// SMTP, IMAP, POP3 and FTP: lines, and a word at the beginning of each that says yes or no.
#include <fmt/core.h>

#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "base/message.h"
#include "base/text.h"
#include "talk/dialogues.h"
#include "talk/inert.h"

namespace portolan::talk {
namespace {

enum class Kind : unsigned char {
  more,  // of an answer that goes on, or nothing that was asked for
  yes,
  no,
};

// One thing that is waited for, and what is said once it has come.
struct Turn {
  std::string_view wanted;          // the beginning of a line that says yes
  std::string say;                  // "": TLS begins
  std::string_view must_tell = {};  // a word that one of its lines holds: that TLS is offered
};

class LineDialogue : public Dialogue {
 public:
  LineDialogue(Kind (*kind_of)(std::string_view line, std::string_view wanted), std::vector<Turn> turns)
      : kind_of_{kind_of}, turns_{std::move(turns)} {}

  Result<Step> hear(std::string& heard) override {
    const std::size_t end = heard.find('\n');
    if (end == std::string::npos) return Step{};
    std::string line = heard.substr(0, end);
    heard.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    const Turn& turn = turns_.at(at_);
    const std::string word = lower_case(turn.must_tell);
    told_ = told_ || word.empty() || lower_case(line).find(word) != std::string::npos;
    switch (kind_of_(line, turn.wanted)) {
      case Kind::more:
        return Step{};
      case Kind::no:
        return fail(Errc::io, said("it answers '{}'", told(line)));
      case Kind::yes:
        break;
    }
    if (!told_) return fail(Errc::io, said("it does not offer {}", turn.must_tell));
    told_ = false;
    ++at_;
    return Step{.say = turn.say, .upgrade = turn.say.empty()};
  }

 private:
  Kind (*kind_of_)(std::string_view, std::string_view);
  std::vector<Turn> turns_;
  std::size_t at_ = 0;
  bool told_ = false;
};

// "250-first", "250 last" (RFC 5321 section 4.2.1, RFC 959 section 4.2). Of FTP a line between these may be anything.
Kind numbered(std::string_view line, std::string_view wanted) {
  constexpr std::size_t digits = 3;
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const bool is_answer = line.size() >= digits && is_digit(line[0]) && is_digit(line[1]) && is_digit(line[2]);
  if (!is_answer || (line.size() > digits && line[digits] != ' ')) return Kind::more;
  if (line.starts_with(wanted)) return Kind::yes;
  return line.front() == '1' ? Kind::more : Kind::no;  // 120: it will be ready in a moment
}

// RFC 1939 section 3.
Kind plus_or_minus(std::string_view line, std::string_view wanted) {
  return line.starts_with(wanted) ? Kind::yes : Kind::no;
}

// RFC 9051 section 7.1: "* OK ..." greets, and a line with our tag answers.
Kind tagged(std::string_view line, std::string_view wanted) {
  const std::string_view tag = wanted.substr(0, wanted.find(' ') + 1);
  if (line.starts_with("* BYE")) return Kind::no;
  if (!line.starts_with(tag)) return Kind::more;
  return lower_case(line).starts_with(lower_case(wanted)) ? Kind::yes : Kind::no;
}

// RFC 5321 section 4.1.3: who has no name gives its address.
std::string address_literal(const std::string& address) {
  const std::string without_zone = address.substr(0, address.find('%'));
  return fmt::format(fmt::runtime(address.find(':') == std::string::npos ? "[{}]" : "[IPv6:{}]"), without_zone);
}

}  // namespace

std::unique_ptr<Dialogue> begin_smtp(const DialogueEnds& ends) {
  return std::make_unique<LineDialogue>(
      numbered, std::vector<Turn>{{"220", fmt::format("EHLO {}\r\n", address_literal(ends.own_address))},
                                  {"250", "STARTTLS\r\n", "STARTTLS"},
                                  {"220", ""}});
}

std::unique_ptr<Dialogue> begin_ftp(const DialogueEnds& /*ends*/) {
  return std::make_unique<LineDialogue>(numbered, std::vector<Turn>{{"220", "AUTH TLS\r\n"}, {"234", ""}});
}

std::unique_ptr<Dialogue> begin_pop3(const DialogueEnds& /*ends*/) {
  return std::make_unique<LineDialogue>(plus_or_minus, std::vector<Turn>{{"+OK", "STLS\r\n"}, {"+OK", ""}});
}

std::unique_ptr<Dialogue> begin_imap(const DialogueEnds& /*ends*/) {
  return std::make_unique<LineDialogue>(tagged, std::vector<Turn>{{"* OK", "a STARTTLS\r\n"}, {"a OK", ""}});
}

}  // namespace portolan::talk
