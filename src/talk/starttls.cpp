#include "talk/starttls.h"

#include <algorithm>
#include <array>

#include "base/message.h"
#include "talk/dialogues.h"

namespace portolan::talk {
namespace {

constexpr std::array protocols{
    StartTls{"smtp", "RFC 3207", begin_smtp},
    StartTls{"imap", "RFC 9051 section 6.2.1", begin_imap},
    StartTls{"pop3", "RFC 2595 section 4", begin_pop3},
    StartTls{"ftp", "RFC 4217 section 4", begin_ftp},
    StartTls{"xmpp", "RFC 6120 section 5", begin_xmpp},
    StartTls{"ldap", "RFC 4511 section 4.14", begin_ldap},
    StartTls{"postgres", "PostgreSQL's message flow, SSLRequest", begin_postgres},
    StartTls{"mysql", "MySQL's connection phase, SSLRequest", begin_mysql},
};

}  // namespace

std::span<const StartTls> starttls_protocols() { return protocols; }

const StartTls* starttls_named(std::string_view name) {
  const auto found = std::ranges::find(protocols, name, &StartTls::name);
  return found == protocols.end() ? nullptr : &*found;
}

Upgrade::Upgrade(const StartTls& protocol, const DialogueEnds& ends) : dialogue_{protocol.begin(ends)} {}

Result<Step> Upgrade::hear(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > most_bytes) return fail(Errc::limit, said("it says more than {} bytes and no end", most_bytes));
  heard_ += bytes;
  // Several answers may have come at once.
  Step all;
  for (;;) {
    const std::size_t before = heard_.size();
    auto step = dialogue_->hear(heard_);
    if (!step) return step;
    all.say += step->say;
    all.upgrade = step->upgrade;
    if (all.upgrade && !heard_.empty())
      return fail(Errc::io, std::string{translated("it says something between its consent and TLS")});
    if (all.upgrade || heard_.empty() || heard_.size() == before) return all;
  }
}

}  // namespace portolan::talk
