// LDAP (RFC 4511 section 4.14): an extended operation asks for TLS.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/message.h"
#include "talk/dialogues.h"
#include "talk/inert.h"

namespace portolan::talk {
namespace {

using namespace std::string_view_literals;

// LDAPMessage { messageID 1, extendedReq { requestName 1.3.6.1.4.1.1466.20037 } } in BER (RFC 4511 sections 4.12, 5.1).
constexpr std::string_view request =
    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
    "1.3.6.1.4.1.1466.20037"sv;

constexpr unsigned char sequence = 0x30;
constexpr unsigned char integer = 0x02;
constexpr unsigned char enumerated = 0x0a;
constexpr unsigned char octets = 0x04;
constexpr unsigned char extended_response = 0x78;

struct Element {
  unsigned char tag = 0;
  std::string_view content;
  std::size_t size = 0;  // with tag and length
};

enum class Bad : unsigned char { unfinished, senseless };

// The element that `bytes` begin with. Lengths of more than three bytes are beyond all bounds here.
std::expected<Element, Bad> element_of(std::string_view bytes) {
  constexpr std::size_t longest_length = 3;
  constexpr unsigned char long_form = 0x80;
  if (bytes.size() < 2) return std::unexpected{Bad::unfinished};
  const auto at = [&](std::size_t place) { return static_cast<unsigned char>(bytes[place]); };
  std::size_t length = at(1);
  std::size_t begin = 2;
  if (length >= long_form) {
    const std::size_t count = length - long_form;
    if (count == 0 || count > longest_length) return std::unexpected{Bad::senseless};
    if (bytes.size() < begin + count) return std::unexpected{Bad::unfinished};
    length = 0;
    for (; begin < 2 + count; ++begin) length = length << 8U | at(begin);
  }
  if (bytes.size() < begin + length) return std::unexpected{Bad::unfinished};
  return Element{at(0), bytes.substr(begin, length), begin + length};
}

// Takes an element of this tag off the front; nullopt where another one stands there, or none.
std::optional<std::string_view> take(std::string_view& bytes, unsigned char tag) {
  const auto element = element_of(bytes);
  if (!element || element->tag != tag) return std::nullopt;
  bytes.remove_prefix(element->size);
  return element->content;
}

class Ldap : public Dialogue {
 public:
  std::string opening() override { return std::string{request}; }

  Result<Step> hear(std::string& heard) override {
    if (!heard.empty() && static_cast<unsigned char>(heard.front()) != sequence) return not_ldap();
    const auto message = element_of(heard);
    if (!message && message.error() == Bad::unfinished) return Step{};
    if (!message) return not_ldap();
    std::string_view inside = message->content;
    if (!take(inside, integer)) return not_ldap();
    auto response = take(inside, extended_response);
    if (!response) return not_ldap();
    const auto code = take(*response, enumerated);
    if (!code || code->size() != 1) return not_ldap();
    (void)take(*response, octets);  // matchedDN
    const auto says = take(*response, octets);
    if (code->front() != 0) {
      const int result = static_cast<unsigned char>(code->front());
      return fail(Errc::io, says && !says->empty() ? said("it refuses StartTLS: result {0}, {1}", result, told(*says))
                                                   : said("it refuses StartTLS: result {}", result));
    }
    heard.erase(0, message->size);
    return Step{.upgrade = true};
  }

 private:
  static std::unexpected<Error> not_ldap() {
    return fail(Errc::io, std::string{translated("what it answers is no answer of LDAP to StartTLS")});
  }
};

}  // namespace

std::unique_ptr<Dialogue> begin_ldap(const DialogueEnds& /*ends*/) { return std::make_unique<Ldap>(); }

}  // namespace portolan::talk
