// What a command line becomes on a machine that the test describes. Shared by the tests of scan plans.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/scan/scan_plan.h"

namespace portolan::cli {

using Words = std::vector<std::string>;

// A catalogue of five ports, the most common first.
inline const catalog::Services& services() {
  static const catalog::Services result = [] {
    auto parsed = catalog::Services::parse(
        "# portolan services 1\nrank tcp 80 443 22 21 23\n21 tus ftp\n22 tus ssh\n80 tu http\n443 tu https\n");
    if (!parsed) ADD_FAILURE() << parsed.error().message;
    return std::move(*parsed);
  }();
  return result;
}

inline Result<std::vector<net::IpAddress>> resolve(std::string_view name) {
  if (name != "dual") {
    return fail({Errc::unresolved, "no address for '" + std::string{name} + "'", "no-such-name", {std::string{name}}});
  }
  return std::vector{net::IpAddress::v4(0xc6120001), net::IpAddress::v4(0xc6120002),
                     *net::IpAddress::parse("2001:db8::1")};
}

inline Result<std::string> read(std::string_view path) {
  if (path == "list") return "198.18.0.5 # five\n198.18.0.6";
  if (path == "gone") return "nosuch";
  if (path == "bad") return "198.18.0.5/99";
  if (path == "commas") return "198.18.0.1,198.18.0.2\n";
  if (path == "octets") return "198.18.0.1,2 # two\n";
  return fail(Errc::io, "cannot read '" + std::string{path} + "'");
}

struct Case {
  Dialect dialect = Dialect::portolan;
  bool raw_packets = true;
  Words links = {"eth0", "wlan0"};
  std::optional<Error> routes_missing = std::nullopt;
  std::optional<Error> packets_missing = std::nullopt;
  Result<std::vector<net::IpAddress>> neighbours = {};
  Words told = {};  // by the reports of a scan that goes on
};

inline Result<PreparedScan> prepare(const Words& line, Case given = {}) {
  auto words = parse_scan_options(line, given.dialect);
  if (!words) return fail(words.error());
  words->told = given.told;
  if (!given.told.empty()) words->resume = "report";
  PreparedScan scan;
  const auto done =
      prepare_scan(*words, given.dialect,
                   {.resolve = resolve,
                    .zone_of = [](std::string_view name) { return name == "eth0"    ? 3U
                                                                  : name == "wlan0" ? 4U
                                                                                    : 0U; },
                    .read = read,
                    .links = [&given] { return given.links; },
                    .neighbours =
                        [&given](const Words& links) {
                          if (links.size() == given.links.size()) return given.neighbours;
                          return Result<std::vector<net::IpAddress>>{{net::IpAddress::parse("fe80::7%4").value()}};
                        },
                    .services = services(),
                    .routes_missing = given.routes_missing,
                    .packets_missing = given.packets_missing,
                    .raw_packets = given.raw_packets},
                   scan);
  if (!done) return fail(done.error());
  return scan;
}

inline const Case nmap{.dialect = Dialect::nmap};
inline const Case plain_user{.raw_packets = false};
inline const Case without_routes{.routes_missing = Error{Errc::io, "cannot reach them", "EAFNOSUPPORT"}};
inline const Case nmap_plain_user{.dialect = Dialect::nmap, .raw_packets = false};

inline PreparedScan prepared(const Words& line, Case given = {}) {
  auto result = prepare(line, given);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? std::move(*result) : PreparedScan{};
}

inline std::string error_of(const Words& line, Case given = {}) {
  const auto result = prepare(line, given);
  return result ? "no error" : result.error().message;
}

inline Words targets_of(const PreparedScan& scan) {
  Words result;
  plan::TargetSet::Cursor cursor{scan.plan.targets};
  while (const auto target = cursor.next()) result.push_back(net::to_string(target->address));
  return result;
}

inline std::string probes_of(const PreparedScan& scan) {
  std::string result;
  for (const auto& probe : scan.plan.discovery_probes) {
    result += probe.technique;
    if (probe.port.value() != 0) result += ' ' + std::to_string(probe.port.value());
    result += "; ";
  }
  return result;
}

// How ports are asked: "tcp-syn 22,80".
inline std::string techniques_of(const PreparedScan& scan) {
  std::string result;
  for (const auto& technique : scan.plan.techniques) result += technique.name + ' ' + to_string(technique.ports);
  return result;
}

}  // namespace portolan::cli
