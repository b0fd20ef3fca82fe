#include "sockets/summary.h"

#include <gtest/gtest.h>

namespace portolan::sockets {
namespace {

Row row(SocketKind protocol, AddressFamily family, State state) {
  Row made;
  made.protocol = protocol;
  made.family = family;
  made.state = state;
  return made;
}

Summary three() {
  Summary summary;
  summary.add(row(SocketKind::tcp, AddressFamily::v4, State::listen));
  summary.add(row(SocketKind::tcp, AddressFamily::v6, State::new_syn_recv));
  summary.add(row(SocketKind::unix_domain, AddressFamily::unix_domain, State::closed));
  return summary;
}

TEST(SocketSummary, CountsKindsFamiliesAndStates) {
  EXPECT_EQ(three().table(),
            "KIND         TOTAL    IPv4    IPv6  STATES\n"
            "tcp              2       1       1  1 SYN-RECV, 1 LISTEN\n"
            "unix             1       -       -  1 UNCONN\n"
            "all              3\n");
}

TEST(SocketSummary, SaysTheSameInJson) {
  std::string out;
  JsonWriter json{out};
  json.object([&json] { three().write(json); });
  EXPECT_EQ(out, R"({"kinds":{"tcp":{"total":2,"ipv4":1,"ipv6":1,"states":{"SYN-RECV":1,"LISTEN":1}},)"
                 R"("unix":{"total":1,"states":{"UNCONN":1}}}})");
  EXPECT_EQ(three().total(), 3U);
}

}  // namespace
}  // namespace portolan::sockets
