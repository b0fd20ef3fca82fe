// Peers: what nmap wrote about a scan of this machine's loopback, and what we write about the same
// facts, are the same bytes. Times come from nmap's XML, so nothing is left out of the comparison.
#include "tests/report/nmap_replay.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <sstream>

#include "base/escape.h"
#include "lab/lab.h"
#include "report/scan/grepable.h"
#include "report/scan/normal.h"
#include "report/scan/xml.h"
#include "tests/report/records.h"
#include "tests/report/tools.h"

namespace portolan::report::testing {
namespace {

std::string unescape(std::string text) {
  const std::pair<std::string_view, std::string_view> entities[] = {{"&lt;", "<"},   {"&gt;", ">"},  {"&quot;", "\""},
                                                                    {"&apos;", "'"}, {"&#45;", "-"}, {"&amp;", "&"}};
  for (const auto& [entity, plain] : entities) {
    for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos; at += plain.size()) {
      text.replace(at, entity.size(), plain);
    }
  }
  return text;
}

// The value of `name` in the first element called `element` of the line; nullopt where it has none.
std::optional<std::string> attribute(const std::string& line, const std::string& element, const std::string& name) {
  const std::size_t begin = line.find("<" + element);
  if (begin == std::string::npos) return std::nullopt;
  const std::string tag = line.substr(begin, line.find('>', begin) - begin);
  const std::size_t at = tag.find(" " + name + "=\"");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t value = at + name.size() + 3;
  return unescape(tag.substr(value, tag.find('"', value) - value));
}
std::string text_of(const std::string& line, const std::string& element, const std::string& name) {
  return attribute(line, element, name).value_or("");
}
long number_of(const std::string& line, const std::string& element, const std::string& name) {
  return std::stol(attribute(line, element, name).value_or("0"));
}
model::WallTime time_of(const std::string& line, const std::string& element, const std::string& name) {
  return model::WallTime{std::chrono::seconds{number_of(line, element, name)}};
}

template <class Enum>
Enum named(std::string_view name, int count) {
  for (int i = 0; i < count; ++i) {
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  ADD_FAILURE() << "nmap says '" << name << "', which we have no word for";
  return {};
}
model::Reason reason_named(const std::string& name) {
  return named<model::Reason>(name, static_cast<int>(model::Reason::dest_unreach) + 1);
}
model::PortState state_named(const std::string& name) { return named<model::PortState>(name, 6); }

net::PortSet ports_named(const std::string& text) {
  net::PortSet set;
  std::istringstream parts{text};
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t dash = part.find('-');
    const net::Port first = net::Port::parse(part.substr(0, dash)).value();
    set.insert({first, dash == std::string::npos ? first : net::Port::parse(part.substr(dash + 1)).value()});
  }
  return set;
}

class Reader {
 public:
  Reader(const NmapRun& run, model::Sink& sink) : run_{run}, sink_{sink} {}

  void read() {
    std::istringstream lines{run_.xml};
    for (std::string line; std::getline(lines, line);) read_line(line);
  }

 private:
  static bool begins(const std::string& line, std::string_view with) { return line.starts_with(with); }

  void read_line(const std::string& line) {
    if (begins(line, "<hosthint")) in_hint_ = true;
    if (in_hint_) {
      in_hint_ = !begins(line, "</hosthint");
    } else if (in_host_ || begins(line, "<host>") || begins(line, "<host ")) {
      read_host_line(line);
    } else {
      read_run_line(line);
    }
  }

