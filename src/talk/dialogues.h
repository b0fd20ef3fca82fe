// The dialogues behind starttls_protocols().
#pragma once

#include <memory>

#include "talk/starttls.h"

namespace portolan::talk {

std::unique_ptr<Dialogue> begin_smtp(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_imap(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_pop3(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_ftp(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_xmpp(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_ldap(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_postgres(const DialogueEnds& ends);
std::unique_ptr<Dialogue> begin_mysql(const DialogueEnds& ends);

}  // namespace portolan::talk
