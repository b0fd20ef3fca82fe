#include "os/talk/stream_talk.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/error_name.h"
#include "base/message.h"
#include "os/stop_signals.h"
#include "os/system_error.h"
#include "os/talk/standard_ends.h"
#include "os/talk/stream_socket.h"

namespace portolan::os {
namespace {

// So much waits in each direction; who is ahead of its reader is not read from meanwhile.
constexpr std::size_t most_waiting = 65'536;

class StreamTalk {
 public:
  StreamTalk(int socket, TlsSession* tls, const std::string& peer, talk::Listener& listener)
      : socket_{socket}, tls_{tls}, peer_{peer}, listener_{listener} {}

  Result<TalkEnd> run() {
    if (tls_ != nullptr) hear({});  // what came right behind the handshake
    while (!finished()) {
      if (const auto done = turn(); !done) return fail(done.error());
    }
    if (failure_) return fail(*failure_);
    if (tls_ != nullptr && !tls_->peer_closed()) {
      return fail({Errc::io, said("{} ended the connection without ending TLS: what came may be cut short", peer_),
                   "tls-not-ended"});
    }
    if (input_.failure() != 0) {
      return fail({Errc::io, said("cannot read standard input: {}", error_text(input_.failure())),
                   error_name(input_.failure())});
    }
    return input_.at_end() ? TalkEnd::in_order : TalkEnd::by_peer;
  }

 private:
  [[nodiscard]] bool finished() const { return peer_ended_ && to_socket_.empty() && output_.empty(); }

  // Waits for whatever can go on, and lets each go on once.
  Result<void> turn() {
    // poll() reports failures whether asked or not, so who cannot go on is not looked at.
    const auto watched = [](int descriptor, bool reads, bool writes) {
      const auto events = static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
      return pollfd{events == 0 ? -1 : descriptor, events, 0};
    };
    const bool types = !input_.at_end() && !peer_ended_ && to_socket_.size() < most_waiting;
    const bool hears = !peer_ended_ && output_.waiting() < most_waiting;
    std::array<pollfd, 3> all{watched(StandardInput::descriptor, types, false),
                              watched(socket_, hears, !to_socket_.empty()),
                              watched(StandardOutput::descriptor, false, !output_.empty())};
    if (!poll_or_stop(all, -1)) return stopped();
    if (all[2].revents != 0) {
      if (const auto done = output_.write_some(); !done) return done;
    }
    if ((all[1].revents & (POLLOUT | POLLERR | POLLHUP)) != 0) send();
    if (hears && all[1].revents != 0) receive();
    if (all[0].revents != 0 && !failure_) take_input();
    return {};
  }

  void take_input() {
    const std::string typed = input_.read_some();
    if (!typed.empty()) {
      const std::string bytes = listener_.typed(typed);
      output_.add(listener_.sent(bytes));
      if (tls_ == nullptr) {
        to_socket_ += bytes;
      } else {
        if (const auto done = tls_->write(bytes); !done) give_up(done.error());
        to_socket_ += tls_->outgoing();
      }
    }
    if (input_.at_end() && tls_ != nullptr) {
      tls_->close();
      to_socket_ += tls_->outgoing();
    }
    end_writing_when_due();
  }

  void end_writing_when_due() {
    if (input_.at_end() && to_socket_.empty()) (void)::shutdown(socket_, SHUT_WR);
  }

  void send() {
    if (to_socket_.empty()) return;
    const SomeSent sent = send_some(socket_, to_socket_);
    to_socket_.erase(0, sent.bytes);
    // Who has ended TLS need not wait for our end of it.
    const bool is_polite_only = peer_ended_ && tls_ != nullptr;
    if (sent.error != 0 && is_polite_only) to_socket_.clear();
    // What the other side said before it went can still be there to be read.
    if (sent.error != 0 && !is_polite_only) give_up(lost(sent.error));
    end_writing_when_due();
  }

  void receive() {
    const SomeReceived received = receive_some(socket_);
    switch (received.what) {
      case SomeReceived::What::nothing_yet:
        break;
      case SomeReceived::What::bytes:
        hear(received.bytes);
        break;
      case SomeReceived::What::error:
        give_up(lost(received.error));
        end_hearing();
        break;
      case SomeReceived::What::end:
        end_hearing();
        break;
    }
  }

  void hear(std::string_view bytes) {
    if (tls_ == nullptr) {
      output_.add(listener_.received(bytes));
      return;
    }
    tls_->arrived(bytes);
    auto plain = tls_->read();
    for (; plain && !plain->empty(); plain = tls_->read()) output_.add(listener_.received(*plain));
    if (!plain) give_up(plain.error());
    to_socket_ += tls_->outgoing();
    if (!plain || tls_->peer_closed()) end_hearing();
  }

  void end_hearing() {
    peer_ended_ = true;
    output_.add(listener_.ended());
  }

  [[nodiscard]] Error lost(int error) const {
    return {Errc::io, said("the connection to {0} was lost: {1}", peer_, error_text(error)), error_name(error)};
  }

  // Nothing more is sent. The first failure is the one that is told.
  void give_up(Error why) {
    if (!failure_) failure_ = std::move(why);
    to_socket_.clear();
    input_.stop();
  }

  int socket_;
  TlsSession* tls_;
  const std::string& peer_;
  talk::Listener& listener_;
  StandardInput input_;
  StandardOutput output_;
  std::string to_socket_;
  bool peer_ended_ = false;
  std::optional<Error> failure_;
};

}  // namespace

Result<TalkEnd> talk_by_stream(int socket, TlsSession* tls, const std::string& peer, talk::Listener& listener) {
  return StreamTalk{socket, tls, peer, listener}.run();
}

}  // namespace portolan::os
