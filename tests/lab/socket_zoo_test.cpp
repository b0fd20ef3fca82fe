// The zoo is what it claims to be: other programs see the same sockets, where those are right.
#include "lab/socket_zoo.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "lab_test.h"
#include "zoo_world.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Listed;
using lab::SocketZoo;
using lab::ZooEnd;
using lab::ZooSocket;

Lines lines_of(const SocketZoo& zoo, const std::function<std::optional<std::string>(const ZooSocket&)>& line_of) {
  Lines lines;
  for (const ZooSocket& socket : zoo.sockets()) {
    if (const auto line = line_of(socket)) lines.insert(*line);
  }
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream{line};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::string port_text(const ZooEnd& end) { return end.port == 0 ? "*" : fmt::format("{}", end.port); }

std::string text_of(const std::vector<lab::ZooHolder>& holders) {
  std::string text;
  for (const lab::ZooHolder& holder : holders) text += fmt::format("({},{})", holder.pid, holder.file);
  return text;
}

class SocketZooTest : public LabTest {};

// --- ss

std::string ss_state(const ZooSocket& socket) { return socket.state == "ESTABLISHED" ? "ESTAB" : socket.state; }

std::string ss_end(const ZooSocket& socket, const ZooEnd& end, bool local) {
  if (socket.family == AF_INET) {
    const std::string device = local && !socket.device.empty() ? "%" + socket.device : "";
    return fmt::format("{}{}:{}", end.address, device, port_text(end));
  }
  // [::] that answers for IPv4 too is every address of the machine.
  const bool everything = end.address == "::" && !socket.only_v6;
  const std::size_t zone = std::min(end.address.find('%'), end.address.size());
  const std::string bracketed = fmt::format("[{}]{}", end.address.substr(0, zone), end.address.substr(zone));
  return fmt::format("{}:{}", everything ? "*" : bracketed, port_text(end));
}

std::string holders_in_ss(const std::string& line) {
  static const std::regex holder{R"(pid=(\d+),fd=(\d+))"};
  std::vector<lab::ZooHolder> holders;
  for (std::sregex_iterator at{line.begin(), line.end(), holder}; at != std::sregex_iterator{}; ++at) {
    holders.push_back({std::stoi((*at)[1]), std::stoi((*at)[2])});
  }
  std::ranges::sort(holders);
  return text_of(holders);
}

std::string inode_in_ss(const std::string& line) {
  std::smatch match;
  return std::regex_search(line, match, std::regex{R"( ino:(\d+) )"}) ? match[1].str() : "0";
}

TEST_F(SocketZooTest, SsSeesTheSameTcpAndUdpAndMptcp) {
  const World world;
  const Finished ss = world.home.run({.words = {"ss", "-HOanetuM", "-p"}});
  ASSERT_EQ(ss.status, 0) << ss.errors;
  Lines told;
  std::istringstream text{ss.output};
  for (std::string line; std::getline(text, line);) {
    const auto words = words_of(line);
    ASSERT_GE(words.size(), 6U) << line;
    // The kernel's own have an inode that nobody else knows of.
    const std::string inode = holders_in_ss(line).empty() ? "0" : inode_in_ss(line);
    told.insert(fmt::format("{} {} {} {} {} {}", words[0], words[1], words[4], words[5], inode, holders_in_ss(line)));
  }
  const auto expected = lines_of(world.zoo, [&](const ZooSocket& socket) -> std::optional<std::string> {
    const bool asked = socket.protocol == "tcp" || socket.protocol == "udp" || socket.protocol == "mptcp";
    if (!asked || socket.network != world.network || socket.listed != Listed::everywhere) return {};
    return fmt::format("{} {} {} {} {} {}", socket.protocol, ss_state(socket), ss_end(socket, socket.local, true),
                       ss_end(socket, socket.remote, false), socket.inode, text_of(socket.holders));
  });
  EXPECT_EQ(differences(told, expected), "");
}

TEST_F(SocketZooTest, SsSeesTheSameUnixSockets) {
  const World world;
  const Finished ss = world.home.run({.words = {"ss", "-HOanxp"}});
  ASSERT_EQ(ss.status, 0) << ss.errors;
  Lines told;
  // A path may hold blanks and line feeds, which ss writes as they are: only what stands behind it is read.
  static const std::regex row{R"((u_str|u_dgr|u_seq) +([A-Z]+) [^]*?([^ \n]*) +(\d+) +\* (\d+) +(users:[^\n]*))"};
  for (std::sregex_iterator at{ss.output.begin(), ss.output.end(), row}; at != std::sregex_iterator{}; ++at) {
    told.insert(fmt::format("{} {} {} {} {}", (*at)[1].str(), (*at)[2].str(), (*at)[4].str(), (*at)[5].str(),
                            holders_in_ss((*at)[6])));
  }
  const auto expected = lines_of(world.zoo, [&](const ZooSocket& socket) -> std::optional<std::string> {
    const bool asked = socket.protocol == "unix" && socket.listed == Listed::everywhere;
    if (!asked || socket.network != world.network) return {};
    const char* kind = socket.type == SOCK_STREAM ? "u_str" : socket.type == SOCK_DGRAM ? "u_dgr" : "u_seq";
    return fmt::format("{} {} {} {} {}", kind, ss_state(socket), socket.inode, socket.peer, text_of(socket.holders));
  });
  EXPECT_EQ(differences(told, expected), "");
}

TEST_F(SocketZooTest, SsSeesTheSamePacketSockets) {
  const World world;
  const Finished ss = world.home.run({.words = {"ss", "-HOan0pe"}});
  Lines told;
  std::istringstream text{ss.output};
  for (std::string line; std::getline(text, line);) {
    const auto words = words_of(line);
    ASSERT_GE(words.size(), 6U) << line;
    told.insert(fmt::format("{} {} {} {}", words[0], words[4], inode_in_ss(line), holders_in_ss(line)));
  }
  const auto expected = lines_of(world.zoo, [&](const ZooSocket& socket) -> std::optional<std::string> {
    if (socket.protocol != "packet") return {};
    return fmt::format("{} [{}]:{} {} {}", socket.type == SOCK_RAW ? "p_raw" : "p_dgr", socket.local.port,
                       socket.device.empty() ? "*" : socket.device, socket.inode, text_of(socket.holders));
  });
  EXPECT_EQ(differences(told, expected), "");
}

// --- netstat

std::string netstat_protocol(const ZooSocket& socket) {
  const std::string name = socket.protocol == "udplite" ? "udpl" : socket.protocol;
  return socket.family == AF_INET6 ? name + "6" : name;
}

std::string netstat_end(const ZooEnd& end) {
  std::string address = end.address.substr(0, end.address.find('%'));
  if (address.starts_with("::ffff:")) address.erase(0, 7);
  return fmt::format("{}:{}", address, port_text(end));
}

std::string netstat_state(const ZooSocket& socket) {
  static const std::map<std::string, std::string> own{
      {"UNCONN", "-"}, {"FIN-WAIT-1", "FIN_WAIT1"}, {"FIN-WAIT-2", "FIN_WAIT2"}};
  const auto found = own.find(socket.state);
  return found != own.end() ? found->second : replaced(socket.state, "-", "_");
}

// The rows of one protocol have no other column between state and user than a blank one.
Lines netstat_rows(const World& world, const std::string& option) {
  const Finished netstat = world.home.run({.words = {"netstat", "-anepW", option}});
  Lines told;
  static const std::regex row{R"((\S+) +\d+ +\d+ (\S+) +(\S+) +(?:([A-Z_0-9]+) +)?(\d+) +(\d+) +(- *|(\d+)/.*))"};
  std::istringstream text{netstat.output};
  for (std::string line; std::getline(text, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    const std::string state = match[4].length() == 0 ? "-" : match[4].str();
    const std::string inode = match[8].length() == 0 ? "0" : match[6].str();
    told.insert(
        fmt::format("{} {} {} {} {} {}", match[1].str(), state, match[2].str(), match[3].str(), inode, match[8].str()));
  }
  return told;
}

Lines netstat_expected(const World& world, const std::string& protocol) {
  return lines_of(world.zoo, [&](const ZooSocket& socket) -> std::optional<std::string> {
    const bool in_proc = socket.listed == Listed::everywhere || socket.listed == Listed::proc_only;
    if (socket.protocol != protocol || socket.network != world.network || !in_proc) return {};
    const std::string first = socket.holders.empty() ? "" : fmt::format("{}", socket.holders.front().pid);
    return fmt::format("{} {} {} {} {} {}", netstat_protocol(socket), netstat_state(socket), netstat_end(socket.local),
                       netstat_end(socket.remote), socket.inode, first);
  });
}

TEST_F(SocketZooTest, NetstatSeesTheSame) {
  const World world;
  if (world.home.run({.words = {"netstat", "--version"}}).status == 127) GTEST_SKIP() << "netstat is not installed";
  EXPECT_EQ(differences(netstat_rows(world, "--tcp"), netstat_expected(world, "tcp")), "");
  EXPECT_EQ(differences(netstat_rows(world, "--udp"), netstat_expected(world, "udp")), "");
  EXPECT_EQ(differences(netstat_rows(world, "--udplite"), netstat_expected(world, "udplite")), "");
}

// --- lsof

std::string lsof_end(const ZooEnd& end) {
  std::string address = end.address.substr(0, end.address.find('%'));
  if (address.starts_with("::ffff:")) address.erase(0, 7);
  const bool any = address == "0.0.0.0" || address == "::";
  const bool v6 = address.find(':') != std::string::npos;
  return fmt::format("{}:{}", any ? "*" : v6 ? "[" + address + "]" : address, port_text(end));
}

std::string lsof_state(const ZooSocket& socket) {
  return socket.protocol == "tcp" ? netstat_state(socket) : std::string{};
}

TEST_F(SocketZooTest, LsofSeesTheSameHoldersOfTcpAndUdp) {
  const World world;
  // Fields a line each: p process, f descriptor, then what belongs to that descriptor.
  const Finished lsof = world.home.run({.words = {"lsof", "-nP", "-i", "-FpfnT"}});
  if (lsof.status == 127) GTEST_SKIP() << "lsof is not installed";
  Lines told;
  std::string process;
  std::map<char, std::string> fields;
  const auto add = [&] {
    if (fields.contains('n')) told.insert(fmt::format("{} {} {} {}", process, fields['f'], fields['n'], fields['T']));
    fields.clear();
  };
  std::istringstream text{lsof.output + "p\n"};
  for (std::string line; std::getline(text, line);) {
    if (line[0] == 'p' || line[0] == 'f') add();
    if (line[0] == 'p') process = line.substr(1);
    if (line[0] == 'T' && !line.starts_with("TST=")) continue;  // queues and windows
    fields[line[0]] = line.substr(line[0] == 'T' ? 4 : 1);
  }
  Lines expected;
  for (const ZooSocket& socket : world.zoo.sockets()) {
    const bool known = socket.protocol == "tcp" || socket.protocol == "udp" || socket.protocol == "udplite";
    if (!known || socket.network != world.network || socket.listed != Listed::everywhere) continue;
    const std::string far = socket.remote.port == 0 ? "" : "->" + lsof_end(socket.remote);
    for (const lab::ZooHolder& holder : socket.holders) {
      expected.insert(
          fmt::format("{} {} {}{} {}", holder.pid, holder.file, lsof_end(socket.local), far, lsof_state(socket)));
    }
  }
  EXPECT_EQ(differences(told, expected), "");
}

// --- psutil

constexpr const char* psutil_program = R"(
import sys
try:
    import psutil
except ImportError:
    sys.exit(77)
for c in psutil.net_connections('inet'):
    ends = [f'{a.ip} {a.port}' if a else '-' for a in (c.laddr, c.raddr)]
    print(c.type.value, c.status, *ends, c.pid or '-', c.fd)
)";

TEST_F(SocketZooTest, PsutilSeesTheSameTcpAndUdp) {
  const World world;
  const Finished psutil = world.home.run({.words = {"/usr/bin/python3", "-c", psutil_program}});
  if (psutil.status == 77 || psutil.status == 127) GTEST_SKIP() << "python3-psutil is not installed";
  ASSERT_EQ(psutil.status, 0) << psutil.errors;
  Lines told;
  std::istringstream text{psutil.output};
  for (std::string line; std::getline(text, line);) told.insert(line);
  Lines expected;
  const auto end = [](const ZooEnd& of) {
    return of.port == 0 ? "-" : fmt::format("{} {}", of.address.substr(0, of.address.find('%')), of.port);
  };
  for (const ZooSocket& socket : world.zoo.sockets()) {
    const bool known = socket.protocol == "tcp" || socket.protocol == "udp";
    if (!known || socket.network != world.network || socket.listed != Listed::everywhere) continue;
    const std::string state = socket.protocol == "tcp" && socket.state != "LISTEN" ? netstat_state(socket)
                              : socket.protocol == "tcp"                           ? "LISTEN"
                                                                                   : "NONE";
    const std::string begin = fmt::format("{} {} {} {}", socket.type, state, end(socket.local), end(socket.remote));
    // Of several that hold it psutil tells one.
    std::string by = " - -1";
    for (const lab::ZooHolder& holder : socket.holders) {
      const std::string candidate = fmt::format(" {} {}", holder.pid, holder.file);
      if (by == " - -1" || told.contains(begin + candidate)) by = candidate;
    }
    expected.insert(begin + by);
  }
  EXPECT_EQ(differences(told, expected), "");
}

}  // namespace
}  // namespace portolan::lab_test
