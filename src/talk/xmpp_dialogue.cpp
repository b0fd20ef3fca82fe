// XMPP (RFC 6120 section 5): a stream is opened, it tells that it has TLS, and agrees.
#include <fmt/core.h>

#include <cstddef>

#include "base/escape.h"
#include "base/message.h"
#include "talk/dialogues.h"

namespace portolan::talk {
namespace {

class Xmpp : public Dialogue {
 public:
  explicit Xmpp(std::string host) : host_{std::move(host)} {}

  std::string opening() override {
    return fmt::format(
        "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams'>",
        escape_xml(host_));
  }

  // Elements are found by their names: what is read this way is no document, and nothing else is made of it.
  Result<Step> hear(std::string& heard) override {
    if (heard.find("<stream:error") != std::string::npos)
      return fail(Errc::io, std::string{translated("it answers with a stream error")});
    return asked_ ? answer(heard) : features(heard);
  }

 private:
  Result<Step> features(std::string& heard) {
    constexpr std::string_view end_tag = "</stream:features>";
    const std::size_t end = heard.find(end_tag);
    const bool has_none = heard.find("<stream:features/>") != std::string::npos;
    if (end == std::string::npos && !has_none) return Step{};
    const std::size_t begin = heard.find("<starttls");
    if (has_none || begin > end) return fail(Errc::io, std::string{translated("it does not offer STARTTLS")});
    heard.erase(0, end + end_tag.size());
    asked_ = true;
    return Step{.say = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"};
  }

  static Result<Step> answer(std::string& heard) {
    if (heard.find("<failure") != std::string::npos)
      return fail(Errc::io, std::string{translated("it refuses STARTTLS")});
    constexpr std::string_view end_tag = "</proceed>";
    const std::size_t begin = heard.find("<proceed");
    const std::size_t close = begin == std::string::npos ? begin : heard.find('>', begin);
    if (close == std::string::npos) return Step{};
    if (heard[close - 1] == '/') {
      heard.erase(0, close + 1);
    } else {
      const std::size_t end = heard.find(end_tag, close);
      if (end == std::string::npos) return Step{};
      heard.erase(0, end + end_tag.size());
    }
    return Step{.upgrade = true};
  }

  std::string host_;
  bool asked_ = false;
};

}  // namespace

std::unique_ptr<Dialogue> begin_xmpp(const DialogueEnds& ends) { return std::make_unique<Xmpp>(ends.host); }

}  // namespace portolan::talk