  void read_run_line(const std::string& line) {
    if (begins(line, "<nmaprun")) {
      started_.arguments = run_.arguments;
      started_.time = time_of(line, "nmaprun", "start");
    } else if (begins(line, "<scaninfo")) {
      started_.scans.push_back({.type = text_of(line, "scaninfo", "type"),
                                .protocol = net::Protocol::tcp,
                                .ports = ports_named(text_of(line, "scaninfo", "services"))});
    } else if (begins(line, "<verbose")) {
      started_.verbosity = static_cast<int>(number_of(line, "verbose", "level"));
    } else if (begins(line, "<debugging")) {
      started_.debugging = static_cast<int>(number_of(line, "debugging", "level"));
      EXPECT_TRUE(sink_.on(started_));
    } else if (begins(line, "<taskbegin")) {
      EXPECT_TRUE(sink_.on(model::TaskBegin{task(line, "taskbegin")}));
    } else if (begins(line, "<taskend")) {
      EXPECT_TRUE(sink_.on(model::TaskEnd{task(line, "taskend")}));
    } else if (begins(line, "<runstats")) {
      read_end(line);
    }
  }

  static model::TaskRecord task(const std::string& line, const std::string& element) {
    model::TaskRecord task;
    task.name = text_of(line, element, "task");
    task.time = time_of(line, element, "time");
    // "4 total ports", "1 total hosts"
    std::istringstream words{text_of(line, element, "extrainfo")};
    words >> task.hosts;
    task.questions = 1;
    task.finds_hosts = words.str().ends_with("hosts");
    return task;
  }

  void read_host_line(const std::string& line) {
    if (begins(line, "<host>") || begins(line, "<host ")) {
      in_host_ = true;
      host_ = {};
      host_.timed_out = attribute(line, "host", "timedout").has_value();
      host_.port_scanned = attribute(line, "host", "starttime").has_value() && !host_.timed_out;
      host_.started = time_of(line, "host", "starttime");
      host_.ended = time_of(line, "host", "endtime");
      host_.state = named<model::HostState>(text_of(line, "status", "state"), 3);
      host_.reason = reason_named(text_of(line, "status", "reason"));
      host_.reason_ttl = static_cast<std::uint8_t>(number_of(line, "status", "reason_ttl"));
    } else if (begins(line, "<address")) {
      read_address(line);
    } else if (begins(line, "<hostname ")) {
      const bool user = text_of(line, "hostname", "type") == "user";
      host_.names.push_back(
          {text_of(line, "hostname", "name"), user ? model::HostName::Kind::user : model::HostName::Kind::ptr});
    } else if (begins(line, "<times")) {
      host_.round_trip = {.smoothed = number_of(line, "times", "srtt") * 1us,
                          .variation = number_of(line, "times", "rttvar") * 1us,
                          .timeout = number_of(line, "times", "to") * 1us};
    } else if (begins(line, "</host>")) {
      in_host_ = false;
      read_other_addresses();
      EXPECT_TRUE(sink_.on(host_));
    }
    read_ports(line);
  }

  void read_address(const std::string& line) {
    const std::string text = text_of(line, "address", "addr");
    if (text_of(line, "address", "addrtype") != "mac") {
      host_.address = address(text);
      return;
    }
    net::Mac mac;
    for (std::size_t i = 0; i < 6; ++i) {
      mac.bytes[i] = static_cast<std::uint8_t>(std::stoi(text.substr(3 * i, 2), nullptr, 16));
    }
    host_.mac = mac;
    host_.vendor = text_of(line, "address", "vendor");
  }

  void read_ports(const std::string& line) {
    if (line.find("<extraports") != std::string::npos) {
      host_.extra.push_back({.state = state_named(text_of(line, "extraports", "state")),
                             .count = static_cast<std::size_t>(number_of(line, "extraports", "count")),
                             .reasons = {}});
    } else if (begins(line, "<extrareasons")) {
      host_.extra.back().reasons.push_back({.reason = reason_named(text_of(line, "extrareasons", "reason")),
                                            .protocol = net::Protocol::tcp,
                                            .count = static_cast<std::size_t>(number_of(line, "extrareasons", "count")),
                                            .ports = ports_named(text_of(line, "extrareasons", "ports"))});
    } else if (line.find("<port ") != std::string::npos) {
      model::PortRecord record = port(
          static_cast<std::uint16_t>(number_of(line, "port ", "portid")), state_named(text_of(line, "state", "state")),
          reason_named(text_of(line, "state", "reason")), attribute(line, "service", "name").value_or("unknown"),
          static_cast<std::uint8_t>(number_of(line, "state", "reason_ttl")));
      host_.ports.push_back(std::move(record));
    }
  }

