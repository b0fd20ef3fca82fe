// What `portolan talk` does with real peers: kernels that refuse, servers that answer, end, break off and say nothing.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "lab_test.h"
#include "udp_echo.h"

namespace portolan::lab_test {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The server is on port 7000, nobody on 7001, and what goes to 7002 is dropped.
constexpr std::array<std::uint16_t, 1> echo_ports{7777};

const std::string at_server = "198.18.0.2:7000";
const std::string at_server_v6 = "[2001:db8::2]:7000";

constexpr const char* firewall = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 7002 drop
    udp dport 7002 drop
  }
}
)";

// A server for one connection `c`, on every address; `body` is what it does with it.
constexpr const char* server_frame = R"(
import json, socket, ssl, struct, sys
s = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
c, _ = s.accept()
def all_of(c):
    heard = b""
    while True:
        piece = c.recv(65536)
        if not piece: return heard
        heard += piece
def exactly(n):
    heard = b""
    while len(heard) < n:
        piece = c.recv(n - len(heard))
        if not piece: sys.exit("the client has gone")
        heard += piece
    return heard
def secured(c, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    if version: context.maximum_version = version
    return context.wrap_socket(c, server_side=True)
)";

// Repeats in capitals what it heard, once that has ended.
constexpr const char* answer_in_capitals = "c.sendall(all_of(c).upper())\n";
constexpr const char* answer_in_tls = "c.sendall(all_of(c).upper())\nc.unwrap()\n";

class Talk : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap talks to nobody";
  }
};

struct World : lab::Pair {
  World() { target.nft(firewall); }
};

std::vector<std::string> talk_words(std::vector<std::string> words) {
  words.insert(words.begin(), {scan_command({}).words.front(), "talk"});
  return words;
}

lab::Finished talk(const lab::Host& host, std::vector<std::string> words, const std::string& input = "",
                   std::vector<std::pair<std::string, std::string>> environment = {}) {
  return host.run({.words = talk_words(std::move(words)), .input = input, .environment = std::move(environment)});
}

lab::Running serve(const lab::Host& host, const std::string& body, const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> words{"python3", "-c", server_frame + body};
  words.insert(words.end(), arguments.begin(), arguments.end());
  lab::Running server = host.start({.words = words});
  EXPECT_TRUE(server.read_until("ready\n")) << server.finish().errors;
  return server;
}

void expect_talk(const lab::Finished& done, const std::string& output) {
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.output, output);
  EXPECT_EQ(done.errors, "");
}

void expect_failure(const lab::Finished& done, const std::string& sentence) {
  EXPECT_EQ(done.status, 1) << done.output;
  EXPECT_THAT(done.errors, StartsWith("portolan: "));
  EXPECT_THAT(done.errors, HasSubstr(sentence));
}

TEST_F(Talk, TheEndOfInputIsPassedOnAndTheAnswerWaitedFor) {
  const World world;
  for (const std::string& place : {at_server, at_server_v6}) {
    SCOPED_TRACE(place);
    const auto server = serve(world.target, answer_in_capitals);
    expect_talk(talk(world.scanner, {place}, "hello\nyou"), "HELLO\nYOU");
  }
}

TEST_F(Talk, BytesGoOutAndComeBackUntouched) {
  const World world;
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  {
    const auto server = serve(world.target, "c.sendall(all_of(c))\n");
    expect_talk(talk(world.scanner, {at_server}, all), all);
  }
  const auto server = serve(world.target, "c.sendall(all_of(c))\n");
  expect_talk(talk(world.scanner, {"--crlf", at_server}, "a\nb\r\nc"), "a\r\nb\r\nc");
}

