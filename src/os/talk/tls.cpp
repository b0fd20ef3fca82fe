#include "os/talk/tls.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <cstddef>
#include <ctime>
#include <utility>

#include "base/message.h"

namespace portolan::os {
namespace {

template <auto Free>
struct Freed {
  template <class Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Freed<SSL_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

// What the library says of its last failure; `otherwise` where it says nothing.
std::string reason(std::string_view otherwise) {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  // So it names a record that has no version of TLS, as what speaks in plain text sends.
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER) {
    return std::string{translated("what it answers is no TLS")};
  }
  const char* const words = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return words == nullptr ? std::string{otherwise} : std::string{words};
}

std::unexpected<Error> no_tls(std::string_view what) {
  return fail(Errc::io, said("OpenSSL cannot be set up: {}", reason(what)));
}

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

std::string drain(BIO* memory) {
  std::string bytes(::BIO_ctrl_pending(memory), '\0');
  const int count = bytes.empty() ? 0 : ::BIO_read(memory, bytes.data(), as_int(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
  return bytes;
}

template <class Print>
std::string printed(Print print) {
  const Memory memory{::BIO_new(::BIO_s_mem())};
  if (!memory) return {};
  print(memory.get());
  return drain(memory.get());
}

std::string text_of(const X509_NAME* name) {
  return printed([name](BIO* out) { ::X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB); });
}

// RFC 5746 too: servers that know nothing of it are heard.
void take_anything(SSL_CTX* context) {
  ::SSL_CTX_set_security_level(context, 0);
  (void)::SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  (void)::SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
  ::SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
}

std::optional<model::WallTime> wall_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ::ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  constexpr int first_year = 1900;  // of std::tm
  constexpr int least = 1678;       // whose nanoseconds fit
  constexpr int most = 2261;
  const int year = parts.tm_year + first_year;
  if (year < least || year > most) return std::nullopt;
  const std::chrono::sys_days day{std::chrono::year{year} / static_cast<int>(parts.tm_mon + 1) /
                                  static_cast<int>(parts.tm_mday)};
  return model::WallTime{day} + std::chrono::hours{parts.tm_hour} + std::chrono::minutes{parts.tm_min} +
         std::chrono::seconds{parts.tm_sec};
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> all{
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  if (!all) return names;
  constexpr int most_names = 64;
  for (int i = 0; i < std::min(sk_GENERAL_NAME_num(all.get()), most_names); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) {
      const ASN1_STRING* const text = name->d.dNSName;
      names.emplace_back(reinterpret_cast<const char*>(::ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(::ASN1_STRING_length(text)));
    } else if (name->type == GEN_IPADD) {
      const std::string text =
          printed([name](BIO* out) { ::GENERAL_NAME_print(out, const_cast<GENERAL_NAME*>(name)); });
      names.push_back(text.substr(text.find(':') + 1));  // behind "IP Address"
    }
  }
  return names;
}

std::string key_of(X509* certificate) {
  const EVP_PKEY* const key = ::X509_get0_pubkey(certificate);
  if (key == nullptr) return {};
  const char* const type = ::EVP_PKEY_get0_type_name(key);
  return fmt::format("{} {}", type == nullptr ? "?" : type, ::EVP_PKEY_get_bits(key));
}

// Behind the first, which is the one that is spoken of.
std::vector<std::string> chain_of(const SSL* connection) {
  std::vector<std::string> subjects;
  const STACK_OF(X509)* const all = ::SSL_get_peer_cert_chain(connection);
  constexpr int most_shown = 8;
  for (int i = 1; i < std::min(sk_X509_num(all), most_shown + 1); ++i) {
    subjects.push_back(text_of(::X509_get_subject_name(sk_X509_value(all, i))));
  }
  return subjects;
}

std::string agreed_on(const SSL* connection) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  ::SSL_get0_alpn_selected(connection, &name, &size);
  return name == nullptr ? std::string{} : std::string{reinterpret_cast<const char*>(name), size};
}

// RFC 7301 §3.1: each behind its length.
bool offer(SSL* connection, const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& one : protocols) list += static_cast<char>(one.size()) + one;
  // It gives 0 where all is well.
  return list.empty() || ::SSL_set_alpn_protos(connection, reinterpret_cast<const unsigned char*>(list.data()),
                                               static_cast<unsigned>(list.size())) == 0;
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::X509_digest(certificate, ::EVP_sha256(), digest.data(), &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace

struct TlsSession::Parts {
  Context context;
  Connection connection;
  BIO* in = nullptr;   // the connection's
  BIO* out = nullptr;  // the connection's
  bool check = true;
  bool peer_closed = false;
  bool wants_certificate = false;
  std::string broken = {};  // why nothing more can be read, once that is so

  // What the call of OpenSSL that gave `result` means (SSL_get_error(3)).
  [[nodiscard]] int meaning(int result) const { return ::SSL_get_error(connection.get(), result); }
};

namespace {

// We have none, and go on without.
int note_wish(SSL* connection, X509** /*certificate*/, EVP_PKEY** /*key*/) {
  *static_cast<bool*>(SSL_get_app_data(connection)) = true;
  return 0;
}

}  // namespace

TlsSession::TlsSession(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
TlsSession::~TlsSession() = default;

Result<std::unique_ptr<TlsSession>> TlsSession::open(const TlsSettings& settings) {
  auto parts = std::make_unique<Parts>();
  parts->context.reset(::SSL_CTX_new(::TLS_client_method()));
  if (!parts->context) return no_tls("no context");
  // A store that is not there shows as certificates that nobody vouches for. To read it takes longer than all the rest,
  // which is for nothing where any certificate is taken.
  if (!settings.takes_anything) (void)::SSL_CTX_set_default_verify_paths(parts->context.get());
  // Reading alone then never has to wait for writing, nor the other way round.
  ::SSL_CTX_set_options(parts->context.get(), SSL_OP_NO_RENEGOTIATION);
  // The certificate is judged behind the handshake, where it can still be told whose it is; nothing was written by
  // then.
  ::SSL_CTX_set_verify(parts->context.get(), SSL_VERIFY_NONE, nullptr);
  parts->check = settings.check;
  if (settings.takes_anything) take_anything(parts->context.get());
  parts->connection.reset(::SSL_new(parts->context.get()));
  SSL* const connection = parts->connection.get();
  if (connection == nullptr) return no_tls("no connection");
  (void)SSL_set_app_data(connection, &parts->wants_certificate);
  ::SSL_CTX_set_client_cert_cb(parts->context.get(), note_wish);
  if (!offer(connection, settings.offers)) return no_tls("no memory");
  Memory in{::BIO_new(::BIO_s_mem())};
  Memory out{::BIO_new(::BIO_s_mem())};
  if (!in || !out) return no_tls("no memory");
  parts->in = in.get();
  parts->out = out.get();
  ::SSL_set_bio(connection, in.release(), out.release());
  ::SSL_set_connect_state(connection);
  const std::string address = to_string(settings.address);
  const bool named = settings.name.empty()
                         ? ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection),
                                                           address.substr(0, address.find('%')).c_str()) == 1
                         : ::SSL_set_tlsext_host_name(connection, settings.name.c_str()) == 1 &&
                               ::SSL_set1_host(connection, settings.name.c_str()) == 1;
  if (!named) return no_tls(translated("the host's name is none that a certificate can have"));
  return std::unique_ptr<TlsSession>{new TlsSession{std::move(parts)}};
}

void TlsSession::arrived(std::string_view bytes) { (void)::BIO_write(parts_->in, bytes.data(), as_int(bytes.size())); }

std::string TlsSession::outgoing() { return drain(parts_->out); }

Result<bool> TlsSession::shake_hands() {
  ::ERR_clear_error();
  const int result = ::SSL_do_handshake(parts_->connection.get());
  if (result == 1) {
    if (parts_->check && !facts().complaint.empty())
      return fail(Errc::io, std::string{translated("its certificate is not accepted")});
    return true;
  }
  if (parts_->meaning(result) == SSL_ERROR_WANT_READ) return false;
  return fail(Errc::io, reason(translated("the other side breaks off")));
}

TlsFacts TlsSession::facts() const {
  SSL* const connection = parts_->connection.get();
  TlsFacts facts;
  if (::SSL_is_init_finished(connection) == 0) return facts;
  facts.version = ::SSL_get_version(connection);
  facts.cipher = ::SSL_get_cipher_name(connection);
  const long verdict = ::SSL_get_verify_result(connection);
  if (verdict != X509_V_OK) facts.complaint = ::X509_verify_cert_error_string(verdict);
  const std::unique_ptr<X509, Freed<X509_free>> certificate{::SSL_get1_peer_certificate(connection)};
  if (!certificate) {
    facts.complaint = translated("it shows none");
    return facts;
  }
  facts.subject = text_of(::X509_get_subject_name(certificate.get()));
  facts.issuer = text_of(::X509_get_issuer_name(certificate.get()));
  facts.expiry = printed([&](BIO* out) { ::ASN1_TIME_print(out, ::X509_get0_notAfter(certificate.get())); });
  return facts;
}

model::TlsRecord TlsSession::record() const {
  SSL* const connection = parts_->connection.get();
  model::TlsRecord record;
  if (::SSL_is_init_finished(connection) == 0) return record;
  record.version = ::SSL_get_version(connection);
  record.cipher = ::SSL_get_cipher_name(connection);
  record.alpn = agreed_on(connection);
  record.wants_certificate = parts_->wants_certificate;
  const std::unique_ptr<X509, Freed<X509_free>> certificate{::SSL_get1_peer_certificate(connection)};
  if (!certificate) return record;
  record.subject = text_of(::X509_get_subject_name(certificate.get()));
  record.issuer = text_of(::X509_get_issuer_name(certificate.get()));
  record.names = names_of(certificate.get());
  record.not_before = wall_time_of(::X509_get0_notBefore(certificate.get()));
  record.not_after = wall_time_of(::X509_get0_notAfter(certificate.get()));
  record.key = key_of(certificate.get());
  record.fingerprint = fingerprint_of(certificate.get());
  record.self_signed = ::X509_self_signed(certificate.get(), 0) == 1;
  record.chain = chain_of(connection);
  return record;
}

Result<void> TlsSession::write(std::string_view bytes) {
  ::ERR_clear_error();
  // Into memory there is room for everything at once.
  if (bytes.empty() || ::SSL_write(parts_->connection.get(), bytes.data(), as_int(bytes.size())) > 0) return {};
  return fail(Errc::io, said("TLS: {}", reason(translated("nothing more can be written"))));
}

Result<std::string> TlsSession::read() {
  constexpr std::size_t record = 16'384;  // RFC 8446 section 5.1
  std::string plain;
  std::array<char, record> piece;
  while (parts_->broken.empty()) {
    ::ERR_clear_error();
    const int count = ::SSL_read(parts_->connection.get(), piece.data(), as_int(piece.size()));
    if (count > 0) {
      plain.append(piece.data(), static_cast<std::size_t>(count));
      continue;
    }
    const int meaning = parts_->meaning(count);
    parts_->peer_closed = parts_->peer_closed || meaning == SSL_ERROR_ZERO_RETURN;
    if (meaning != SSL_ERROR_WANT_READ && !parts_->peer_closed)
      parts_->broken = reason(translated("the other side breaks off"));
    break;
  }
  // What came before the failure is handed out first.
  if (plain.empty() && !parts_->broken.empty()) return fail(Errc::io, said("TLS: {}", parts_->broken));
  return plain;
}

void TlsSession::close() {
  ::ERR_clear_error();
  (void)::SSL_shutdown(parts_->connection.get());
  ::ERR_clear_error();
}

bool TlsSession::peer_closed() const { return parts_->peer_closed; }

}  // namespace portolan::os