  void read_other_addresses() {
    for (const model::HostName& name : host_.names) {
      const std::string head = "Other addresses for " + name.name + " (not scanned): ";
      const std::size_t at = run_.normal.find(head);
      if (at == std::string::npos || name.kind != model::HostName::Kind::user) continue;
      const std::size_t begin = at + head.size();
      std::istringstream words{run_.normal.substr(begin, run_.normal.find('\n', begin) - begin)};
      for (std::string word; words >> word;) host_.other_addresses.push_back(address(word));
    }
  }

  void read_end(const std::string& line) {
    model::ScanFinished finish;
    finish.time = time_of(line, "finished", "time");
    finish.elapsed = duration_of(std::stod(text_of(line, "finished", "elapsed")));
    finish.hosts_up = static_cast<std::size_t>(number_of(line, "hosts", "up"));
    finish.hosts_down = static_cast<std::size_t>(number_of(line, "hosts", "down"));
    finish.hosts_total = static_cast<std::size_t>(number_of(line, "hosts", "total"));
    EXPECT_TRUE(sink_.on(finish));
  }

  const NmapRun& run_;
  model::Sink& sink_;
  model::ScanStarted started_;
  model::HostRecord host_;
  bool in_host_ = false;
  bool in_hint_ = false;
};

std::tm local_calendar(std::time_t seconds) {
  std::tm tm{};
  localtime_r(&seconds, &tm);
  return tm;
}

// Listens on a loopback port of the kernel's choice as long as it lives.
class Listener {
 public:
  Listener() : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* generic = reinterpret_cast<sockaddr*>(&name);
    if (bind(socket_, generic, size) == 0 && listen(socket_, 16) == 0 && getsockname(socket_, generic, &size) == 0) {
      port_ = ntohs(name.sin_port);
    }
  }
  ~Listener() { close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

struct Case {
  std::string name;
  std::vector<std::string> words;  // "LISTEN" stands for the port that listens
  bool raw = false;                // needs raw sockets
  ReportOptions options;
};

class NmapPeer : public ::testing::TestWithParam<Case> {};

std::string without_data_files_line(std::string text) {
  const std::size_t at = text.find("Read data files from: ");
  if (at != std::string::npos) text.erase(at, text.find('\n', at) + 1 - at);
  return text;
}

// nmap's table gives some ports the name "unknown"; a port without a name is told differently, and
// records do not know the difference.
std::string without(std::string text, std::string_view what, std::string_view instead) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += instead.size()) {
    text.replace(at, what.size(), instead);
  }
  return text;
}

template <class Report>
std::string rendered(const NmapRun& run, const ReportOptions& options) {
  MemoryOutput output;
  Report report{output, options};
  replay(run, report);
  return output.text;
}

void compare(const Case& parameter) {
  const Folder folder;
  const Listener listener;
  ASSERT_NE(listener.port(), 0);

  NmapRun run_of_nmap;
  run_of_nmap.arguments = {"nmap", "-n", "--no-stylesheet", "-oA", folder.file("peer")};
  for (std::string word : parameter.words) {
    if (const std::size_t at = word.find("LISTEN"); at != std::string::npos) {
      word.replace(at, 6, std::to_string(listener.port()));
    }
    run_of_nmap.arguments.push_back(word);
  }
  std::string command;
  for (const std::string& word : run_of_nmap.arguments) command += word + " ";
  const Outcome outcome = run(command);
  ASSERT_EQ(outcome.status, 0) << command << '\n' << outcome.output;
  run_of_nmap.xml = folder.read("peer.xml");
  run_of_nmap.normal = folder.read("peer.nmap");

  ReportOptions options = parameter.options;
  options.dialect = Dialect::nmap;
  options.calendar = local_calendar;
  EXPECT_EQ(rendered<NormalReport>(run_of_nmap, options), without_data_files_line(run_of_nmap.normal));
  EXPECT_EQ(rendered<XmlReport>(run_of_nmap, options),
            without(run_of_nmap.xml, R"(<service name="unknown" method="table" conf="3"/>)", ""));
  EXPECT_EQ(rendered<GrepableReport>(run_of_nmap, options),
            without(folder.read("peer.gnmap"), "//unknown///", "/////"));
}