TEST_F(Talk, WhoSaysMuchWhileMuchIsSaidIsHeard) {
  const World world;
  std::string much;
  for (int line = 0; line < 200'000; ++line) much += fmt::format("line {}\n", line);
  const auto server =
      serve(world.target, "while True:\n  piece = c.recv(65536)\n  if not piece: break\n  c.sendall(piece)\n");
  const auto done = talk(world.scanner, {at_server}, much);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_TRUE(done.output == much) << done.output.size() << " of " << much.size();
}

TEST_F(Talk, WhyThereIsNoConnectionIsSaid) {
  const World world;
  expect_failure(talk(world.scanner, {"198.18.0.2:7001"}),
                 "cannot connect to 198.18.0.2:7001: the connection was refused: nothing listens there\n");
  expect_failure(talk(world.scanner, {"[2001:db8::2]:7001"}),
                 "cannot connect to [2001:db8::2]:7001: the connection was refused");
  expect_failure(talk(world.scanner, {"198.19.0.1:7000"}),
                 "cannot connect to 198.19.0.1:7000: Network is unreachable\n");
  expect_failure(talk(world.scanner, {"-w", "100ms", "198.18.0.2:7002"}),
                 "cannot connect to 198.18.0.2:7002: no answer within 0.1 s\n");
  const auto bad = talk(world.scanner, {"198.18.0.2"});
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(bad.errors, "portolan: '198.18.0.2' names no port; write 198.18.0.2:25\n");
}

// A system of its own mind: two.example has two addresses, and no other name is known.
class TwoAddresses {
 public:
  TwoAddresses() {
    scratch_.write("hosts", "198.18.0.2 two.example\n2001:db8::2 two.example\n");
    scratch_.write("nsswitch.conf", "hosts: files\n");
  }
  [[nodiscard]] lab::Finished talk(const lab::Host& host, std::vector<std::string> words,
                                   const std::string& input = "") const {
    words = talk_words(std::move(words));
    const std::vector<std::string> unshare{
        "unshare",
        "--mount",
        "sh",
        "-c",
        "for file in hosts nsswitch.conf; do mount --bind \"$0/$file\" /etc/$file || exit 99; done; exec \"$@\"",
        scratch_.path(".")};
    words.insert(words.begin(), unshare.begin(), unshare.end());
    return host.run({.words = std::move(words), .input = input});
  }

 private:
  Scratch scratch_;
};

TEST_F(Talk, EveryAddressOfANameIsTried) {
  const World world;
  const TwoAddresses names;
  for (const auto& [family, address] : {std::pair{"ip"s, "198.18.0.2"s}, std::pair{"ip6"s, "2001:db8::2"s}}) {
    SCOPED_TRACE(address);
    const auto server = serve(world.target, answer_in_capitals);
    world.target.nft(
        fmt::format("table inet one {{ chain input {{ type filter hook input priority 0; "
                    "{} daddr {} tcp dport 7000 reject with tcp reset\n }}\n}}\n",
                    family, address));
    expect_talk(names.talk(world.scanner, {"two.example:7000"}, "a"), "A");
    world.target.nft("delete table inet one\n");
  }
  const auto nobody = names.talk(world.scanner, {"two.example:7001"});
  expect_failure(nobody, "198.18.0.2: the connection was refused: nothing listens there");
  expect_failure(nobody, "2001:db8::2: the connection was refused: nothing listens there");
  expect_failure(names.talk(world.scanner, {"no-such-host.example:7000"}),
                 "cannot resolve 'no-such-host.example': no such name\n");
}

TEST_F(Talk, AConnectionThatIsResetIsLost) {
  const World world;
  const auto server =
      serve(world.target,
            "c.recv(1)\nc.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\nc.close()\n");
  expect_failure(talk(world.scanner, {at_server}, "hello"),
                 "the connection to 198.18.0.2:7000 was lost: Connection reset");
}

TEST_F(Talk, ItEndsWithTheOtherSideAndAtOnceWithASignal) {
  const World world;
  const Scratch scratch;
  // Standard input is a pipe that nobody closes.
  const std::string shell = fmt::format("mkfifo {0} && exec \"$@\" <> {0}", scratch.path("open"));
  const auto with_open_input = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"sh", "-c", shell, "sh"});
    return lab::Command{.words = std::move(words)};
  };
  {
    const auto server = serve(world.target, "c.sendall(b'bye\\n')\n");
    expect_talk(world.scanner.run(with_open_input(talk_words({at_server}))), "bye\n");
  }
  const std::string again = fmt::format("exec \"$@\" <> {}", scratch.path("open"));
  const auto server = serve(world.target, "c.sendall(b'wait\\n')\nall_of(c)\n");
  std::vector<std::string> words = talk_words({at_server});
  words.insert(words.begin(), {"sh", "-c", again, "sh"});
  lab::Running waits = world.scanner.start({.words = words});
  ASSERT_TRUE(waits.read_until("wait\n"));
  waits.signal(SIGINT);
  const auto ended = waits.finish();
  EXPECT_TRUE(ended.by_signal);
  EXPECT_EQ(ended.status, 128 + SIGINT);
  EXPECT_EQ(ended.errors, "");
}

