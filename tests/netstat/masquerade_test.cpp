// net-tools' layout, of connections as /proc/net/nf_conntrack of Linux 6 has them.
#include <gtest/gtest.h>

#include "tests/netstat/machine.h"

namespace portolan::netstat {
namespace {

constexpr const char* tracked =
    "ipv4     2 tcp      6 123 ESTABLISHED src=192.168.0.1 dst=198.18.0.1 sport=1024 dport=80 src=198.18.0.1 "
    "dst=198.18.0.254 sport=80 dport=60000 [ASSURED] mark=0 zone=0 use=2\n"
    "ipv4     2 udp      17 300 src=192.168.0.1 dst=198.18.0.1 sport=1024 dport=53 src=198.18.0.1 dst=192.168.0.1 "
    "sport=53 dport=1024 mark=0 zone=0 use=2\n"
    "ipv4     2 tcp      6 432000 ESTABLISHED src=127.0.0.1 dst=127.0.0.1 sport=59618 dport=9999 src=127.0.0.1 "
    "dst=127.0.0.1 sport=8888 dport=59618 [ASSURED] mark=0 zone=0 use=2\n"
    "ipv4     2 icmp     1 29 src=192.168.0.1 dst=198.18.0.1 type=8 code=0 id=7 src=198.18.0.1 dst=198.18.0.254 type=0 "
    "code=0 id=8 mark=0 zone=0 use=2\n"
    "ipv4     2 tcp      6 src=192.168.0.1 dst=198.18.0.1 sport=1025 dport=80 src=198.18.0.1 dst=198.18.0.254 sport=80 "
    "dport=60001 [OFFLOAD] mark=0 zone=0 use=2\n"
    "ipv6     10 tcp      6 59 TIME_WAIT src=2001:db8::1 dst=2001:db8:1:2:3:4:5:6 sport=1024 dport=22 "
    "src=2001:db8:1:2:3:4:5:6 dst=2001:db8::fe sport=22 dport=1024 [ASSURED] mark=0 zone=0 use=2\n";

MadeUpMachine translating() {
  MadeUpMachine made;
  made.files["/proc/net/nf_conntrack"] = tracked;
  made.hosts["198.18.0.1"] = "gateway.example.org";
  made.services = {{"tcp/80", "http"}, {"icmp/2048", "wrong"}};
  return made;
}

TEST(Masquerade, ShowsTranslatedConnectionsAlone) {
  const View view = masquerade(translating().machine(), numeric());
  EXPECT_EQ(view.status, 0);
  EXPECT_EQ(view.output,
            "IP masquerading entries\n"
            "prot   expire source               destination          ports\n"
            "tcp   2:03.00 192.168.0.1          198.18.0.1           1024 -> 80 (60000)\n"
            "tcp 7200:00.00 127.0.0.1            127.0.0.1            59618 -> 8888 (59618)\n"
            "icmp  0:29.00 192.168.0.1          198.18.0.1           7 -> 2048 (8)\n"
            "tcp   0:00.00 192.168.0.1          198.18.0.1           1025 -> 80 (60001)\n"
            "tcp   0:59.00 2001:db8::1          2001:db8:1:2:3:4:5:6 1024 -> 22 (1024)\n");
}

TEST(Masquerade, ShowsMoreWithE) {
  ViewOptions options = numeric();
  options.extended = 1;
  EXPECT_TRUE(masquerade(translating().machine(), options)
                  .output.starts_with(
                      "IP masquerading entries\n"
                      "prot   expire    initseq delta prevd source               destination          ports\n"
                      "tcp   2:03.00          0     0     0 192.168.0.1          198.18.0.1           1024 -> 80 "
                      "(60000)\n"));
}

TEST(Masquerade, BearsNamesUnlessNumbersAreAskedFor) {
  const std::string output = masquerade(translating().machine(), {}).output;
  EXPECT_TRUE(output.contains("\ntcp   2:03.00 192.168.0.1          gateway.example.org  1024 -> http (60000)\n"))
      << output;
  EXPECT_TRUE(output.contains(" 7 -> 2048 (8)\n")) << output;
}

TEST(Masquerade, SaysWhatNetToolsSaysWhereNothingIsTranslated) {
  MadeUpMachine made;
  made.files["/proc/net/nf_conntrack"] = "nonsense\nipv4 2 tcp 6 12 src=1.2.3.4\n";
  const View view = masquerade(made.machine(), numeric());
  EXPECT_EQ(view.output, "");
  EXPECT_EQ(view.errors, "netstat: no support for `ip_masquerade' on this system.\n");
  EXPECT_EQ(view.status, 1);
}

TEST(Masquerade, SaysWhyItCannotBeRead) {
  MadeUpMachine made;
  View view = masquerade(made.machine(), numeric());
  EXPECT_EQ(view.status, 1);
  EXPECT_EQ(view.errors, "netstat: no support for `ip_masquerade' on this system.\n");
  made.missing = Errc::privilege;
  view = masquerade(made.machine(), numeric());
  EXPECT_TRUE(view.errors.ends_with("; only root may read them\n")) << view.errors;
}

}  // namespace
}  // namespace portolan::netstat
