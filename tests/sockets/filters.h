// Filters and rows that their tests share.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sockets/filter/filter.h"

namespace portolan::sockets::testing {

inline net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

inline FilterNames some_names() {
  FilterNames names;
  names.port = [](std::string_view service) -> std::optional<std::uint32_t> {
    if (service == "ssh") return 22;
    if (service == "http-alt") return 8080;
    return std::nullopt;
  };
  names.addresses = [](std::string_view host) -> Result<std::vector<net::IpAddress>> {
    if (host == "localhost") return std::vector{address("127.0.0.1"), address("::1"), address("127.0.0.1")};
    if (host == "four") return std::vector{address("10.0.0.1")};
    return fail(Errc::unresolved, fmt::format("'{}' has no address", host));
  };
  names.interface = [](std::string_view name) -> std::optional<std::uint32_t> {
    if (name == "lo") return 1;
    if (name == "eth0") return 2;
    return std::nullopt;
  };
  names.cgroup = [](std::string_view path) -> std::optional<std::uint64_t> {
    return path == "/system.slice" ? std::optional<std::uint64_t>{7} : std::nullopt;
  };
  names.user = [](std::string_view name) -> std::optional<std::uint32_t> {
    return name == "root" ? std::optional{0U} : std::nullopt;
  };
  return names;
}

inline Filter parsed(std::string_view text) {
  auto filter = Filter::parse(text, some_names());
  EXPECT_TRUE(filter.has_value()) << text << ": " << (filter ? "" : filter.error().message);
  return filter ? std::move(*filter) : Filter{};
}
inline std::string tree_of(std::string_view text) { return parsed(text).text(); }
inline std::string error_of(std::string_view text) {
  const auto filter = Filter::parse(text, some_names());
  return filter ? fmt::format("no error, but {}", filter->text()) : filter.error().message;
}

inline Row ip_row(std::string_view local, std::uint32_t local_port, std::string_view remote = "0.0.0.0",
                  std::uint32_t remote_port = 0) {
  Row row;
  row.protocol = SocketKind::tcp;
  row.local = address(local);
  row.remote = address(remote);
  row.family = row.local.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  row.state = State::established;
  row.local_port = local_port;
  row.remote_port = remote_port;
  return row;
}
inline Row path_row(std::string_view path) {
  Row row;
  row.protocol = SocketKind::unix_domain;
  row.family = AddressFamily::unix_domain;
  row.state = State::closed;
  row.path = path;
  return row;
}

}  // namespace portolan::sockets::testing