// A terminal, as a program sees it: standard input, output and error in one.
constexpr const char* in_a_terminal = R"(
import os, pty, sys
process, terminal = pty.fork()
if process == 0: os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
while True:
    try: piece = os.read(terminal, 65536)
    except OSError: break
    if not piece: break
    seen += piece
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
)";

TEST_F(Talk, ATerminalIsToldToDoNothing) {
  const World world;
  const auto server = serve(world.target, "c.sendall(b'\\xff\\xfd\\x18\\x1b[2J\\tGr\\xc3\\xbc\\xc3\\x9fe\\r\\n')\n");
  std::vector<std::string> words = talk_words({at_server});
  words.insert(words.begin(), {"python3", "-c", in_a_terminal});
  const auto done = world.scanner.run({.words = words});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.output,
            "\\xFF\\xFD\\x18\\x1B[2J\tGr\u00fc\u00dfe\r\nportolan: 198.18.0.2:7000 has ended the connection\r\n");
}

TEST_F(Talk, EachLineIsADatagramAndEachAnswerIsShown) {
  const World world;
  const UdpEcho echo{world.target, echo_ports};
  for (const std::string place : {"198.18.0.2:7777/udp", "[2001:db8::2]:7777/udp"}) {
    SCOPED_TRACE(place);
    lab::Running talks = world.scanner.start({.words = talk_words({"--hex", "-w", "60s", place}), .input = "one\ntwo"});
    const std::string two = "< 00000000  74 77 6f ";
    ASSERT_TRUE(talks.read_until(two));
    talks.signal(SIGINT);
    const auto done = talks.finish();
    EXPECT_THAT(done.output, HasSubstr("> 00000000  6f 6e 65 0a "));
    EXPECT_THAT(done.output, HasSubstr("> 00000000  74 77 6f "));
    EXPECT_THAT(done.output, HasSubstr("< 00000000  6f 6e 65 0a "));
  }
}

