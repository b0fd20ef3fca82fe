// Worlds with a limit somewhere: what a firewall, a policer or a kernel lets through a second, on the way, at one host
// or on the way back. And what a scan of each found, beside what it said of that itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace portolan::test {

// How one scan fared.
struct LimitedScan {
  std::size_t open = 0;              // ports, in truth
  std::size_t found = 0;             // of those
  std::size_t closed = 0;            // ports that would answer so
  std::size_t closed_found = 0;      // of those
  std::optional<double> expected{};  // missed open ports, as the scan states; nullopt: not known
  std::uint64_t probes = 0;
  std::size_t most_asked = 0;  // how often the port that was asked most often was asked
  double seconds = 0;

  [[nodiscard]] std::size_t missed() const { return open - found; }
  // Whether what was missed is no more than chance allows where so much is expected: such a number or a greater one
  // would come up in at least five scans of a hundred.
  [[nodiscard]] bool statement_holds() const;
};

struct LimitedWorld {
  std::string_view name;
  LimitedScan (*scan)(std::uint64_t seed);
  // Of all scans of such worlds, at least: the share of open ports that they find, of closed ones, and of scans that
  // know how much they may have missed.
  double open_found = 0.99;
  double closed_found = 0.99;
  double known = 0.95;
  double seconds = 1e9;  // that a scan takes of the world's own time, on average and at most
};
std::span<const LimitedWorld> limited_worlds();

}  // namespace portolan::test
