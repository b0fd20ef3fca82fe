#include "os/talk/datagram_talk.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/error_name.h"
#include "base/message.h"
#include "os/monotonic_clock.h"
#include "os/stop_signals.h"
#include "os/system_error.h"
#include "os/talk/standard_ends.h"
#include "os/talk/stream_socket.h"
#include "talk/typed.h"

namespace portolan::os {
namespace {

// What fits into a datagram of IPv4 (RFC 791: 65,535 bytes, less two headers).
constexpr std::size_t most_bytes = 65'507;
constexpr std::size_t most_waiting = 65'536;  // of answers; who is ahead of its reader is not read from meanwhile

class DatagramTalk {
 public:
  DatagramTalk(int socket, const std::string& peer, Duration patience, talk::Listener& listener)
      : socket_{socket}, peer_{peer}, patience_{patience}, listener_{listener} {}

  Result<DatagramsTold> run() {
    while (!finished()) {
      if (const auto done = turn(); !done) {
        if (!failure_) failure_ = done.error();
        break;
      }
    }
    // What came before a failure is shown as well.
    while (!output_.empty()) {
      if (!wait_for(StandardOutput::descriptor, POLLOUT, std::nullopt)) return stopped();
      if (const auto done = output_.write_some(); !done) return fail(done.error());
    }
    if (failure_) return fail(*failure_);
    return told_;
  }

 private:
  [[nodiscard]] bool finished() const { return until_ && MonotonicClock{}.now() >= *until_; }

  Result<void> turn() {
    const auto watched = [](int descriptor, bool reads, bool writes) {
      const auto events = static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
      return pollfd{events == 0 ? -1 : descriptor, events, 0};
    };
    const bool types = !input_.at_end() && !line_ && !failure_;
    std::array<pollfd, 3> all{watched(StandardInput::descriptor, types, false),
                              watched(socket_, output_.waiting() < most_waiting, line_.has_value()),
                              watched(StandardOutput::descriptor, false, !output_.empty())};
    if (!poll_or_stop(all, milliseconds_until(until_))) return stopped();
    if (all[2].revents != 0) {
      if (const auto done = output_.write_some(); !done) return done;
    }
    if ((all[1].revents & (POLLIN | POLLERR)) != 0) {
      if (const auto done = receive(); !done) return done;
    }
    if ((all[1].revents & POLLOUT) != 0 && line_) {
      if (const auto done = send(); !done) return done;
    }
    if (all[0].revents != 0) return take_input();
    return {};
  }

  Result<void> take_input() {
    lines_.add(listener_.typed(input_.read_some()));
    if (input_.failure() != 0) {
      return fail({Errc::io, said("cannot read standard input: {}", error_text(input_.failure())),
                   error_name(input_.failure())});
    }
    return next_line();
  }

  // The line that is sent next; after the last one the wait for answers begins.
  Result<void> next_line() {
    line_ = lines_.next();
    if (!line_ && input_.at_end()) {
      if (std::string rest = lines_.rest(); !rest.empty()) line_ = std::move(rest);
    }
    if ((line_ ? line_->size() : lines_.waiting()) > most_bytes) {
      failure_ = Error{
          Errc::io, said("a line of more than {} bytes fits no datagram; neither it nor what stands behind it was sent",
                         most_bytes)};
      line_.reset();
      until_ = deadline_in(patience_);  // what was sent before may still be answered
      return {};
    }
    if (!line_ && input_.at_end()) until_ = deadline_in(patience_);
    return {};
  }

  Result<void> send() {
    const SomeSent sent = send_some(socket_, *line_);
    if (sent.error != 0) return fail(refused(sent.error));
    if (sent.bytes == 0 && !line_->empty()) return {};
    told_.any_sent = true;
    output_.add(listener_.sent(*line_));
    return next_line();
  }

  Result<void> receive() {
    const SomeReceived received = receive_some(socket_);
    if (received.what == SomeReceived::What::nothing_yet) return {};
    if (received.what == SomeReceived::What::error) return fail(refused(received.error));
    told_.any_answer = true;
    output_.add(listener_.received(received.bytes));
    return {};
  }

  // The kernel hands on what ICMP answered to an earlier datagram with the next call.
  [[nodiscard]] Error refused(int error) const {
    if (error == ECONNREFUSED) {
      return {Errc::unreachable,
              said("{} answers by ICMP that the port is unreachable: nothing takes datagrams there", peer_),
              error_name(error)};
    }
    return {Errc::unreachable, said("datagrams to {0} do not get through: {1}", peer_, error_text(error)),
            error_name(error)};
  }

  int socket_;
  const std::string& peer_;
  Duration patience_;
  talk::Listener& listener_;
  StandardInput input_;
  StandardOutput output_;
  talk::Lines lines_;
  std::optional<std::string> line_;  // waits for the socket
  std::optional<Instant> until_;
  std::optional<Error> failure_;
  DatagramsTold told_;
};

}  // namespace

Result<DatagramsTold> talk_by_datagrams(int socket, const std::string& peer, Duration patience,
                                        talk::Listener& listener) {
  return DatagramTalk{socket, peer, patience, listener}.run();
}

}  // namespace portolan::os
