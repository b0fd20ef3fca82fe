// What happens on a connection before a talk in TLS begins.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "os/talk/tls.h"
#include "talk/listener.h"
#include "talk/starttls.h"

namespace portolan::os {

// A protocol's own words before TLS; `listener` hears them and what it would show is left out. Errors are half
// sentences: why there is no TLS.
Result<void> ask_for_tls(int socket, talk::Upgrade& upgrade, talk::Listener& listener, Instant deadline);

// The handshake. Errors as above.
Result<void> shake_hands(int socket, TlsSession& tls, Instant deadline);

}  // namespace portolan::os
