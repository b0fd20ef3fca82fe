// portolan sockets in the zoo: every socket there once, as it is and with the right owner, and nothing else.
#include <fmt/core.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "lab/socket_zoo.h"
#include "lab_test.h"
#include "zoo_world.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Listed;
using lab::ZooEnd;
using lab::ZooHolder;
using lab::ZooSocket;
using Json = nlohmann::json;

class SocketsInTheZoo : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap lists no sockets";
  }
};

struct Listing {
  pid_t reader = -1;
  std::vector<Json> sockets;
  std::vector<std::string> gaps;
  std::string errors;
};

lab::Command sockets_command(std::vector<std::string> words) {
  words.insert(words.begin(), {scan_command({}).words.front(), "sockets"});
  return {.words = std::move(words)};
}

Listing list(const lab::Host& host, const std::vector<std::string>& words, bool privileged = true) {
  lab::Command command = sockets_command(words);
  command.words.emplace_back("--json");
  command.privileged = privileged;
  lab::Running running = host.start(command);
  Listing listing;
  listing.reader = running.pid();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0) << done.errors;
  listing.errors = done.errors;
  std::istringstream text{done.output};
  for (std::string line; std::getline(text, line);) {
    const Json record = Json::parse(line);
    if (record["record"] == "socket") listing.sockets.push_back(record);
    if (record["record"] == "gap") listing.gaps.push_back(record["message"]);
  }
  return listing;
}

// --- one form for what is told and what is true

std::vector<ZooHolder> holders_of(const Json& socket) {
  std::vector<ZooHolder> holders;
  for (const Json& holder : socket.value("holders", Json::array())) {
    holders.push_back({holder["pid"].get<pid_t>(), holder["fd"].get<int>()});
  }
  return holders;
}

std::string owner_text(const std::vector<ZooHolder>& holders, const std::string& nobody) {
  std::string text;
  for (const ZooHolder& holder : holders) text += fmt::format("({},{})", holder.pid, holder.file);
  return text.empty() ? nobody : text;
}

std::string end_text(const ZooEnd& end) { return fmt::format("{} {}", end.address, end.port); }

// What the JSON says for each reason of the zoo's.
std::string reason_text(const ZooSocket& socket) {
  static const std::map<std::string, std::string> words{{"time-wait", "closed-waits"},
                                                        {"orphan", "closed-still-sending"},
                                                        {"not accepted", "not-accepted-yet"},
                                                        {"kernel", "kernel"},
                                                        {"", ""}};
  if (socket.nobody == "orphan" && socket.state == "FIN-WAIT-2") return "closed-other-end-open";
  return words.at(socket.nobody);
}

std::string type_text(const ZooSocket& socket) {
  static const std::map<int, std::string> words{
      {SOCK_STREAM, "stream"}, {SOCK_DGRAM, "dgram"}, {SOCK_RAW, "raw"}, {SOCK_SEQPACKET, "seqpacket"}};
  return words.at(socket.type);
}

std::string true_ends(const ZooSocket& socket) {
  if (socket.protocol == "unix") {
    // As JSON has it: @ for the NUL in front, and what is no UTF-8 replaced.
    const bool abstract = socket.path.starts_with('\0');
    const std::string path = abstract ? "@" + socket.path.substr(1) : socket.path;
    const Json text = Json::parse(Json(path).dump(-1, ' ', false, Json::error_handler_t::replace));
    // /proc/net/unix, the only list that has those that wait, tells no peers.
    const std::uint64_t peer = socket.listed == Listed::proc_only ? 0 : socket.peer;
    return fmt::format("{} {} peer {}", type_text(socket), text.get<std::string>(), peer);
  }
  if (socket.protocol == "netlink") return fmt::format("{}", socket.local.port);
  if (socket.protocol == "packet") return fmt::format("{} {}", type_text(socket), socket.local.port);
  const bool no_peer = socket.remote.port == 0 && (socket.remote.address == "0.0.0.0" || socket.remote.address == "::");
  return fmt::format("{} -> {}", end_text(socket.local), no_peer ? "-" : end_text(socket.remote));
}

std::string told_ends(const Json& socket) {
  const std::string protocol = socket["proto"];
  if (protocol == "unix") {
    return fmt::format("{} {} peer {}", socket.value("type", "?"), socket.value("path", ""), socket.value("peer", 0U));
  }
  if (protocol == "netlink") return fmt::format("{}", socket.value("local_port", 0U));
  if (protocol == "packet") return fmt::format("{} {}", socket.value("type", "?"), socket.value("local_port", 0U));
  const ZooEnd local{socket.value("local_address", "?"), socket.value("local_port", 0U)};
  const ZooEnd remote{socket.value("remote_address", "?"), socket.value("remote_port", 0U)};
  return fmt::format("{} -> {}", end_text(local), socket.contains("remote") ? end_text(remote) : "-");
}

