// The DHT of BitTorrent: are you there? As a node that asks only (BEP 43), which nobody puts into a table.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{6881, 51413};
constexpr std::string_view before_id = "d1:ad2:id20:";
constexpr std::size_t id_size = 20;
constexpr std::string_view before_transaction = "e1:q4:ping2:roi1e1:t4:";
constexpr std::string_view end = "1:y1:qe";
constexpr std::string_view transaction_key = "1:t4:";
constexpr std::size_t transaction_size = 4;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return w.text(before_id).zeros(id_size).text(before_transaction).u32(cookie).text(end).size();
}

bool has(Bytes bytes, std::string_view part) { return as_text(bytes).find(part) != std::string_view::npos; }

Match match(std::uint32_t cookie, Bytes answer) {
  if (answer.empty() || answer[0] != 'd') return Match::other;
  if (!has(answer, "1:y1:r") && !has(answer, "1:y1:e")) return Match::other;  // neither a response nor an error
  std::array<std::uint8_t, transaction_key.size() + transaction_size> transaction{};
  wire::Writer{transaction}.text(transaction_key).u32(cookie);
  return has(answer, as_text(transaction)) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto at = as_text(question).find(transaction_key);
  if (!has(question, end) || at == std::string_view::npos) return 0;
  wire::Reader r{question.subspan(at + transaction_key.size())};
  const Bytes transaction = r.take(transaction_size);
  if (!r.ok()) return 0;
  wire::Writer w{out};
  w.text("d1:rd2:id20:").zeros(id_size).text("e1:t4:").bytes(transaction).text("1:y1:re");
  return w.size();
}

}  // namespace

constinit const Payload bittorrent_dht{
    .name = "bittorrent-dht", .document = "BEP 5", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
