#include "os/talk/begin_tls.h"

#include <poll.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/error_name.h"
#include "base/message.h"
#include "os/monotonic_clock.h"
#include "os/stop_signals.h"
#include "os/system_error.h"
#include "os/talk/stream_socket.h"

namespace portolan::os {
namespace {

std::unexpected<Error> too_late() {
  if (StopSignals::signal()) return stopped();
  return fail(Errc::unreachable, std::string{translated("the other side does not come to it in time")});
}

Result<void> send_all(int socket, std::string_view bytes, Instant deadline) {
  while (!bytes.empty()) {
    if (!wait_for(socket, POLLOUT, deadline)) return too_late();
    const SomeSent sent = send_some(socket, bytes);
    if (sent.error != 0) return fail({Errc::io, error_text(sent.error), error_name(sent.error)});
    bytes.remove_prefix(sent.bytes);
  }
  return {};
}

// At least a byte.
Result<std::string> receive(int socket, Instant deadline) {
  for (;;) {
    // Who always has a little more to say is not heard for ever.
    if (MonotonicClock{}.now() >= deadline || !wait_for(socket, POLLIN, deadline)) return too_late();
    SomeReceived received = receive_some(socket);
    switch (received.what) {
      case SomeReceived::What::nothing_yet:
        continue;
      case SomeReceived::What::bytes:
        return std::move(received.bytes);
      case SomeReceived::What::end:
        return fail(Errc::io, std::string{translated("the other side ends the connection")});
      case SomeReceived::What::error:
        return fail({Errc::io, error_text(received.error), error_name(received.error)});
    }
  }
}

}  // namespace

Result<void> ask_for_tls(int socket, talk::Upgrade& upgrade, talk::Listener& listener, Instant deadline) {
  talk::Step step{.say = upgrade.opening()};
  for (;;) {
    if (!step.say.empty()) (void)listener.sent(step.say);
    if (auto done = send_all(socket, step.say, deadline); !done) return done;
    if (step.upgrade) return {};
    const auto heard = receive(socket, deadline);
    if (!heard) return fail(heard.error());
    (void)listener.received(*heard);
    auto next = upgrade.hear(*heard);
    if (!next) return fail(next.error());
    step = std::move(*next);
  }
}

Result<void> shake_hands(int socket, TlsSession& tls, Instant deadline) {
  for (;;) {
    const auto done = tls.shake_hands();
    // A failure has its last word, an alert, too.
    const auto sent = send_all(socket, tls.outgoing(), deadline);
    if (!done) return fail(done.error());
    if (!sent) return sent;
    if (*done) return {};
    const auto heard = receive(socket, deadline);
    if (!heard) return fail(heard.error());
    tls.arrived(*heard);
  }
}

}  // namespace portolan::os
