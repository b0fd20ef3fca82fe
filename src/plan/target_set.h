// What the user named, enumerated lazily in the order it was typed or in one that nobody can foresee, each
// address once, exclusions left out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/permutation.h"
#include "base/result.h"
#include "net/ip_address.h"

namespace portolan::plan {

struct Target {
  net::IpAddress address;
  std::string name;                             // as typed, when a name was typed
  std::vector<net::IpAddress> other_addresses;  // of the same name, not scanned for it
  bool single = false;         // named by itself (a name or one address), not through a range or prefix
  std::uint64_t position = 0;  // ascending in the order typed; below TargetSet::size()
};

// In which order a set is walked, and which part of it. The same order over the same set is the same walk on
// every machine.
struct TargetOrder {
  using Kind = Permutation::Order;
  std::uint64_t key = 0;  // of the shuffled order
  // Of `shards` walks each passes what the others do not, and together they pass everything.
  std::uint64_t shard = 0;  // below `shards`
  std::uint64_t shards = 1;
  Kind kind = Kind::shuffled;
};

// Turns a name into addresses, best first; os::resolve in production, a table in tests.
using Resolve = std::function<Result<std::vector<net::IpAddress>>(std::string_view name)>;
using ZoneOf = std::function<std::uint32_t(std::string_view interface)>;

struct TargetOptions {
  enum class Families : std::uint8_t { both, v4, v6 };
  enum class Addresses : std::uint8_t { all, first };  // of a name: all (portolan), first (nmap)
  Families families = Families::both;
  Addresses addresses = Addresses::all;
};

// Those addresses of a name that are targets under these options, each once.
std::vector<net::IpAddress> targets_among(std::span<const net::IpAddress> addresses, const TargetOptions& options);

class TargetSet {
 public:
  TargetSet();
  ~TargetSet();
  // Copies share what they hold until one of them is added to. Sets that nobody adds to may be walked from several
  // threads.
  TargetSet(const TargetSet&);
  TargetSet& operator=(const TargetSet&);
  TargetSet(TargetSet&&) noexcept;
  TargetSet& operator=(TargetSet&&) noexcept;

  // One expression as on nmap's command line: a name, an address, name/24, 10.0-3.*.1,
  // 192.168.0.1,12,16, 2001:db8::/120. Errors: Errc::parse (malformed; the message quotes it),
  // Errc::limit (an IPv6 sweep larger than a /112; too many octet patterns that overlap), Errc::unresolved (skip it and
  // go on).
  Result<void> add(std::string_view expression, const TargetOptions& options, const Resolve& resolve,
                   const ZoneOf& zone_of);
  // The same grammar; what it names is left out. Before anything is added. Errors as above, and the family and the size
  // of a sweep are of no matter.
  Result<void> exclude(std::string_view expression, const TargetOptions& options, const Resolve& resolve,
                       const ZoneOf& zone_of);

  [[nodiscard]] bool empty() const;          // nothing was added, be it excluded or not
  [[nodiscard]] std::uint64_t size() const;  // addresses, each counted once, exclusions not at all
  [[nodiscard]] bool has_v4() const;         // among those addresses
  [[nodiscard]] bool excluded(const net::IpAddress& address) const;

  // Walks the set, or one shard of it. Stays valid while the set lives unchanged.
  class Cursor {
   public:
    // All of it, in the order typed.
    explicit Cursor(const TargetSet& set);
    // Begins where another cursor of this order had passed() `start` targets; at most length().
    Cursor(const TargetSet& set, const TargetOrder& order, std::uint64_t start = 0);
    std::optional<Target> next();
    [[nodiscard]] bool at_end() const { return passed_ == length_; }
    // Targets that it has told, of length().
    [[nodiscard]] std::uint64_t passed() const { return passed_; }
    // Targets of a whole walk of this order: the shard's part of size().
    [[nodiscard]] std::uint64_t length() const { return length_; }

   private:
    const TargetSet* set_;
    Permutation permutation_;
    std::uint64_t shard_;
    std::uint64_t shards_;
    std::uint64_t length_;
    std::uint64_t passed_;
  };

 private:
  friend class Cursor;
  struct Data;
  Data& own_data();  // this set's alone
  std::shared_ptr<Data> data_;
};

// Splits target text (an -iL file, --exclude, --excludefile) into expressions: white space and, for
// --exclude, commas between complete expressions; '#' starts a comment.
std::vector<std::string> split_expressions(std::string_view text);

}  // namespace portolan::plan
