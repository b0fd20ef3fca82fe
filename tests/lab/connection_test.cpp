// What `portolan explain --connect` sees of connections that real kernels make and end.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "lab_test.h"
#include "talker.h"

namespace portolan::lab_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint16_t greeting_port = 22;
constexpr std::uint16_t web_port = 80;
constexpr std::uint16_t closed_port = 81;
constexpr std::uint16_t dropped_port = 82;
constexpr std::uint16_t resetting_port = 84;
constexpr std::uint16_t keeping_port = 85;

class Connection : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap explains nothing";
  }
};

std::vector<TalkerPort> services() {
  using enum TalkerPort::Manner;
  return {{greeting_port, greets, "SSH-2.0-lab\r\n"},
          {web_port, answers, "HTTP/1.0 200 OK\r\n\r\n"},
          {resetting_port, resets},
          {keeping_port, keeps}};
}

lab::Finished explain(const lab::Host& host, const std::string& address, std::uint16_t port, bool privileged = true) {
  const std::string place = address.find(':') == std::string::npos ? address : "[" + address + "]";
  return host.run(
      {.words = {scan_command({}).words.front(), "explain", "--connect", place + ":" + std::to_string(port)},
       .privileged = privileged});
}

std::string flat(const std::string& page) {
  std::string text;
  for (const char c : page) {
    const bool is_blank = c == ' ' || c == '\n';
    if (!is_blank || (!text.empty() && text.back() != ' ')) text += is_blank ? ' ' : c;
  }
  return text;
}

// The page; fails the test where there is none.
std::string page_of(const lab::Host& host, const std::string& address, std::uint16_t port) {
  const auto done = explain(host, address, port);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.errors, "");
  return done.output;
}

TEST_F(Connection, IsDrawnFromSynToTheLastAcknowledgement) {
  lab::Pair pair;
  const Talker talker{pair.target, services()};
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const std::string greeted = page_of(pair.scanner, address, greeting_port);
    for (const char* piece :
         {"--- SYN ---", "<mss 14", "--- SYN, ACK ---", "\"SSH-2.0-lab\"", "13 bytes", "--- FIN, ACK ---",
          "FIN, ACK ---|", "| SYN-SENT ", "| ESTABLISHED                                     SYN-RECEIVED |",
          "| TIME-WAIT                                             CLOSED |",
          "Result: port 22/tcp is open (syn-ack)\n"}) {
      EXPECT_THAT(greeted, HasSubstr(piece));
    }
    EXPECT_THAT(flat(greeted), HasSubstr("spoke first, and portolan has said nothing"));
    const std::string web = page_of(pair.scanner, address, web_port);
    EXPECT_THAT(web, HasSubstr("\"HEAD / HTTP/1.0\""));
    EXPECT_THAT(web, HasSubstr("\"HTTP/1.0 200 OK\""));
    EXPECT_THAT(flat(web), HasSubstr("It ended in order"));
  }
}

TEST_F(Connection, WayOfEndingIsTold) {
  lab::Pair pair;
  const Talker talker{pair.target, services()};
  const std::string reset = page_of(pair.scanner, lab::Pair::target_v4, resetting_port);
  EXPECT_THAT(reset, HasSubstr("RST, ACK ---|\n"));
  EXPECT_THAT(flat(reset), HasSubstr("ended it by a reset"));
  EXPECT_THAT(reset, HasSubstr("| CLOSED                                                CLOSED |"));
  const std::string kept = page_of(pair.scanner, lab::Pair::target_v4, keeping_port);
  EXPECT_THAT(kept, HasSubstr("| FIN-WAIT-2                                        CLOSE-WAIT |"));
  EXPECT_THAT(flat(kept), HasSubstr("had not when portolan left"));
}

TEST_F(Connection, ThatIsNotMadeIsDrawnAsFarAsItCame) {
  lab::Pair pair;
  pair.target.nft("table inet lab {\n chain i {\n  type filter hook input priority 0;\n  tcp dport 82 drop\n }\n}\n");
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const std::string closed = page_of(pair.scanner, address, closed_port);
    EXPECT_THAT(closed, HasSubstr("RST, ACK ---|\n"));
    EXPECT_THAT(closed, HasSubstr("Result: port 81/tcp is closed (reset)\n"));
  }
  const std::string dropped = page_of(pair.scanner, lab::Pair::target_v4, dropped_port);
  EXPECT_THAT(dropped, HasSubstr("--- SYN, again ---"));
  EXPECT_THAT(dropped, HasSubstr("... nothing comes back ..."));
  EXPECT_THAT(dropped, HasSubstr("Result: port 82/tcp is filtered (no-response)\n"));
  const std::string nowhere = page_of(pair.scanner, "198.19.0.1", web_port);
  EXPECT_THAT(nowhere, HasSubstr("No packet was sent.\n"));
  EXPECT_THAT(nowhere, HasSubstr("(ENETUNREACH)"));
}

TEST_F(Connection, ToThisMachineItselfIsSeenOnce) {
  lab::Pair pair;
  const Talker talker{pair.scanner, services()};
  for (const std::string address : {"127.0.0.1", "::1", "198.18.0.1"}) {
    SCOPED_TRACE(address);
    const std::string page = page_of(pair.scanner, address, greeting_port);
    EXPECT_THAT(page, HasSubstr("\"SSH-2.0-lab\""));
    EXPECT_THAT(flat(page), HasSubstr("It ended in order"));
    EXPECT_THAT(page, Not(HasSubstr(", again")));
  }
}

TEST_F(Connection, WithoutTheRightToSeePacketsNoneIsMade) {
  lab::Pair pair;
  const auto refused = explain(pair.scanner, lab::Pair::target_v4, greeting_port, false);
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.output, "");
  EXPECT_THAT(refused.errors, HasSubstr("CAP_NET_RAW"));
}

}  // namespace
}  // namespace portolan::lab_test
