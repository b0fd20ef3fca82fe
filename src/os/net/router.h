// Ways to targets, as the kernel's own routing finds them: asked one by one, so that policy rules,
// metrics and local routes mean what they mean for everybody else on this machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/link.h"
#include "net/path.h"
#include "os/net/netlink.h"

namespace portolan::os {

// What the kernel said about one target, with the interfaces it may speak of, as a path. Pure.
// Errc::unreachable with a sentence where nothing can be sent that way: an unreachable, blackhole or
// prohibit route, an interface that is down or without carrier, no source address.
Result<net::Path> path_of(const net::IpAddress& target, const Route& route, std::span<const Interface> interfaces);

class Router final : public engine::Router {
 public:
  // `interface`: every target but this machine's own addresses is reached through it (-e); "" lets the
  // routes decide. Errc::unreachable where there is none of that name.
  static Result<std::unique_ptr<Router>> open(std::string_view interface = {});

  // next_hop_mac is filled in for gateways that the neighbour table knows. For targets on the link it
  // is left to the scan, because asking is also how it learns that they are up.
  std::vector<Result<net::Path>> route(std::span<const net::IpAddress> targets) override;

 private:
  explicit Router(NetlinkSocket socket) : socket_{std::move(socket)} {}
  Result<void> read_interfaces();
  using Answers = std::vector<std::optional<Result<net::Path>>>;
  void ask_all(std::span<const net::IpAddress> targets, Answers& answers, std::uint32_t interface);
  void ask(std::span<const net::IpAddress> targets, std::span<Answers::value_type> answers, std::uint32_t interface);
  Result<net::Path> answer(const net::IpAddress& target, MessageBytes message);
  void fill_gateways(std::span<Result<net::Path>> paths);

  NetlinkSocket socket_;
  std::vector<Interface> interfaces_;
  std::uint32_t forced_ = 0;  // -e
  std::vector<std::uint8_t> datagram_;
  std::uint32_t sequence_ = 0;
};

}  // namespace portolan::os
