#include "os/identify/service_socket.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "os/sockets/socket_address.h"
#include "os/talk/stream_socket.h"

namespace portolan::os {
namespace {

using identify::Ending;

// Nothing of that says anything about whom we want to talk to.
bool is_want_of_room(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL ||
         error == EAGAIN;
}

int error_of(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace

bool ServiceSocket::make_session(const ServiceTarget& target) {
  auto session = TlsSession::open(
      {.name = target.name, .address = target.address, .check = false, .takes_anything = true, .offers = offers_});
  if (!session) return false;
  tls_ = std::move(*session);
  return true;
}

bool ServiceSocket::begin(const ServiceTarget& target) {
  FileDescriptor opened{
      ::socket(target.address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!opened.is_open()) return false;
  if (!target.interface.empty()) {
    (void)::setsockopt(opened.get(), SOL_SOCKET, SO_BINDTODEVICE, target.interface.c_str(),
                       static_cast<socklen_t>(target.interface.size()));
  }
  if (with_tls_ && !make_session(target)) return false;
  const SocketAddress to = socket_address(target.address, target.port);
  // Other errors are told when it is looked at.
  if (::connect(opened.get(), to.get(), to.size) != 0 && errno != EINPROGRESS && is_want_of_room(errno)) return false;
  socket_ = std::move(opened);
  return true;
}

short ServiceSocket::events() const {
  const bool writes = connecting_ || !out_.empty();
  return static_cast<short>(POLLIN | (writes ? POLLOUT : 0));
}

bool ServiceSocket::finish_connecting(News& news) {
  pollfd watched{socket_.get(), POLLOUT, 0};
  if (::poll(&watched, 1, 0) == 0) return false;
  if (error_of(socket_.get()) != 0) {
    ended_ = true;
    news.ending = Ending::not_connected;
    return false;
  }
  connecting_ = false;
  if (tls_) {
    shaking_ = true;
    shake_hands(news);
  } else {
    news.connected = true;
  }
  return true;
}

void ServiceSocket::shake_hands(News& news) {
  const auto done = tls_->shake_hands();
  out_ += tls_->outgoing();
  flush();
  if (!done) {
    ended_ = true;
    news.ending = Ending::no_tls;
    return;
  }
  if (!*done) return;
  shaking_ = false;
  news.connected = true;
  news.tls = tls_->record();
}

void ServiceSocket::decrypt(News& news) {
  if (shaking_) {
    shake_hands(news);
    if (shaking_ || ended_) return;
  }
  if (auto plain = tls_->read()) {
    news.heard += *plain;
  } else {
    news.ending = Ending::reset;
  }
  out_ += tls_->outgoing();
  flush();
}

ServiceSocket::News ServiceSocket::look() {
  News news;
  if (ended_ || !has_begun()) return news;
  if (connecting_ && !finish_connecting(news)) return news;
  flush();
  // What has come is taken in pieces, so that nobody who talks without end keeps the others waiting.
  constexpr int pieces = 4;
  for (int i = 0; i < pieces && !ended_; ++i) {
    const SomeReceived piece = receive_some(socket_.get());
    if (piece.what == SomeReceived::What::nothing_yet) break;
    if (piece.what == SomeReceived::What::bytes) {
      if (closing_) continue;
      if (tls_) {
        tls_->arrived(piece.bytes);
        decrypt(news);
      } else {
        news.heard += piece.bytes;
      }
      continue;
    }
    ended_ = true;
    if (shaking_) {
      news.ending = Ending::no_tls;
    } else {
      news.ending = piece.what == SomeReceived::What::end ? Ending::closed : Ending::reset;
    }
  }
  if (closing_) return {};
  return news;
}

void ServiceSocket::say(std::string_view bytes) {
  if (ended_ || closing_) return;
  if (tls_) {
    if (!tls_->write(bytes)) return;
    out_ += tls_->outgoing();
  } else {
    out_ += bytes;
  }
  flush();
}

bool ServiceSocket::begin_tls(const ServiceTarget& target) {
  if (ended_ || closing_ || tls_ || !make_session(target)) return false;
  shaking_ = true;
  // The other side is to speak next: how that goes is heard then.
  (void)tls_->shake_hands();
  out_ += tls_->outgoing();
  flush();
  return true;
}

void ServiceSocket::flush() {
  if (connecting_ || out_.empty()) return begin_shutdown();
  const SomeSent sent = send_some(socket_.get(), out_);
  if (sent.error != 0) {
    out_.clear();  // reading tells how it ended
  } else {
    out_.erase(0, sent.bytes);
    has_sent_ = has_sent_ || sent.bytes > 0;
  }
  begin_shutdown();
}

// tcp(7): what is in the send queue was not acknowledged.
bool ServiceSocket::is_acknowledged() const {
  int queued = 0;
  return ::ioctl(socket_.get(), SIOCOUTQ, &queued) != 0 || queued == 0;
}

void ServiceSocket::begin_shutdown() {
  if (!closing_ || write_ended_ || !out_.empty()) return;
  write_ended_ = true;
  if (!connecting_) (void)::shutdown(socket_.get(), SHUT_WR);
}

void ServiceSocket::close(std::string_view last_word, Instant deadline) {
  if (!last_word.empty() && !connecting_ && !shaking_) say(last_word);
  if (tls_ && !shaking_ && !connecting_) {
    tls_->close();
    out_ += tls_->outgoing();
  }
  closing_ = true;
  deadline_ = deadline;
  // Nobody waits for a connection that was never made.
  if (connecting_ || !has_begun()) {
    ended_ = true;
    return;
  }
  flush();
}

}  // namespace portolan::os
