// PostgreSQL and MySQL.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/message.h"
#include "talk/dialogues.h"
#include "talk/inert.h"

namespace portolan::talk {
namespace {

using namespace std::string_view_literals;

// SSLRequest (PostgreSQL, Message Formats): its length, and the number 80877103, both big-endian. One byte answers.
class Postgres : public Dialogue {
 public:
  std::string opening() override { return std::string{"\x00\x00\x00\x08\x04\xd2\x16\x2f"sv}; }

  Result<Step> hear(std::string& heard) override {
    if (heard.empty()) return Step{};
    const char answer = heard.front();
    if (answer == 'N') return fail(Errc::io, std::string{translated("it answers that it has no TLS")});
    if (answer != 'S')
      return fail(Errc::io, std::string{translated("what it answers is no answer of PostgreSQL to SSLRequest")});
    heard.erase(0, 1);
    return Step{.upgrade = true};
  }
};

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t at = bytes.size(); at > 0; --at) number = number << 8U | static_cast<unsigned char>(bytes[at - 1]);
  return number;
}

void append_little_endian(std::string& out, std::uint32_t number, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; ++at) out += static_cast<char>(number >> 8U * at & 0xffU);
}

// MySQL, Protocol::HandshakeV10: the server greets and tells what it can.
class MySql : public Dialogue {
 public:
  Result<Step> hear(std::string& heard) override {
    if (heard.size() < header_size) return Step{};
    const std::size_t size = little_endian(std::string_view{heard}.substr(0, 3));
    if (heard.size() < header_size + size) return Step{};
    const std::string greeting = heard.substr(header_size, size);
    heard.erase(0, header_size + size);
    if (greeting.starts_with('\xff')) return refusal(greeting);
    const auto has_tls = offers_tls(greeting);
    if (!has_tls) return fail(Errc::io, std::string{translated("what it greets with is no greeting of MySQL")});
    if (!*has_tls) return fail(Errc::io, std::string{translated("its greeting does not offer TLS")});
    return Step{.say = ssl_request(), .upgrade = true};
  }

 private:
  static constexpr std::size_t header_size = 4;  // three bytes of length, a running number
  static constexpr std::uint32_t client_protocol_41 = 0x200;
  static constexpr std::uint32_t client_ssl = 0x800;
  static constexpr std::uint32_t client_secure_connection = 0x8000;

  // ERR_Packet: 0xff, the error's number, and what there is to say.
  static std::unexpected<Error> refusal(std::string_view packet) {
    constexpr std::size_t text_at = 3;
    const std::string_view says = packet.substr(std::min(packet.size(), text_at));
    return fail(Errc::io, said("it refuses: {}", told(says)));
  }

  static std::optional<bool> offers_tls(std::string_view greeting) {
    constexpr char version = 10;
    constexpr std::size_t between = 4 + 8 + 1;  // thread, the beginning of the scramble, a zero
    const std::size_t end_of_name = greeting.find('\0');
    if (!greeting.starts_with(version) || end_of_name == std::string_view::npos) return std::nullopt;
    const std::size_t capabilities_at = end_of_name + 1 + between;
    if (greeting.size() < capabilities_at + 2) return std::nullopt;
    return (little_endian(greeting.substr(capabilities_at, 2)) & client_ssl) != 0;
  }

  // Protocol::SSLRequest: the beginning of a handshake response. The rest of it follows inside TLS.
  static std::string ssl_request() {
    constexpr std::uint32_t largest_packet = 1U << 24U;
    constexpr std::uint32_t utf8 = 45;  // utf8mb4_general_ci
    constexpr std::size_t filler = 23;
    constexpr std::uint32_t size = 4 + 4 + 1 + filler;
    std::string packet;
    append_little_endian(packet, size, 3);
    append_little_endian(packet, 1, 1);
    append_little_endian(packet, client_protocol_41 | client_ssl | client_secure_connection, 4);
    append_little_endian(packet, largest_packet, 4);
    append_little_endian(packet, utf8, 1);
    packet.append(filler, '\0');
    return packet;
  }
};

}  // namespace

std::unique_ptr<Dialogue> begin_postgres(const DialogueEnds& /*ends*/) { return std::make_unique<Postgres>(); }
std::unique_ptr<Dialogue> begin_mysql(const DialogueEnds& /*ends*/) { return std::make_unique<MySql>(); }

}  // namespace portolan::talk
