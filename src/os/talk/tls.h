// TLS over memory: bytes in, bytes out, and no socket. OpenSSL behind it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/service.h"
#include "net/ip_address.h"

namespace portolan::os {

// What is told of a connection. Text of the other side is not escaped yet.
struct TlsFacts {
  std::string version;  // "TLSv1.3"; "" before the handshake
  std::string cipher;   // "TLS_AES_256_GCM_SHA384"
  std::string subject;  // of the certificate, as RFC 2253 has it; "" where there is none
  std::string issuer;
  std::string expiry;     // "Dec  1 21:00:00 2027 GMT"
  std::string complaint;  // what is wrong with the certificate; "" for nothing
};

struct TlsSettings {
  std::string name;        // the host's, asked for (SNI) and compared with the certificate; "" where it has none
  net::IpAddress address;  // compared where there is no name
  bool check = true;       // false: a wrong certificate is told and taken
  // Also what nobody should use any more: TLS 1.0, weak keys and ciphers, none at all. For who wants to know what is
  // spoken, and says nothing that matters.
  bool takes_anything = false;
  // Protocols to be spoken inside that the other side may choose from, the dearest first (RFC 7301), of 1 to 255 bytes
  // each; none: it is not asked.
  std::vector<std::string> offers = {};
};

class TlsSession {
 public:
  // Certificates are checked against the system's store, or what SSL_CERT_FILE and SSL_CERT_DIR name. Errc::io where
  // OpenSSL cannot be set up.
  static Result<std::unique_ptr<TlsSession>> open(const TlsSettings& settings);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  // Bytes of the connection: what has come, and what shall be sent (each once).
  void arrived(std::string_view bytes);
  std::string outgoing();

  // Goes on with the handshake; true once it is done and, where that is asked for, the certificate is accepted.
  // Errc::io with half a sentence that says why it failed.
  Result<bool> shake_hands();
  // Once the other side's part of the handshake is done, even where its certificate is not accepted; empty before.
  [[nodiscard]] TlsFacts facts() const;
  // The same in full, for records.
  [[nodiscard]] model::TlsRecord record() const;

  // After the handshake. Errc::io as above.
  Result<void> write(std::string_view bytes);
  // All that can be decrypted by now.
  Result<std::string> read();
  // Tells the other side that nothing more is written (close_notify); what it writes can still be read.
  void close();
  // Whether the other side has told the same: without that, the end of the connection may have cut something off.
  [[nodiscard]] bool peer_closed() const;

 private:
  struct Parts;
  explicit TlsSession(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace portolan::os
