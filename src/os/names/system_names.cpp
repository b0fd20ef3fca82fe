#include "os/names/system_names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pwd.h>

#include <array>
#include <vector>

#include "os/names/name_files.h"
#include "os/sockets/socket_address.h"

namespace portolan::os {
namespace {

constexpr std::size_t first_buffer = 1024;
constexpr std::size_t largest_buffer = std::size_t{1024} * 1024;

// Calls one of the *_r functions with a buffer that grows until it is large enough. `call` gives ERANGE then.
template <class Call>
void with_buffer(Call call) {
  std::vector<char> buffer(first_buffer);
  while (call(buffer) == ERANGE && buffer.size() < largest_buffer) buffer.resize(buffer.size() * 2);
}

std::string find_host(const net::IpAddress& address) {
  const SocketAddress asked = socket_address(address);
  std::array<char, NI_MAXHOST> name{};
  const int failed = ::getnameinfo(asked.get(), asked.size, name.data(), name.size(), nullptr, 0, NI_NAMEREQD);
  return failed == 0 ? name.data() : "";
}

std::string find_network(const net::IpAddress& address) {
  netent entry{};
  netent* found = nullptr;
  int error = 0;
  std::string name;
  with_buffer([&](std::vector<char>& buffer) {
    const int failed =
        ::getnetbyaddr_r(address.v4_value(), AF_INET, &entry, buffer.data(), buffer.size(), &found, &error);
    if (failed == 0 && found != nullptr) name = found->n_name;
    return failed;
  });
  return name;
}

std::string find_service(const std::string& protocol, std::uint16_t port) {
  servent entry{};
  servent* found = nullptr;
  std::string name;
  with_buffer([&](std::vector<char>& buffer) {
    const int failed = ::getservbyport_r(htons(port), protocol.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (failed == 0 && found != nullptr) name = found->s_name;
    return failed;
  });
  return name;
}

std::string find_ip_protocol(std::uint8_t number) {
  protoent entry{};
  protoent* found = nullptr;
  std::string name;
  with_buffer([&](std::vector<char>& buffer) {
    const int failed = ::getprotobynumber_r(number, &entry, buffer.data(), buffer.size(), &found);
    if (failed == 0 && found != nullptr) name = found->p_name;
    return failed;
  });
  return name;
}

std::string find_user(std::uint32_t id) {
  passwd entry{};
  passwd* found = nullptr;
  std::string name;
  with_buffer([&](std::vector<char>& buffer) {
    const int failed = ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
    if (failed == 0 && found != nullptr) name = found->pw_name;
    return failed;
  });
  return name;
}

// Elements of an unordered_map stay where they are.
template <class Key, class Find>
std::string_view remembered(std::unordered_map<Key, std::string>& known, const Key& key, std::string_view database,
                            Find find) {
  const auto [place, is_new] = known.try_emplace(key);
  if (is_new && !look_up_would_hang(database)) place->second = find();
  return place->second;
}

}  // namespace

std::string_view SystemNames::host(const net::IpAddress& address) {
  return remembered(hosts_, address, "hosts", [&] { return find_host(address); });
}

std::string_view SystemNames::network(const net::IpAddress& address) {
  if (!address.is_v4()) return "";
  return remembered(networks_, address, "networks", [&] { return find_network(address); });
}

std::string_view SystemNames::service(std::string_view protocol, std::uint16_t port) {
  const std::string name{protocol};
  return remembered(services_[name], port, "services", [&] { return find_service(name, port); });
}

std::string_view SystemNames::ip_protocol(std::uint8_t number) {
  return remembered(ip_protocols_, number, "protocols", [&] { return find_ip_protocol(number); });
}

std::string_view SystemNames::user(std::uint32_t id) {
  return remembered(users_, id, "passwd", [&] { return find_user(id); });
}

}  // namespace portolan::os
