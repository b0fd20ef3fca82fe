#include "os/names/service_names.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <string>

#include "os/catalogues.h"

namespace portolan::os {
namespace {

constexpr std::array<std::pair<net::Protocol, const char*>, 2> protocols{
    {{net::Protocol::tcp, "tcp"}, {net::Protocol::udp, "udp"}}};

// What the C library says, one by one.
std::string system_name(std::uint16_t port, const char* protocol) {
  const servent* found = ::getservbyport(htons(port), protocol);  // NOLINT(concurrency-mt-unsafe)
  return found == nullptr ? "" : found->s_name;
}
int system_port(const std::string& name, const char* protocol) {
  const servent* found = ::getservbyname(name.c_str(), protocol);  // NOLINT(concurrency-mt-unsafe)
  return found == nullptr ? -1 : ntohs(static_cast<std::uint16_t>(found->s_port));
}

class ServicesOfThisMachine : public testing::Test {
 protected:
  ServicesOfThisMachine() : registry_{read_services()} {}
  Result<catalog::Services> registry_;
};

TEST_F(ServicesOfThisMachine, NamesAndPortsAreEachOthersInverse) {
  ASSERT_TRUE(registry_.has_value());
  ServiceNames names{&*registry_};
  for (const auto& [protocol, word] : protocols) {
    std::size_t named = 0;
    for (std::uint32_t number = 1; number <= 65'535; ++number) {
      const net::Port port{static_cast<std::uint16_t>(number)};
      const std::string name{names.name_of(protocol, port)};
      if (name.empty()) continue;
      ++named;
      ASSERT_EQ(names.port_of(protocol, name), port) << name;
    }
    EXPECT_GT(named, 1'000U) << word;
  }
}

TEST_F(ServicesOfThisMachine, TheSystemsOwnComeFirst) {
  ASSERT_TRUE(registry_.has_value());
  ServiceNames names{&*registry_};
  std::size_t compared = 0;
  for (const auto& [protocol, word] : protocols) {
    for (std::uint16_t port = 1; port <= 12'000; ++port) {
      const std::string name = system_name(port, word);
      if (name.empty()) continue;
      ++compared;
      EXPECT_EQ(names.port_of(protocol, name)->value(), system_port(name, word)) << name << "/" << word;
      if (system_port(name, word) == port) {
        EXPECT_EQ(names.name_of(protocol, net::Port{port}), name);
      }
    }
  }
  if (compared == 0) GTEST_SKIP() << "this machine names no services";
}

TEST(ServiceNames, WithoutTheSystemTheRegistryIsAsked) {
  const auto registry = catalog::Services::parse("47111 t only-here\n47112 t twice\n47113 t twice\n").value();
  ServiceNames names{&registry};
  EXPECT_EQ(names.name_of(net::Protocol::tcp, net::Port{47'111}), "only-here");
  EXPECT_EQ(names.port_of(net::Protocol::tcp, "only-here"), net::Port{47'111});
  EXPECT_EQ(names.system_port(net::Protocol::tcp, "only-here"), std::nullopt);
  EXPECT_EQ(names.port_of(net::Protocol::udp, "only-here"), std::nullopt);
  // A name for several ports is that of one of them only.
  EXPECT_EQ(names.port_of(net::Protocol::tcp, "twice"), net::Port{47'112});
  EXPECT_EQ(names.name_of(net::Protocol::tcp, net::Port{47'112}), "twice");
  EXPECT_EQ(names.name_of(net::Protocol::tcp, net::Port{47'113}), "");
  EXPECT_EQ(names.port_of(net::Protocol::tcp, "only-*"), std::nullopt);
  EXPECT_EQ(ServiceNames{nullptr}.port_of(net::Protocol::tcp, "only-here"), std::nullopt);
}

}  // namespace
}  // namespace portolan::os