// A socket that no list has can be told by no more than its kind and its holder.
std::string unlisted_text(const std::string& protocol, std::uint64_t inode, const std::string& owner) {
  return fmt::format("{}, in no list, inode {}, {}", protocol, inode, owner);
}

bool in_no_list(const ZooSocket& socket) {
  return socket.listed == Listed::nowhere || socket.protocol == "vsock" || socket.protocol == "other";
}

std::string true_text(const ZooSocket& socket, const std::vector<ZooHolder>& seen, const std::string& reason) {
  const std::string owner = owner_text(seen, reason);
  if (in_no_list(socket)) return unlisted_text(socket.protocol, socket.inode, owner);
  // The kernel's state is closed; that it lists the socket at all means that a port is taken.
  const std::string state = socket.listed == Listed::by_diag_only ? "BOUND" : socket.state;
  return fmt::format("{} {} {} if {}, inode {}, {}", socket.protocol, state, true_ends(socket), socket.device,
                     socket.inode, owner);
}

constexpr unsigned vxlan_port = 4789;

class SocketText {
 public:
  explicit SocketText(const World& world) {
    for (const ZooSocket& socket : world.zoo.sockets()) {
      if (in_no_list(socket)) unlisted_.emplace(socket.inode, socket.protocol);
    }
  }

  [[nodiscard]] std::string text(const Json& socket) const {
    std::string reason = socket.value("no_owner", "");
    // Where some process may not be looked at, that could be the one that holds the kernel's socket.
    const bool of_kernel = socket["proto"] == "udp" && socket.value("local_port", 0U) == vxlan_port;
    if (of_kernel && reason == "no-privilege") reason = "kernel";
    // Nobody could ask the kernel for the inode of what is its own.
    const std::uint64_t inode = reason == "kernel" ? 0 : socket.value("inode", std::uint64_t{0});
    const std::string owner = owner_text(holders_of(socket), reason);
    if (const auto found = unlisted_.find(inode); found != unlisted_.end()) {
      // "other" kinds are called what the kernel calls them.
      return unlisted_text(found->second == "other" ? "other" : socket["proto"].get<std::string>(), inode, owner);
    }
    return fmt::format("{} {} {} if {}, inode {}, {}", socket["proto"].get<std::string>(), socket.value("state", "?"),
                       told_ends(socket), socket.value("interface", ""), inode, owner);
  }

 private:
  std::map<std::uint64_t, std::string> unlisted_;
};

// The kernel's ends of netlink, of which every namespace has some, and what the reader itself opened to read.
bool is_explained(const Json& socket, pid_t reader) {
  if (socket["proto"] == "netlink" && socket.value("local_port", 0U) == 0)
    return socket.value("no_owner", "") == "kernel";
  const std::vector<ZooHolder> holders = holders_of(socket);
  return !holders.empty() &&
         std::ranges::all_of(holders, [&](const ZooHolder& holder) { return holder.pid == reader; });
}

Lines told_in(const World& world, const Listing& listing) {
  const SocketText text_of{world};
  Lines lines;
  for (const Json& socket : listing.sockets) {
    if (!is_explained(socket, listing.reader)) lines.insert(text_of.text(socket));
  }
  return lines;
}

Lines truth_at_home(const World& world) {
  Lines lines;
  for (const ZooSocket& socket : world.zoo.sockets()) {
    if (socket.network == world.network) lines.insert(true_text(socket, socket.holders, reason_text(socket)));
  }
  return lines;
}

TEST_F(SocketsInTheZoo, EachIsToldOnceWithItsOwnerAndNothingElse) {
  const World world;
  const Listing listing = list(world.home, {});
  EXPECT_EQ(differences(told_in(world, listing), truth_at_home(world)), "");
  EXPECT_EQ(listing.gaps, std::vector<std::string>{});
}

TEST_F(SocketsInTheZoo, OwnersFromProcFilesAreTheSame) {
  const World world;
  EXPECT_EQ(differences(told_in(world, list(world.home, {"--owner-method", "proc"})), truth_at_home(world)), "");
}

TEST_F(SocketsInTheZoo, OwnersFromBpfAreTheSame) {
  const World world;
  lab::Command command = sockets_command({"--owner-method", "bpf"});
  if (const Finished tried = world.home.run(command); tried.status != 0) GTEST_SKIP() << tried.errors;
  EXPECT_EQ(differences(told_in(world, list(world.home, {"--owner-method", "bpf"})), truth_at_home(world)), "");
}

