#include "catalog/port_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "catalog/catalog.h"
#include "tests/places.h"

namespace portolan::catalog {
namespace {

using net::Port;
using net::Protocol;
using Kind = Encryption::Kind;

const Services& shipped() {
  static const auto services = [] {
    std::ifstream file{test::source_directory() + "/data/services", std::ios::binary};
    return Services::parse(std::string{std::istreambuf_iterator<char>{file}, {}}).value();
  }();
  return services;
}

TEST(PortClass, ChangesWhereRfc6335Says) {
  EXPECT_EQ(class_of(Port{0}), PortClass::reserved);
  EXPECT_EQ(class_of(Port{1}), PortClass::system);
  EXPECT_EQ(class_of(Port{1023}), PortClass::system);
  EXPECT_EQ(class_of(Port{1024}), PortClass::registered);
  EXPECT_EQ(class_of(Port{49151}), PortClass::registered);
  EXPECT_EQ(class_of(Port{49152}), PortClass::dynamic);
  EXPECT_EQ(class_of(Port{65535}), PortClass::dynamic);
  EXPECT_EQ(name_of(PortClass::dynamic), "dynamic");
}

TEST(Encryption, CounterpartsHaveTheNamesOfTheRegistry) {
  for (const Encryption& one : encryptions()) {
    EXPECT_NE(shipped().name_of(one.protocol, one.port), "") << one.port.value() << " is not registered";
    EXPECT_FALSE(one.document.empty()) << one.port.value();
    if (one.kind != Kind::separate && one.kind != Kind::replacement) continue;
    const auto names = shipped().names_of(one.over, one.counterpart);
    EXPECT_THAT(names, testing::Contains(one.name)) << one.port.value() << " to " << one.counterpart.value();
  }
}

TEST(Encryption, EveryFactIsThereOnce) {
  for (const Encryption& one : encryptions()) {
    EXPECT_EQ(std::ranges::count_if(encryptions(),
                                    [&one](const Encryption& other) {
                                      return other.protocol == one.protocol && other.port == one.port &&
                                             other.name == one.name && other.over == one.over;
                                    }),
              1)
        << one.port.value();
  }
}

TEST(Encryption, SubmissionTurnsToTlsAndHasAPortOfItsOwn) {
  const auto found = encryption_of(Protocol::tcp, Port{587});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::upgrade);
  EXPECT_EQ(found[0].name, "STARTTLS");
  EXPECT_EQ(found[1].kind, Kind::separate);
  EXPECT_EQ(found[1].counterpart, Port{465});
  EXPECT_EQ(found[1].document, "RFC 8314");
}

TEST(Encryption, PortOfAnEncryptedVariantIsEncrypted) {
  const std::uint16_t ports[] = {443, 465, 853, 990, 992, 993, 995, 636, 563, 6697, 5061, 8883, 5671, 5684, 6514};
  for (const std::uint16_t port : ports) {
    const auto found = encryption_of(Protocol::tcp, Port{port});
    ASSERT_EQ(found.size(), 1U) << port;
    EXPECT_EQ(found[0].kind, Kind::built_in) << port;
  }
}

TEST(Encryption, TelnetIsReplacedBySsh) {
  const auto found = encryption_of(Protocol::tcp, Port{23});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::replacement);
  EXPECT_EQ(found[0].counterpart, Port{22});
  EXPECT_EQ(found[1].name, "telnets");
}

TEST(Encryption, CounterpartMayUseAnotherTransport) {
  const auto found = encryption_of(Protocol::udp, Port{514});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].over, Protocol::tcp);
  EXPECT_EQ(found[0].document, "RFC 5425");
  EXPECT_EQ(found[1].over, Protocol::udp);
}

TEST(Encryption, IsOfOneProtocol) {
  EXPECT_TRUE(encryption_of(Protocol::udp, Port{80}).empty());
  EXPECT_TRUE(encryption_of(Protocol::udp, Port{22}).empty());
  EXPECT_TRUE(encryption_of(Protocol::tcp, Port{8080}).empty());
}

}  // namespace
}  // namespace portolan::catalog
