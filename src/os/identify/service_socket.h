// One connection of an identification: a socket that never waits, perhaps with TLS around it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "identify/agenda.h"
#include "identify/manners.h"
#include "model/service.h"
#include "net/ip_address.h"
#include "net/port.h"
#include "os/file_descriptor.h"
#include "os/talk/tls.h"

namespace portolan::os {

struct ServiceTarget {
  net::IpAddress address;
  net::Port port;
  std::string name;       // of the host as the user gave it; "" for none
  std::string interface;  // that it is to leave by; "" lets the routes decide
  identify::Manner manner = identify::Manner::ask;
};

class ServiceSocket {
 public:
  // `offers`: what may be spoken inside TLS (TlsSettings).
  explicit ServiceSocket(bool with_tls, std::vector<std::string> offers = {})
      : with_tls_{with_tls}, offers_{std::move(offers)} {}

  // Begins to connect. False where this machine has no socket, port or memory to spare just now: to be tried again.
  bool begin(const ServiceTarget& target);
  [[nodiscard]] bool has_begun() const { return socket_.is_open(); }

  struct News {
    bool connected = false;                 // with TLS: its handshake is done
    std::optional<model::TlsRecord> tls{};  // with that
    std::string heard{};
    std::optional<identify::Ending> ending{};
  };
  // After poll(2) has shown something.
  News look();
  void say(std::string_view bytes);
  // TLS from the next byte on; news say how that went. False where OpenSSL cannot be set up.
  bool begin_tls(const ServiceTarget& target);
  // Its last word and the end of what we write; what still comes is read and forgotten.
  void close(std::string_view last_word, Instant deadline);
  // Whether anything was sent, and whether the other side's kernel has acknowledged the whole of it.
  [[nodiscard]] bool has_sent() const { return has_sent_; }
  [[nodiscard]] bool is_acknowledged() const;
  [[nodiscard]] bool is_closing() const { return closing_; }
  [[nodiscard]] bool is_over(Instant now) const { return ended_ || (closing_ && now >= deadline_); }
  [[nodiscard]] Instant deadline() const { return closing_ ? deadline_ : Instant::max(); }

  // For poll(2).
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] short events() const;

 private:
  bool make_session(const ServiceTarget& target);
  void flush();
  bool finish_connecting(News& news);
  void shake_hands(News& news);
  void decrypt(News& news);
  void begin_shutdown();

  FileDescriptor socket_;
  std::unique_ptr<TlsSession> tls_;
  bool with_tls_;
  std::vector<std::string> offers_;
  bool connecting_ = true;
  bool shaking_ = false;
  bool closing_ = false;
  bool write_ended_ = false;
  bool ended_ = false;
  bool has_sent_ = false;
  Instant deadline_{};
  std::string out_;  // waits to be sent
};

}  // namespace portolan::os
