#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(WsDiscovery, ProbesForAnything) {
  EXPECT_EQ(question_of(ws_discovery, 0xdead1234),
            text("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
                 " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
                 " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Header>"
                 "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
                 "<a:MessageID>urn:uuid:dead1234-0000-4000-8000-000000000000</a:MessageID>"
                 "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
                 "</s:Header><s:Body><d:Probe/></s:Body></s:Envelope>"));
}

TEST(WsDiscovery, AMatchRelatesToOurMessage) {
  const auto matches = text(
      "<?xml version=\"1.0\"?><soap:Envelope><soap:Header><wsa:RelatesTo>"
      "urn:uuid:dead1234-0000-4000-8000-000000000000</wsa:RelatesTo></soap:Header>");
  EXPECT_EQ(ws_discovery.match(0xdead1234, matches), Match::genuine);
  EXPECT_EQ(ws_discovery.match(0xdead1235, matches), Match::stale);
  EXPECT_EQ(ws_discovery.match(0xdead1234, text("<s:Envelope>dead1234</s:Envelope>")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