// All that is said of each socket, by what does not change from one listing to the next.
std::multiset<std::string> said_in(const Listing& listing, const std::function<bool(const Json&)>& wanted) {
  std::multiset<std::string> said;
  for (Json socket : listing.sockets) {
    if (is_explained(socket, listing.reader) || !wanted(socket)) continue;
    for (const char* moves : {"timer_remaining", "retransmits", "receive_queue", "send_queue", "timer"})
      socket.erase(moves);
    said.insert(socket.dump());
  }
  return said;
}

TEST_F(SocketsInTheZoo, AStateChoosesRowsOfTheFullListAndChangesNone) {
  const World world;
  const Listing whole = list(world.home, {});
  const std::map<std::string, std::string> words{
      {"established", "ESTABLISHED"}, {"syn-sent", "SYN-SENT"},     {"syn-recv", "SYN-RECV"},
      {"fin-wait-1", "FIN-WAIT-1"},   {"fin-wait-2", "FIN-WAIT-2"}, {"time-wait", "TIME-WAIT"},
      {"closed", "CLOSED UNCONN"},    {"close-wait", "CLOSE-WAIT"}, {"last-ack", "LAST-ACK"},
      {"listening", "LISTEN"},        {"closing", "CLOSING"},       {"bound", "BOUND"}};
  for (const auto& [word, states] : words) {
    const auto has = [&states](const Json& socket) {
      const std::string state = socket.value("state", "");
      return !state.empty() && (" " + states + " ").find(" " + state + " ") != std::string::npos;
    };
    const auto all = [](const Json&) { return true; };
    EXPECT_EQ(said_in(list(world.home, {"state", word}), all), said_in(whole, has)) << word;
    EXPECT_EQ(said_in(list(world.home, {"exclude", word}), all),
              said_in(whole, [&has](const Json& socket) { return !has(socket); }))
        << word;
  }
}

TEST_F(SocketsInTheZoo, CookiesAreTheKernelsOwn) {
  const World world;
  std::set<std::string> told;
  for (const Json& socket : list(world.home, {}).sockets) told.insert(socket.value("cookie", ""));
  for (const ZooSocket& socket : world.zoo.sockets()) {
    const bool asked = socket.network == world.network && socket.cookie != 0 && socket.listed == Listed::everywhere;
    // Lists in /proc have no cookies: UDP-Lite's dump has, ICMP and raw sockets may not.
    if (!asked || in_no_list(socket) || socket.protocol == "icmp" || socket.protocol == "raw") continue;
    EXPECT_TRUE(told.contains(fmt::format("{:x}", socket.cookie))) << socket.name;
  }
}

TEST_F(SocketsInTheZoo, ListenersSayHowManyConnectionsWait) {
  const World world;
  std::map<std::uint64_t, unsigned> waiting;
  for (const Json& socket : list(world.home, {}).sockets) {
    if (socket.value("state", "") == "LISTEN") waiting[socket["inode"]] = socket.value("receive_queue", 99U);
  }
  for (const ZooSocket& socket : world.zoo.sockets()) {
    if (socket.network != world.network || socket.state != "LISTEN" || in_no_list(socket)) continue;
    const bool has_one = socket.name.find("with a queue") != std::string::npos;
    EXPECT_EQ(waiting[socket.inode], has_one ? 1U : 0U) << socket.name;
  }
}

// --- without privilege

TEST_F(SocketsInTheZoo, WithoutPrivilegeWhatIsNotSeenSaysWhy) {
  const World world;
  const Listing listing = list(world.home, {}, false);
  Lines expected;
  for (const ZooSocket& socket : world.zoo.sockets()) {
    if (socket.network != world.network) continue;
    std::vector<ZooHolder> seen;
    for (const ZooHolder& holder : socket.holders) {
      const std::string& program = world.zoo.keeper_of(holder.pid).program();
      // The others have capabilities, which keep a process without them out.
      if (program != "zoo-server" && program != "zoo-foreigner") seen.push_back(holder);
    }
    if (seen.empty() && in_no_list(socket)) continue;  // nothing but its holder could tell of it
    const bool hidden = seen.empty() && !socket.holders.empty();
    expected.insert(true_text(socket, seen, hidden ? "no-privilege" : reason_text(socket)));
  }
  EXPECT_EQ(differences(told_in(world, listing), expected), "");
}

// --- other namespaces

