// What is known of who answers at a port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/wall_time.h"

namespace portolan::model {

// A certificate and the connection that it came with. Text is the other side's, not escaped.
struct TlsRecord {
  std::string version;             // "TLSv1.3"
  std::string cipher;              // "TLS_AES_256_GCM_SHA384"
  std::string subject;             // of the certificate, as RFC 2253 has it; "" where none was shown
  std::string issuer;              // the same
  std::vector<std::string> names;  // that it is for: DNS names and addresses (RFC 5280 §4.2.1.6)
  std::optional<WallTime> not_before;
  std::optional<WallTime> not_after;
  std::string key;          // "RSA 2048", "EC 256"
  std::string fingerprint;  // SHA-256, hexadecimal
  bool self_signed = false;
  std::vector<std::string> chain;  // subjects of the certificates that were shown behind it, at most eight
  std::string alpn;  // the protocol that was agreed on where some were offered (RFC 7301): "h2"; "" for none
  bool wants_certificate = false;  // the other side asked for ours
  bool starttls = false;           // it began behind words in the clear (RFC 3207 and its likes)
  friend bool operator==(const TlsRecord&, const TlsRecord&) = default;
};

// One thing that a service tells of itself beside product and version. Together they are a flat list: the rows of one
// topic stand together.
struct ServiceDetail {
  std::string topic;  // as nmap's script that tells it is called: "http-title"
  std::string key;    // "title"; what belongs together by a dot: "subject.commonName"; "": the topic's only value
  std::string value;  // any bytes; who shows them makes them inert
  friend bool operator==(const ServiceDetail&, const ServiceDetail&) = default;
};

// Who answers at a port, by what it said. All text is the other side's, not escaped.
struct ServiceRecord {
  std::string name;               // of the protocol, as nmap calls it: "http"; "" where nobody knows
  std::string product;            // "OpenSSH"
  std::string version;            // "9.2p1"
  std::string extra;              // what else it says, in words
  std::string host_name;          // what it calls its machine
  std::string system;             // "Linux"
  std::string device;             // "router"
  std::vector<std::string> cpes;  // CPE 2.3 formatted strings, of the product first
  std::uint8_t confidence = 0;    // 100 a documented field, 80 grammar, 60 inferred, 0 not identified
  bool wrapped = false;           // it accepts connections and closes them before anything is said
  bool unacknowledged = false;    // connections are accepted, and nothing that was sent on them was ever acknowledged
  bool untouched = false;         // it was not talked to, because that might print or break something
  std::string words;              // the first that it said, where nobody understood them
  std::vector<ServiceDetail> details;
  std::string asked;     // the evidence: what was said last before the answer below, the beginning of it, any bytes
  std::string answered;  // and what was said to that
  std::optional<TlsRecord> tls;  // where it is spoken inside TLS, or can be
  // Nothing is said there but inside TLS.
  [[nodiscard]] bool in_tunnel() const { return tls && !tls->starttls; }
  friend bool operator==(const ServiceRecord&, const ServiceRecord&) = default;
};

}  // namespace portolan::model
