// Ways to targets, as the kernel's own routing finds them, so that policy rules, metrics and local routes mean
// what they mean for everybody else on this machine. The kernel decides every time; what it decided for one
// address serves all that it cannot decide differently (RouteRegions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/doors.h"
#include "net/mac.h"
#include "net/path.h"
#include "os/net/netlink.h"
#include "os/net/route_regions.h"
#include "os/net/way_out.h"

namespace portolan::os {

// What the kernel said about one target, with the interfaces it may speak of, as a path. Pure.
// Errc::unreachable with a sentence where nothing can be sent that way: an unreachable, blackhole or
// prohibit route, an interface that is down or without carrier, no source address.
Result<net::Path> path_of(const net::IpAddress& target, const RouteAnswer& answer,
                          std::span<const Interface> interfaces);

class KernelRoutes final : public engine::Routes {
 public:
  // `interface`: every target but this machine's own addresses is reached through it (-e); "" lets the
  // routes decide. Errc::unreachable where there is none of that name.
  static Result<std::unique_ptr<KernelRoutes>> open(std::string_view interface = {});
  // Why this kernel tells nobody here of its routes (seccomp, a kernel without rtnetlink); nullopt where it does, and
  // where it is only short of memory or descriptors.
  static std::optional<Error> missing();

  // next_hop_mac is filled in for gateways that the neighbour table is sure of; one that it has not heard of for a
  // while (STALE) may have been replaced. For targets on the link it is left to the scan, because asking is also how it
  // learns that they are up, unless their link-layer address was set by hand. Follows changes of
  // interfaces, addresses, routes and rules.
  std::vector<Result<net::Path>> route(std::span<const net::IpAddress> targets) override;

  // Questions that the kernel was asked so far.
  [[nodiscard]] std::uint64_t asked() const { return asked_; }

 private:
  // Reading a usual machine's tables costs about as much as this many questions.
  static constexpr std::uint64_t least_worth_reading = 256;

  using Paths = std::vector<std::optional<Result<net::Path>>>;
  using Answers = std::vector<std::optional<RouteAnswer>>;

  KernelRoutes(NetlinkSocket socket, NetlinkSocket changes)
      : socket_{std::move(socket)}, changes_{std::move(changes)} {}
  Result<void> follow_changes();
  void find(std::span<const net::IpAddress> targets, Paths& paths, std::uint32_t interface);
  void find_by_region(std::span<const net::IpAddress> targets, Paths& paths, std::uint32_t interface);
  bool read_regions(std::size_t questions);
  [[nodiscard]] std::optional<std::uint64_t> region_key(const net::IpAddress& target, std::uint32_t interface) const;
  Answers ask(std::vector<RouteQuestion> questions);
  Answers ask_with_sources(const std::vector<RouteQuestion>& questions);
  Result<void> read_rules();
  void look_at_way_out(std::span<Result<net::Path>> paths, std::span<const net::IpAddress> targets) const;
  void ask_batch(std::span<RouteQuestion> questions, std::span<Answers::value_type> answers);
  void look_up_neighbours(std::span<Result<net::Path>> paths);
  void read_neighbours();

  NetlinkSocket socket_;
  NetlinkSocket changes_;
  std::vector<Interface> interfaces_;
  std::uint32_t forced_ = 0;  // -e
  WayOut way_out_;
  bool rules_by_source_ = false;
  std::vector<std::uint8_t> datagram_;
  std::uint32_t sequence_ = 0;
  std::uint64_t asked_ = 0;
  // Why the last answer that is missing is missing.
  Error fault_{Errc::io, "the kernel does not answer what it is asked about its routes", "ENOBUFS", {}};

  std::optional<RouteRegions> regions_;                // none until it is worth reading the tables
  std::uint64_t asked_without_ = 0;                    // questions since the last change that regions might have saved
  std::uint64_t worth_reading_ = least_worth_reading;  // after so many of them
  // By region_key(). None: each address of the region is asked for by itself.
  std::unordered_map<std::uint64_t, std::optional<RouteAnswer>> known_;

  struct KnownNeighbour {
    net::Mac mac;
    bool set_by_hand = false;
  };
  std::map<std::pair<std::uint32_t, net::IpAddress>, KnownNeighbour> neighbours_;
  std::optional<Instant> neighbours_read_;
};

}  // namespace portolan::os
