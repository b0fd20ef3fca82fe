#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Ssdp, SearchesRootDevices) {
  EXPECT_EQ(question_of(ssdp, 1), text("M-SEARCH * HTTP/1.1\r\n"
                                       "HOST: 239.255.255.250:1900\r\n"
                                       "MAN: \"ssdp:discover\"\r\n"
                                       "MX: 1\r\n"
                                       "ST: upnp:rootdevice\r\n\r\n"));
}

TEST(Ssdp, AResponseOfHttpIsAnAnswer) {
  EXPECT_EQ(ssdp.match(1, text("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n")), Match::genuine);
  EXPECT_EQ(ssdp.match(1, text("NOTIFY * HTTP/1.1\r\n\r\n")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
