// One word of nmap's target language, understood but not yet resolved. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "plan/target_set.h"

namespace portolan::plan {

// A set of octet values.
class OctetSet {
 public:
  void insert(unsigned first, unsigned last);  // 0 to 255, inclusive, first not above last
  [[nodiscard]] bool contains(std::uint8_t value) const;
  [[nodiscard]] unsigned size() const;  // 0 to 256
  [[nodiscard]] unsigned count_below(unsigned value) const;
  [[nodiscard]] OctetSet common(const OctetSet& other) const;
  [[nodiscard]] OctetSet without(const OctetSet& other) const;
  [[nodiscard]] std::uint8_t at(unsigned n) const;  // the n-th member, ascending; n below size()

 private:
  std::array<std::uint64_t, 4> words_{};
};

// Consecutive addresses, both ends inclusive.
struct AddressRun {
  net::IpAddress first;
  net::IpAddress last;
  friend bool operator==(const AddressRun&, const AddressRun&) = default;
};

// IPv4 addresses whose octets come from four sets: 10.0-3.*.1.
struct OctetPattern {
  std::array<OctetSet, 4> octets;  // none is empty

  [[nodiscard]] bool contains(const net::IpAddress& address) const;
  [[nodiscard]] std::uint64_t size() const;                            // 1 to 2^32
  [[nodiscard]] net::IpAddress at(std::uint64_t index) const;          // ascending; index below size()
  [[nodiscard]] std::uint64_t count_below(std::uint64_t value) const;  // members below this IPv4 address, at most 2^32
  // Few enough runs to be kept as such. Others (10.*.*.1 has 65,536) stay a pattern, so that memory
  // stays in proportion to what was typed.
  [[nodiscard]] bool has_few_runs() const;
  [[nodiscard]] std::vector<AddressRun> runs() const;         // ascending, disjoint; where has_few_runs()
  [[nodiscard]] OctetPattern widened(unsigned length) const;  // every member's /length, 0 to 32
};

struct NamedTarget {
  std::string name;
  std::optional<unsigned> length;  // of "name/24": 0 to 128
};

// IPv4 is always a pattern; a Prefix is always IPv6.
using TargetExpression = std::variant<OctetPattern, net::Prefix, NamedTarget>;

// All that nmap takes for a target: an address as C writes numbers (10.1) is a name then, which stands for that
// address; zeros in front of an octet mean nothing; an IPv4 address may be written as IPv6. Errc::parse with a sentence
// that quotes the piece.
Result<TargetExpression> read_target(std::string_view text, const ZoneOf& zone_of);

// The same of what is to be left out; a zero in front of an octet is refused, because nmap itself takes it for octal
// here and for nothing above.
Result<TargetExpression> read_exclusion(std::string_view text, const ZoneOf& zone_of);

// All of it but what others read in another way, or what is surely not meant. Errors as above.
Result<TargetExpression> parse_target(std::string_view text, const ZoneOf& zone_of);

// Whether it is more than the one address that nobody has (0.0.0.0, ::): connecting to it means this machine to Linux,
// and packets to it mean nobody. Errc::parse with a sentence.
Result<void> check_names_a_host(std::string_view text, const TargetExpression& target);

}  // namespace portolan::plan