TEST_F(SocketsInTheZoo, AllNamespacesTellEachSocketInItsOwn) {
  const World world;
  const Listing listing = list(world.home, {"--all-namespaces"});
  const std::uint64_t abroad = world.zoo.find("abroad: udp").network;
  const SocketText text_of{world};
  Lines told;
  for (const Json& socket : listing.sockets) {
    const std::string network = socket.value("netns", "?");
    if (network != "this" && network != fmt::format("{}", abroad)) continue;
    if (!is_explained(socket, listing.reader)) told.insert(network + ": " + text_of.text(socket));
  }
  Lines expected;
  for (const ZooSocket& socket : world.zoo.sockets()) {
    const std::string network = socket.network == abroad ? fmt::format("{}", abroad) : "this";
    expected.insert(network + ": " + true_text(socket, socket.holders, reason_text(socket)));
  }
  EXPECT_EQ(differences(told, expected), "");
}

TEST_F(SocketsInTheZoo, FromElsewhereOnlyThatPlaceIsListed) {
  const World world;
  const std::uint64_t abroad = world.zoo.find("abroad: udp").network;
  const Listing listing = list(world.abroad, {});
  Lines expected;
  for (const ZooSocket& socket : world.zoo.sockets()) {
    if (socket.network == abroad) expected.insert(true_text(socket, socket.holders, reason_text(socket)));
  }
  EXPECT_EQ(differences(told_in(world, listing), expected), "");
}

// --- files of UNIX sockets

TEST_F(SocketsInTheZoo, PathsSayWhetherTheirFileIsStillThere) {
  const World world;
  std::map<std::uint64_t, std::string> told;
  for (const Json& socket : list(world.home, {"--unix", "--columns", "+file"}).sockets) {
    told[socket.value("inode", std::uint64_t{0})] = socket.value("file", "");
  }
  for (const ZooSocket& socket : world.zoo.sockets()) {
    const bool has_path = socket.protocol == "unix" && !socket.path.empty() && !socket.path.starts_with('\0');
    if (!has_path || socket.inode == 0) continue;
    const bool replaced = socket.name == "unix replaced path, the old one";
    const std::string expected = socket.file_there ? "there" : replaced ? "replaced" : "deleted";
    EXPECT_EQ(told[socket.inode], expected) << socket.name;
  }
}

// --- facts about processes

TEST_F(SocketsInTheZoo, ProgramsAreNamedAsTheyNameThemselves) {
  const World world;
  std::map<pid_t, std::string> told;
  for (const Json& socket : list(world.home, {}).sockets) {
    for (const Json& holder : socket.value("holders", Json::array())) told[holder["pid"]] = holder.value("program", "");
  }
  for (const lab::Keeper& keeper : world.zoo.keepers()) {
    EXPECT_EQ(told[keeper.pid()], keeper.program().substr(0, 15)) << keeper.pid();
  }
}

// --- changes

constexpr const char* short_connections = R"(
import socket, struct
listener = socket.socket()
listener.bind(("127.0.0.1", 7777))
listener.listen()
while True:
    one = socket.create_connection(("127.0.0.1", 7777))
    other, _ = listener.accept()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()
    other.close()
)";

// CAP_SYS_PTRACE, DAC_READ_SEARCH, SYS_ADMIN, SYS_CHROOT, NET_ADMIN, BPF, PERFMON and NET_BIND_SERVICE
// (capabilities(7)).
constexpr unsigned long long looking = 0xc0002c1404;

std::string status_line_of(pid_t process, std::string_view name) {
  std::ifstream status{fmt::format("/proc/{}/status", process)};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return line.substr(name.size());
  }
  return "";
}

TEST_F(SocketsInTheZoo, WatchTellsWhatLivesShorterThanALook) {
  lab::Lab lab;
  lab::Host& host = lab.add_host("watched");
  lab::Host& abroad = lab.add_host("abroad");
  lab::Running elsewhere = abroad.start({.words = {"python3", "-c", short_connections}});
  lab::Running watch = host.start(sockets_command({"--watch=1h", "-t", "--json", "--no-owners"}));
  lab::Running churn = host.start({.words = {"python3", "-c", short_connections}});
  // The hour is not waited for: the end of a socket wakes the watcher.
  EXPECT_TRUE(watch.read_until("\"change\":\"closed\""));
  const std::string rights = status_line_of(watch.pid(), "CapPrm:");
  EXPECT_FALSE(rights.empty());
  EXPECT_EQ(std::stoull(rights, nullptr, 16) & ~looking, 0U) << "names are read without the rights to change anything";
  watch.signal(SIGTERM);
  const Finished done = watch.finish();
  EXPECT_EQ(done.errors, "");
  std::istringstream text{done.output};
  std::set<std::string> namespaces;
  for (std::string line; std::getline(text, line) && !line.empty();) {
    if (line.back() != '}') break;  // the signal came in the middle of it
    const Json record = Json::parse(line);
    if (record["record"] == "socket") namespaces.insert(record.value("netns", "?"));
  }
  EXPECT_EQ(namespaces, std::set<std::string>{"this"});
}

}  // namespace
}  // namespace portolan::lab_test