TEST_F(Talk, WhatBecomesOfDatagramsIsSaid) {
  const World world;
  expect_failure(talk(world.scanner, {"-w", "60s", "198.18.0.2:7001/udp"}, "a\n"),
                 "198.18.0.2:7001 answers by ICMP that the port is unreachable: nothing takes datagrams there\n");
  expect_failure(talk(world.scanner, {"-w", "60s", "[2001:db8::2]:7001/udp"}, "a\n"),
                 "[2001:db8::2]:7001 answers by ICMP that the port is unreachable");
  const auto silent = talk(world.scanner, {"-w", "100ms", "198.18.0.2:7002/udp"}, "a\n");
  EXPECT_EQ(silent.status, 0);
  EXPECT_EQ(silent.errors, "portolan: 198.18.0.2:7002 has not answered within 0.1 s of the last line\n");
  expect_failure(talk(world.scanner, {"198.18.0.2:7002/udp"}, std::string(65'508, 'a')), "fits no datagram");
}

TEST_F(Talk, BothDirectionsAreShownInHexadecimal) {
  const World world;
  const auto server = serve(world.target, answer_in_capitals);
  expect_talk(talk(world.scanner, {"-x", at_server}, "hi\n"),
              "> 00000000  68 69 0a                                          |hi.|\n"
              "< 00000000  48 49 0a                                          |HI.|\n");
}

TEST_F(Talk, ARecordHoldsBothDirections) {
  const World world;
  const Scratch scratch;
  const auto server = serve(world.target, "c.sendall(all_of(c) + b'\\xff')\n");
  expect_talk(talk(world.scanner, {"--record", scratch.path("record"), at_server}, "hi\n"), "hi\n\xff");
  std::vector<nlohmann::json> lines;
  std::istringstream text{scratch.read("record")};
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["schema"], "portolan-talk/1");
  EXPECT_EQ(lines[0]["address"], at_server);
  EXPECT_EQ(lines[1]["direction"], "sent");
  EXPECT_EQ(lines[1]["text"], "hi\n");
  EXPECT_EQ(lines[2]["direction"], "received");
  EXPECT_EQ(lines[2]["hex"], "68690aff");
  EXPECT_EQ(lines[3]["event"], "end");
}

// What ends and never does what the user waits for.
constexpr const char* silent_for_ever = "all_of(c)\ns.accept()\n";
constexpr const char* stopped = "\"event\":\"end\",\"says\":\"EINTR\"}\n";

TEST_F(Talk, ASignalEndsItAtOnceAndIsTheEndOfItsRecord) {
  const World world;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    SCOPED_TRACE(signal);
    const Scratch scratch;
    const auto server = serve(world.target, "c.sendall(b'hi\\n')\n"s + silent_for_ever);
    lab::Running running =
        world.scanner.start({.words = talk_words({"--record", scratch.path("record"), at_server}), .input = "hello\n"});
    ASSERT_TRUE(running.read_until("hi\n"));
    running.signal(signal);
    const auto done = running.finish();
    EXPECT_TRUE(done.by_signal);
    EXPECT_EQ(done.status, 128 + signal);
    EXPECT_EQ(done.errors, "");
    EXPECT_THAT(scratch.read("record"), EndsWith(stopped));
  }
}

TEST_F(Talk, ASignalEndsEveryWait) {
  const World world;
  const Scratch scratch;
  const auto start = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"-w", "1h", "--record", scratch.path("record")});
    return world.scanner.start({.words = talk_words(std::move(words)), .input = "hello\n"});
  };
  const auto expect_stopped = [](lab::Running& running) {
    running.signal(SIGTERM);
    const auto done = running.finish();
    EXPECT_TRUE(done.by_signal) << done.errors;
    EXPECT_EQ(done.status, 128 + SIGTERM);
    EXPECT_EQ(done.errors, "");
  };
  {
    SCOPED_TRACE("for a connection");
    lab::Sniffer sniffer = world.target.sniff("wire");
    lab::Running running = start({"198.18.0.2:7002"});
    ASSERT_TRUE(sniffer.wait_for_syn());
    expect_stopped(running);
  }
  {
    SCOPED_TRACE("for TLS");
    lab::Running server = serve(world.target, "exactly(1)\nprint('heard', flush=True)\n"s + silent_for_ever);
    lab::Running running = start({"--tls", at_server});
    ASSERT_TRUE(server.read_until("heard\n"));
    expect_stopped(running);
    EXPECT_THAT(scratch.read("record"), EndsWith(stopped));
  }
  SCOPED_TRACE("for datagrams");
  const UdpEcho echo{world.target, echo_ports};
  lab::Running running = start({"198.18.0.2:7777/udp"});
  ASSERT_TRUE(running.read_until("hello\n"));
  expect_stopped(running);
  EXPECT_THAT(scratch.read("record"), EndsWith(stopped));
}

TEST_F(Talk, WhyItEndedIsToldInTheUsersLanguageAndIsAWordInTheRecord) {
  const World world;
  const Scratch scratch;
  const auto refused = talk(world.scanner, {"-w", "60s", "--record", scratch.path("record"), "198.18.0.2:7001/udp"},
                            "a\n", {{"LC_ALL", "fr_FR.UTF-8"}});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(
      refused.errors,
      "portolan: 198.18.0.2:7001 répond par ICMP que le port est inaccessible : rien n'y reçoit de datagrammes\n");
  EXPECT_THAT(scratch.read("record"), EndsWith(R"("event":"end","says":"ECONNREFUSED"})"
                                               "\n"));
}

