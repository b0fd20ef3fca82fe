#include "os/net/interface_facts.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "base/message.h"
#include "os/file_descriptor.h"
#include "os/net/interfaces.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

using netstat::InterfaceFacts;

std::unexpected<Error> cannot_list(int error) {
  return fail(Errc::io, said("cannot list the network interfaces: {}", error_text(error)));
}

std::string name_in(const ifreq& request) { return {request.ifr_name, ::strnlen(request.ifr_name, IFNAMSIZ)}; }

// The labels of all IPv4 addresses. Most are the name of their interface.
Result<std::vector<std::string>> address_labels(int socket) {
  constexpr std::size_t most = 1024UL * 1024;
  std::vector<ifreq> requests(64);
  for (;;) {
    ifconf request{};
    request.ifc_len = static_cast<int>(requests.size() * sizeof(ifreq));
    request.ifc_req = requests.data();
    if (::ioctl(socket, SIOCGIFCONF, &request) != 0) return cannot_list(errno);
    const auto count = static_cast<std::size_t>(request.ifc_len) / sizeof(ifreq);
    // The kernel does not say how many there would have been: a full table may lack some.
    if (count < requests.size() || requests.size() >= most) {
      std::vector<std::string> labels;
      for (std::size_t i = 0; i < count; ++i) labels.push_back(name_in(requests[i]));
      return labels;
    }
    requests.resize(requests.size() * 2);
  }
}

class Asker {
 public:
  Asker(int socket, const std::string& name) : socket_{socket}, name_{name} {}

  // The kernel's answer about the interface; nullptr: it has none.
  const ifreq* ask(unsigned long what) {
    answer_ = {};
    name_.copy(answer_.ifr_name, IFNAMSIZ - 1);
    return ::ioctl(socket_, what, &answer_) == 0 ? &answer_ : nullptr;
  }
  std::optional<net::IpAddress> address(unsigned long what) {
    const ifreq* answer = ask(what);
    if (answer == nullptr) return std::nullopt;
    sockaddr_in address{};
    std::memcpy(&address, &answer->ifr_addr, sizeof address);
    return net::IpAddress::from_bytes(std::bit_cast<std::array<std::uint8_t, 4>>(address.sin_addr));
  }

 private:
  int socket_;
  const std::string& name_;
  ifreq answer_{};
};

netstat::CardMap card_map(const ifreq& answer) {
  const ifmap& map = answer.ifr_map;
  return {.interrupt = map.irq,
          .base = map.base_addr,
          .dma = map.dma,
          .port = map.port,
          .memory_begin = map.mem_start,
          .memory_end = map.mem_end};
}

// nullopt: it has gone meanwhile.
std::optional<InterfaceFacts> facts_of(int socket, const std::string& name) {
  Asker asker{socket, name};
  InterfaceFacts facts;
  facts.name = name;
  const ifreq* flags = asker.ask(SIOCGIFFLAGS);
  if (flags == nullptr) return std::nullopt;
  facts.flags = static_cast<std::uint16_t>(flags->ifr_flags);
  if (const ifreq* answer = asker.ask(SIOCGIFMTU)) facts.mtu = answer->ifr_mtu;
  if (const ifreq* answer = asker.ask(SIOCGIFHWADDR)) {
    facts.type = answer->ifr_hwaddr.sa_family;
    std::memcpy(facts.hardware_address.data(), answer->ifr_hwaddr.sa_data, facts.hardware_address.size());
  }
  if (const ifreq* answer = asker.ask(SIOCGIFTXQLEN)) facts.queue_length = answer->ifr_ifru.ifru_ivalue;
  if (const ifreq* answer = asker.ask(SIOCGIFMAP)) facts.map = card_map(*answer);
  facts.address = asker.address(SIOCGIFADDR);
  if (facts.address) {
    facts.netmask = asker.address(SIOCGIFNETMASK);
    facts.broadcast = asker.address(SIOCGIFBRDADDR);
    facts.destination = asker.address(SIOCGIFDSTADDR);
  }
  return facts;
}

}  // namespace

Result<std::vector<InterfaceFacts>> list_interface_facts() {
  // Any socket will do for questions of this kind; one of IPv4 also knows its addresses.
  FileDescriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const bool speaks_ipv4 = socket.is_open();
  if (!speaks_ipv4) socket.reset(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return cannot_list(errno);
  std::vector<std::string> names;
  for (const auto& [index, name] : interface_names()) names.push_back(name);
  if (names.empty()) return cannot_list(errno);
  if (speaks_ipv4) {
    const auto labels = address_labels(socket.get());
    if (!labels) return fail(labels.error());
    names.insert(names.end(), labels->begin(), labels->end());
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
  }
  std::vector<InterfaceFacts> all;
  for (const std::string& name : names) {
    if (auto facts = facts_of(socket.get(), name)) all.push_back(std::move(*facts));
  }
  return all;
}

}  // namespace portolan::os
