// STOMP: CONNECTED may name the server, ERROR is a frame as well (STOMP 1.2, "CONNECT or STOMP Frame", "ERROR").
#include <array>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{61613};
constexpr std::array<std::uint16_t, 1> tls_ports{61614};
// Of the host that brokers have where nothing else is set up.
constexpr std::string_view connect = literal("CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0");
constexpr std::string_view connected_begin = "CONNECTED";
constexpr std::string_view error_begin = "ERROR";

struct Frame {
  std::string_view command;
  std::string_view server;
  bool has_message = false;
};
// Lines of "name:value", an empty one, a body, a zero byte.
std::optional<Frame> frame_in(std::string_view bytes) {
  const auto command = first_line(bytes);
  if (!command || bytes.find('\0') == std::string_view::npos) return std::nullopt;
  Frame frame{.command = command->text, .server = {}};
  bytes = command->rest;
  while (const auto line = first_line(bytes)) {
    bytes = line->rest;
    if (line->text.empty()) return frame;
    const std::size_t colon = line->text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = line->text.substr(0, colon);
    if (name == "server") frame.server = line->text.substr(colon + 1);
    if (name == "message") frame.has_message = true;
  }
  return std::nullopt;
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != connect || answer.empty()) return {};
  const std::string_view begin = answer.starts_with('C') ? connected_begin : error_begin;
  if (!may_begin(answer, begin)) return {};
  if (answer.size() > begin.size() && answer[begin.size()] != '\n' && answer[begin.size()] != '\r') return {};
  const auto frame = frame_in(answer);
  if (!frame) return cut_short(talk);
  if (frame->command == error_begin && !frame->has_message && frame->server.empty()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // "RabbitMQ/3.10.8 (comment)"
  const std::string_view server = frame->server.substr(0, frame->server.find(' '));
  const std::size_t slash = server.find('/');
  const std::string_view product = server.substr(0, slash);
  if (is_printable(server)) reading.facts.product = product == "ActiveMQ" ? "Apache ActiveMQ" : product;
  if (is_printable(server) && slash != std::string_view::npos) reading.facts.version = server.substr(slash + 1);
  return reading;
}

}  // namespace

constinit const Reader stomp{
    .name = "stomp",
    .service = "stomp",
    .document = "STOMP 1.2",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{connect}; },
    .read = read,
    .goodbye = literal("DISCONNECT\n\n\0"),
};

}  // namespace portolan::identify