TEST_F(Talk, ARecordThatCannotBeWrittenIsNoTalkOrNotItsEnd) {
  const World world;
  const auto refused = talk(world.scanner, {"--record", "/nonexistent/record", at_server});
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.errors, "portolan: --record: cannot write to '/nonexistent/record': No such file or directory\n");
  const auto server = serve(world.target, answer_in_capitals);
  const auto full = talk(world.scanner, {"--record", "/dev/full", at_server}, "hi\n");
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(full.output, "HI\n");
  EXPECT_EQ(full.errors,
            "portolan: cannot write to '/dev/full': No space left on device; the record ends here, the talk goes on\n");
}

// ---- TLS ----------------------------------------------------------------------------------------

// A certificate that vouches for itself, for localhost and the target's addresses.
class Certificate {
 public:
  Certificate() {
    const auto made =
        lab::run({.words = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", key(), "-out", path(), "-days", "2", "-subj", "/CN=lab\x1b server", "-addext",
                            "subjectAltName=DNS:localhost,IP:198.18.0.2"}});
    EXPECT_EQ(made.status, 0) << made.errors;
  }
  [[nodiscard]] std::string path() const { return scratch_.path("certificate"); }
  [[nodiscard]] std::string key() const { return scratch_.path("key"); }
  [[nodiscard]] std::vector<std::string> files() const { return {path(), key()}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> trust() const { return {{"SSL_CERT_FILE", path()}}; }

 private:
  Scratch scratch_;
};

TEST_F(Talk, TlsIsSpokenAndEndedInOrder) {
  const World world;
  const Certificate certificate;
  for (const std::string version : {"TLSv1_2", "TLSv1_3"}) {
    SCOPED_TRACE(version);
    const auto server =
        serve(world.target, fmt::format("c = secured(c, ssl.TLSVersion.{})\n{}", version, answer_in_tls),
              certificate.files());
    expect_talk(talk(world.scanner, {"--tls", at_server}, "hello\n", certificate.trust()), "HELLO\n");
  }
}

TEST_F(Talk, MuchIsSaidBothWaysInTls) {
  const World world;
  const Certificate certificate;
  std::string much;
  for (int line = 0; line < 100'000; ++line) much += fmt::format("line {}\n", line);
  const auto server = serve(world.target,
                            "c = secured(c)\nwhile True:\n  piece = c.recv(65536)\n  if not piece: break\n  "
                            "c.sendall(piece)\nc.unwrap()\n",
                            certificate.files());
  const auto done = talk(world.scanner, {"--tls", at_server}, much, certificate.trust());
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_TRUE(done.output == much) << done.output.size() << " of " << much.size();
}

TEST_F(Talk, AGreetingRightBehindTheHandshakeIsHeard) {
  const World world;
  const Certificate certificate;
  const auto server =
      serve(world.target, "c = secured(c)\nc.sendall(b'220 hi\\n')\nall_of(c)\nc.unwrap()\n", certificate.files());
  expect_talk(talk(world.scanner, {"--tls", at_server}, "", certificate.trust()), "220 hi\n");
}

TEST_F(Talk, OpensslsOwnServerIsUnderstood) {
  const World world;
  const Certificate certificate;
  lab::Running server = world.target.start({.words = {"openssl", "s_server", "-accept", "7000", "-cert",
                                                      certificate.path(), "-key", certificate.key(), "-rev"}});
  ASSERT_TRUE(server.read_until("ACCEPT\n"));
  const auto done = talk(world.scanner, {"-v", "--tls", at_server}, "hello\n", certificate.trust());
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.output, "olleh\n");
  EXPECT_THAT(done.errors, HasSubstr("portolan: connected to 198.18.0.2:7000\n"));
  EXPECT_THAT(done.errors, HasSubstr("portolan: TLSv1.3 with TLS_"));
  EXPECT_THAT(done.errors,
              HasSubstr("portolan: certificate of CN=lab\\1B server, issued by CN=lab\\1B server, until "));
}

