// The browser of Microsoft SQL Server: which instances are there?
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1434};
constexpr std::uint8_t unicast_request = 3;
constexpr std::uint8_t response = 5;
constexpr std::size_t header_size = 3;

std::size_t build(std::uint32_t, Buffer out) { return wire::Writer{out}.u8(unicast_request).size(); }

Match match(std::uint32_t, Bytes answer) {
  if (answer.size() < header_size || answer[0] != response) return Match::other;
  const std::size_t size = answer[1] | static_cast<std::size_t>(answer[2]) << 8U;
  return size == answer.size() - header_size ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() != 1 || question[0] != unicast_request) return 0;
  constexpr std::string_view instances =
      "ServerName;HOST;InstanceName;SQL;IsClustered;No;Version;16.0.1000.6;tcp;1433;;";
  wire::Writer w{out};
  return w.u8(response).u8(instances.size()).u8(0).text(instances).size();
}

}  // namespace

constinit const Payload mssql_browser{.name = "mssql-browser",
                                      .document = "MC-SQLR §2.2.2",
                                      .ports = ports,
                                      .build = build,
                                      .match = match,
                                      .answer = answer};

}  // namespace portolan::payload