// Anybody may open raw sockets in a network of their own. Who has entered one does not come back, so a child does.
void compare_in_a_network_of_its_own(const Case& parameter) {
  constexpr int no_network = 77;
  std::fflush(nullptr);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int status = 1;
    try {
      const auto entered = lab::Lab::enter();
      if (entered) compare(parameter);
      if (!entered) fmt::print("{}\n", entered.error().message);
      status = !entered ? no_network : ::testing::Test::HasFailure() ? 1 : 0;
    } catch (const std::exception& error) {
      fmt::print("{}\n", error.what());
    }
    std::fflush(nullptr);
    _exit(status);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_network) GTEST_SKIP() << "no network of one's own";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the child says why";
}

TEST_P(NmapPeer, TheSameFactsAreTheSameBytes) {
  if (!has_program("nmap")) GTEST_SKIP() << "nmap is not installed";
  if (GetParam().raw && geteuid() != 0) {
    compare_in_a_network_of_its_own(GetParam());
  } else {
    compare(GetParam());
  }
}

ReportOptions with(int verbosity, bool reason = false, bool open_only = false) {
  ReportOptions options;
  options.verbosity = verbosity;
  options.reason = reason;
  options.open_only = open_only;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Loopback, NmapPeer,
    ::testing::Values(Case{"FewPorts", {"-sT", "-Pn", "-p", "1,7,LISTEN", "127.0.0.1"}, false, with(0)},
                      Case{
                          "Reasons", {"-sT", "-Pn", "--reason", "-p", "1,7,LISTEN", "127.0.0.1"}, false, with(0, true)},
                      Case{"ManyClosed", {"-sT", "-Pn", "-p", "1-60,LISTEN", "127.0.0.1"}, false, with(0)},
                      Case{"AllIgnored", {"-sT", "-Pn", "-p", "1-60", "127.0.0.3"}, false, with(0)},
                      Case{"VeryVerbose", {"-sT", "-Pn", "-vv", "-p", "1,LISTEN", "127.0.0.1"}, false, with(2)},
                      Case{"OnlyOpen",
                           {"-sT", "-Pn", "--open", "-p", "1,7,LISTEN", "127.0.0.1", "127.0.0.9"},
                           false,
                           with(0, false, true)},
                      Case{"Names", {"-sT", "-Pn", "-p", "1,LISTEN", "localhost"}, false, with(0)},
                      Case{"TwoHosts", {"-sT", "-Pn", "-v", "-p", "1,LISTEN", "127.0.0.1-2"}, false, with(1)},
                      Case{"List", {"-sL", "127.0.0.1-3", "localhost"}, false, with(0)},
                      Case{"Ping", {"-sn", "127.0.0.1"}, true, with(0)},
                      Case{"PingVerbose", {"-sn", "-v", "--reason", "127.0.0.1-2"}, true, with(1, true)},
                      Case{"Syn", {"-sS", "--reason", "-v", "-p", "1,7,LISTEN", "127.0.0.1"}, true, with(1, true)}),
    [](const auto& about) { return about.param.name; });

}  // namespace

void replay(const NmapRun& run, model::Sink& sink) { Reader{run, sink}.read(); }

}  // namespace portolan::report::testing