TEST_F(Talk, ACertificateThatConvincesNobodyEndsIt) {
  const World world;
  const Certificate certificate;
  const std::string secured = "c = secured(c)\n"s + answer_in_tls;
  {
    const auto server = serve(world.target, secured, certificate.files());
    const auto done = talk(world.scanner, {"--tls", at_server}, "secret\n");
    expect_failure(done, "the certificate of 198.18.0.2:7000 is not to be trusted: self-signed certificate");
    EXPECT_THAT(done.errors, HasSubstr("--insecure goes on"));
    EXPECT_EQ(done.output, "");
  }
  {
    const auto server = serve(world.target, secured, certificate.files());
    const Scratch scratch;
    const auto done =
        talk(world.scanner, {"--tls", "--insecure", "--record", scratch.path("record"), at_server}, "hello\n");
    EXPECT_THAT(scratch.read("record"), HasSubstr(R"("event":"tls","says":"TLSv1.3 )"));
    EXPECT_EQ(done.status, 0);
    EXPECT_EQ(done.output, "HELLO\n");
    EXPECT_THAT(done.errors, HasSubstr("is not to be trusted: self-signed certificate"));
    EXPECT_THAT(done.errors, EndsWith("--insecure goes on with it\n"));
  }
  {
    const auto server = serve(world.target, secured, certificate.files());
    expect_failure(talk(world.scanner, {"--tls", at_server_v6}, "secret\n", certificate.trust()),
                   "is not to be trusted: IP address mismatch");
  }
  const auto server = serve(world.target, secured, certificate.files());
  expect_talk(talk(world.target, {"--tls", "localhost:7000"}, "hello\n", certificate.trust()), "HELLO\n");
}

TEST_F(Talk, AnEndThatCouldHideSomethingIsSaid) {
  const World world;
  const Certificate certificate;
  const auto server = serve(world.target, "c = secured(c)\nc.sendall(b'half')\nall_of(c)\n", certificate.files());
  const auto done = talk(world.scanner, {"--tls", at_server}, "", certificate.trust());
  expect_failure(done, "198.18.0.2:7000 ended the connection without ending TLS: what came may be cut short\n");
  EXPECT_EQ(done.output, "half");
}

TEST_F(Talk, WhoSpeaksNoTlsIsTold) {
  const World world;
  {
    const auto server = serve(world.target, "c.sendall(b'220 hi, this is plain text\\r\\n')\nall_of(c)\n");
    expect_failure(talk(world.scanner, {"--tls", at_server}),
                   "no TLS with 198.18.0.2:7000: what it answers is no TLS\n");
  }
  const auto server = serve(world.target, "all_of(c)\n");
  expect_failure(talk(world.scanner, {"--tls", "-w", "100ms", at_server}),
                 "no TLS with 198.18.0.2:7000: the other side does not come to it in time\n");
}

// ---- STARTTLS -----------------------------------------------------------------------------------

struct Asked {
  std::string protocol;
  std::string script;  // of the server, before TLS
};

// The server's side in Python, by the protocols' own rules; wrong bytes of ours end it.
const std::vector<Asked>& asked() {
  static const std::vector<Asked> all{
      {"smtp",
       "def line(): return c.makefile('rb', buffering=0).readline()\n"
       "c.sendall(b'220 lab\\r\\n')\nassert line() == b'EHLO [198.18.0.1]\\r\\n'\n"
       "c.sendall(b'250-lab\\r\\n250 STARTTLS\\r\\n')\nassert line() == b'STARTTLS\\r\\n'\nc.sendall(b'220 "
       "go\\r\\n')\n"},
      {"imap",
       "c.sendall(b'* OK lab\\r\\n')\nassert exactly(12) == b'a STARTTLS\\r\\n'\nc.sendall(b'a OK go\\r\\n')\n"},
      {"pop3", "c.sendall(b'+OK lab\\r\\n')\nassert exactly(6) == b'STLS\\r\\n'\nc.sendall(b'+OK go\\r\\n')\n"},
      {"ftp", "c.sendall(b'220 lab\\r\\n')\nassert exactly(10) == b'AUTH TLS\\r\\n'\nc.sendall(b'234 go\\r\\n')\n"},
      {"xmpp",
       "heard = b''\nwhile not heard.endswith(b\"streams'>\"): heard += exactly(1)\n"
       "c.sendall(b'<stream:stream><stream:features><starttls/></stream:features>')\n"
       "assert exactly(51) == b\"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\"\nc.sendall(b'<proceed/>')\n"},
      {"ldap",
       "assert exactly(31)[9:] == b'1.3.6.1.4.1.1466.20037'\n"
       "c.sendall(bytes.fromhex('300c02010178070a010004000400'))\n"},
      {"postgres", "assert struct.unpack('>II', exactly(8)) == (8, 80877103)\nc.sendall(b'S')\n"},
      {"mysql",
       "greeting = b'\\x0a8.0\\0' + b'\\1\\0\\0\\0' + b'abcdefgh\\0' + b'\\xff\\xff' + b'\\x2d\\2\\0' + bytes(12)\n"
       "c.sendall(bytes([len(greeting), 0, 0, 0]) + greeting)\nasked = exactly(36)\n"
       "assert asked[:4] == b'\\x20\\0\\0\\1' and struct.unpack('<I', asked[4:8])[0] & 0x800\n"}};
  return all;
}

TEST_F(Talk, TlsBeginsAfterEachProtocolsWords) {
  const World world;
  const Certificate certificate;
  for (const auto& [protocol, script] : asked()) {
    SCOPED_TRACE(protocol);
    auto server = serve(world.target, script + "c = secured(c)\n" + answer_in_tls, certificate.files());
    expect_talk(talk(world.scanner, {"--starttls", protocol, at_server}, "hello\n", certificate.trust()), "HELLO\n");
    const auto done = server.finish();
    EXPECT_EQ(done.status, 0) << done.errors;
  }
}

TEST_F(Talk, WhatIsSaidBeforeTlsIsToldAndRecorded) {
  const World world;
  const Certificate certificate;
  const Scratch scratch;
  const auto server =
      serve(world.target, asked().front().script + "c = secured(c)\n" + answer_in_tls, certificate.files());
  const auto done = talk(world.scanner, {"-v", "--record", scratch.path("record"), "--starttls", "smtp", at_server},
                         "hello\n", certificate.trust());
  EXPECT_EQ(done.output, "HELLO\n");
  EXPECT_THAT(done.errors, HasSubstr("portolan: < 250-lab\nportolan: < 250 STARTTLS\nportolan: > STARTTLS\n"));
  EXPECT_THAT(scratch.read("record"), HasSubstr("\"text\":\"STARTTLS\\u000d\\u000a\""));
  EXPECT_THAT(scratch.read("record"), HasSubstr("\"event\":\"tls\",\"says\":\"TLSv1.3 TLS_"));
}

TEST_F(Talk, WhoDoesNotComeToTlsIsLeft) {
  const World world;
  {
    const auto server = serve(world.target, "while True: c.sendall(b'220-and so on\\r\\n')\n");
    expect_failure(talk(world.scanner, {"--starttls", "smtp", at_server}, "secret\n"),
                   "no TLS with 198.18.0.2:7000 by smtp's words: it says more than 65536 bytes and no end\n");
  }
  {
    const auto server = serve(world.target, "c.sendall(b'502 no\\x1b\\r\\n')\nall_of(c)\n");
    expect_failure(talk(world.scanner, {"--starttls", "ftp", at_server}), "by ftp's words: it answers '502 no\\x1B'\n");
  }
  const auto server = serve(world.target, "all_of(c)\n");
  expect_failure(talk(world.scanner, {"-w", "100ms", "--starttls", "imap", at_server}),
                 "by imap's words: the other side does not come to it in time\n");
}

}  // namespace
}  // namespace portolan::lab_test
