// A talk over a connection: standard input goes out, what comes back goes to standard output.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "os/talk/tls.h"
#include "talk/listener.h"

namespace portolan::os {

enum class TalkEnd : std::uint8_t {
  in_order,  // both sides have said all they had to say
  by_peer,   // the other side ended while standard input was still open
};

// Until the other side ends, or the connection is lost (Errc::io with a sentence), or standard output fails (Errc::io,
// Errc::reader_gone). The end of standard input is passed on (TLS's close_notify, then the end of writing of TCP), and
// what still comes is waited for. No more than 64 KiB wait in each direction. `tls`: nullptr without; its handshake is
// done. `peer` is named in sentences.
Result<TalkEnd> talk_by_stream(int socket, TlsSession* tls, const std::string& peer, talk::Listener& listener);

}  // namespace portolan::os
