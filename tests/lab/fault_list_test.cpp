// Every system call's failure once: no verdict comes of it, no report is torn, nothing crashes and nobody waits for
// ever. strace(1) makes the calls fail. PORTOLAN_ALL_FAULTS in the environment tries all errors in many places (some
// minutes).
#include "fault_list.h"

#include <fmt/core.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "lab_test.h"
#include "name_server.h"
#include "tests/places.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using Json = nlohmann::json;

constexpr std::uint16_t last_port = 40;
constexpr std::array<std::uint16_t, 3> open_ports{10, 20, 30};
constexpr auto longest = 40s;

struct Injection {
  std::string call;
  std::string error;
  std::string when;  // as strace has it: "3", "3+"

  [[nodiscard]] bool stays() const { return when.ends_with('+'); }
  [[nodiscard]] std::string text() const { return fmt::format("{}: {} at {}", call, error, when); }
};

// How often each call is made: in all, and before main() (where it is the loader's).
struct Made {
  int all = 0;
  int by_loader = 0;
};
using Calls = std::map<std::string, Made, std::less<>>;

// Lines of strace -f: "PID call(...) = ...". A call is counted for the thread that makes most of them, since strace
// counts by thread. The first thing that main() does is to look whether descriptors 0 to 2 are open.
Calls read_calls(const std::string& log) {
  std::map<std::pair<std::string, std::string>, int> by_thread;
  Calls calls;
  bool in_main = false;
  std::istringstream lines{log};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string thread;
    std::string rest;
    words >> thread >> rest;
    const std::size_t end = rest.find('(');
    if (end == std::string::npos || end == 0 || rest[0] == '<') continue;
    const std::string call = rest.substr(0, end);
    in_main = in_main || line.find("fcntl(0, F_GETFD)") != std::string::npos;
    Made& made = calls[call];
    made.all = std::max(made.all, ++by_thread[{thread, call}]);
    if (!in_main) made.by_loader = made.all;
  }
  return calls;
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string{text}};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool tries_all() { return std::getenv("PORTOLAN_ALL_FAULTS") != nullptr; }

// First, last, and from the middle on for good; each error at least once.
std::vector<Injection> injections_of(const CallFaults& faults, const Made& made) {
  const int first = made.by_loader + 1;
  if (made.all < first) return {};
  constexpr int most_places = 12;
  std::vector<std::string> places;
  if (tries_all()) {
    const int places_count = std::min(most_places, made.all - first + 1);
    for (int i = 0; i < places_count; ++i) {
      const int at = first + i * (made.all - first) / std::max(1, places_count - 1);
      places.push_back(std::to_string(at));
      places.push_back(std::to_string(at) + "+");
    }
  } else {
    places = {std::to_string(first), std::to_string(made.all), fmt::format("{}+", (first + made.all) / 2)};
  }
  const auto errors = words_of(faults.errors);
  std::vector<Injection> all;
  const std::size_t rounds = tries_all() ? errors.size() : 1;
  const std::size_t count = std::max(places.size() * rounds, errors.size());
  for (std::size_t i = 0; i < count; ++i) {
    Injection injection{std::string{faults.call}, errors[(i / (tries_all() ? places.size() : 1)) % errors.size()],
                        places[i % places.size()]};
    const bool passes = injection.error == "EINTR" || injection.error == "EAGAIN";
    if (passes && injection.stays()) injection.when.pop_back();
    all.push_back(std::move(injection));
  }
  return all;
}

struct Attempt {
  Injection injection;
  std::unique_ptr<Scratch> files;
  std::unique_ptr<lab::Running> program;
};

// Words in which "@" stands for a folder of the run's own.
lab::Command traced(const std::vector<std::string>& words, const Scratch& files, const std::vector<std::string>& how) {
  lab::Command command{.words = {"strace", "-f", "-qq", "-o", files.path("log")}};
  command.words.insert(command.words.end(), how.begin(), how.end());
  for (std::string word : words) {
    if (word.starts_with('@')) word = files.path(word.substr(1));
    command.words.push_back(std::move(word));
  }
  return command;
}

// Who is killed lets go of what it traces, and that would go on.
void kill_traced(pid_t tracer) {
  std::ifstream children{fmt::format("/proc/{0}/task/{0}/children", tracer)};
  for (pid_t child = 0; children >> child;) ::kill(child, SIGKILL);
}

class FaultList : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
    const Finished version = lab::run({.words = {"strace", "-f", "-o", "/dev/null", "true"}});
    if (version.status != 0) GTEST_SKIP() << "strace cannot be used here: " << version.errors;
  }

  virtual std::vector<std::string> words() const = 0;
  // Whose network the program runs in.
  virtual const lab::Host& where() const { return pair_->scanner; }
  // So many programs run at a time.
  virtual std::size_t at_once() const { return 3; }
  // What is known of the program when nothing fails.
  virtual void learn(const Finished& done) { EXPECT_EQ(done.status, 0) << done.errors; }
  virtual void check(const Injection& injection, const Finished& done, const Scratch& files) = 0;

  void try_every_fault() {
    new_pair();
    const Calls calls = count_calls();
    std::vector<Injection> all;
    for (const auto& [call, made] : calls) {
      if (has_threads() && call == "write") continue;
      const auto known = std::ranges::find(call_faults, call, &CallFaults::call);
      if (known == call_faults.end()) {
        EXPECT_TRUE(std::ranges::find(calls_without_faults, call) != calls_without_faults.end())
            << call << "() is not in the list of faults";
        continue;
      }
      for (Injection& injection : injections_of(*known, made)) all.push_back(std::move(injection));
    }
    std::size_t reached = 0;
    for (std::size_t i = 0; i < all.size(); i += at_once()) {
      // Connections that nobody accepts fill the listeners' queues.
      if (i % 30 == 0) new_pair();
      reached += try_some(std::span{all}.subspan(i, std::min(at_once(), all.size() - i)));
    }
    EXPECT_GT(reached, all.size() * 3 / 4) << "of " << all.size();
    RecordProperty("faults", static_cast<int>(reached));
  }

  // Threads wake each other by writing to an eventfd, which cannot fail, and which strace does not tell from a report.
  virtual bool has_threads() const { return false; }
  // What else is to be there.
  virtual void furnish() {}

  std::unique_ptr<Pair> pair_;

 private:
  void new_pair() {
    pair_ = std::make_unique<Pair>();
    pair_->target.listen(open_ports);
    furnish();
  }

  Calls count_calls() {
    const Scratch files;
    learn(where().run(traced(words(), files, {})));
    return read_calls(files.read("log"));
  }

  // How many of them were reached.
  std::size_t try_some(std::span<const Injection> injections) {
    std::vector<Attempt> runs;
    for (const Injection& injection : injections) {
      Attempt run{injection, std::make_unique<Scratch>(), nullptr};
      const std::string inject =
          fmt::format("inject={}:error={}:when={}", injection.call, injection.error, injection.when);
      run.program = std::make_unique<lab::Running>(
          where().start(traced(words(), *run.files, {"--seccomp-bpf", "-e", "trace=" + injection.call, "-e", inject})));
      runs.push_back(std::move(run));
    }
    std::size_t reached = 0;
    for (Attempt& run : runs) reached += is_reached(run) ? 1U : 0U;
    return reached;
  }

  bool is_reached(Attempt& run) {
    SCOPED_TRACE(run.injection.text());
    (void)run.program->read_until("\x01", longest);  // which nobody writes: until it ends
    kill_traced(run.program->pid());
    const Finished done = run.program->finish(2 * longest);
    if (run.files->read("log").find("(INJECTED)") == std::string::npos) return false;
    const bool reader_gone = run.injection.error == "EPIPE" && done.status == 128 + SIGPIPE;
    EXPECT_TRUE(done.status < 128 || reader_gone) << done.status << " " << done.errors;
    check(run.injection, done, *run.files);
    return true;
  }
};

// ---- scans --------------------------------------------------------------------------------------

bool is_whole_xml(const std::string& document) {
  return document.starts_with("<?xml") && document.ends_with("</nmaprun>\n") &&
         document.find("<finished ") != std::string::npos;
}

// Every line a record, from start to finish.
bool is_whole_ndjson(const std::string& document) {
  if (!document.ends_with('\n')) return false;
  std::istringstream lines{document};
  std::vector<std::string> kinds;
  for (std::string line; std::getline(lines, line);) {
    const Json record = Json::parse(line, nullptr, false);
    if (record.is_discarded()) return false;
    kinds.push_back(record.value("record", ""));
  }
  return kinds.size() > 1 && kinds.front() == "start" && kinds.back() == "finish";
}

// A document that cannot be written is cut where that was found out, and nowhere else.
bool could_be_written(const Injection& injection, const Finished& done, const std::string& path) {
  if (injection.call != "write") return true;
  return !injection.stays() && injection.error != "EPIPE" && done.errors.find(path) == std::string::npos;
}

class ScanFaults : public FaultList {
 protected:
  void check(const Injection& injection, const Finished& done, const Scratch& files) override {
    const std::string xml = files.read("x");
    const std::string ndjson = files.read("j");
    if (could_be_written(injection, done, files.path("x")) && !xml.empty()) {
      EXPECT_TRUE(is_whole_xml(xml)) << xml;
    }
    if (could_be_written(injection, done, files.path("j")) && !ndjson.empty()) {
      EXPECT_TRUE(is_whole_ndjson(ndjson)) << ndjson;
    }
    // No tail without a head.
    EXPECT_TRUE(xml.empty() || xml.starts_with("<?xml")) << xml;
    EXPECT_TRUE(ndjson.empty() || (ndjson.starts_with(R"({"record":"start")") && ndjson.ends_with('\n'))) << ndjson;
    const Chart chart = read_chart(xml);
    for (const ChartHost& host : chart.hosts) check_host(host);
    if (done.status != 0) {
      const bool may_be_silent = injection.call == "write";
      EXPECT_TRUE(!done.errors.empty() || may_be_silent) << done.status;
      return;
    }
    EXPECT_EQ(chart.exit, "success") << xml;
    for (const std::string& target : targets()) {
      ASSERT_NE(chart.find(target), nullptr) << xml;
      EXPECT_EQ(chart.find(target)->ports.size(), asks_ports() ? last_port : 0U) << xml;
    }
  }

  [[nodiscard]] virtual bool asks_ports() const { return true; }
  [[nodiscard]] virtual std::vector<std::string> targets() const { return {Pair::target_v4}; }

 private:
  static void check_host(const ChartHost& host) {
    EXPECT_EQ(host.status.state, "up") << host.address;
    for (const auto& [port, answer] : host.ports) {
      const bool is_open = std::ranges::find(open_ports, port) != open_ports.end();
      EXPECT_EQ(answer.state, is_open ? "open" : "closed") << port;
    }
    EXPECT_TRUE(host.named_twice.empty());
  }
};

std::vector<std::string> scan_words(std::vector<std::string> words) {
  words.insert(words.end(), {"-n", "-oX", "@x", "-oJ", "@j"});
  return scan_command(words).words;
}

// Whoever is killed in between leaves whole lines, and a document that could not be written on ends with one.
class Kills : public FaultList {
 protected:
  std::vector<std::string> words() const override {
    return scan_command({"-sS", "-n", "-p", "1-400", Pair::target_v4, "-oJ", "@j"}).words;
  }
  void check(const Injection&, const Finished&, const Scratch&) override {}
};
TEST_F(Kills, LeaveWholeLines) {
  Pair pair;
  std::vector<std::uint16_t> many(300);
  std::iota(many.begin(), many.end(), std::uint16_t{1});
  pair.target.listen(many);
  bool ended = false;
  std::set<std::size_t> sizes;
  for (int kill_at = 1; !ended && kill_at < 1'000; ++kill_at) {
    const Scratch files;
    const Finished done = pair.scanner.run(traced(
        words(), files, {"-e", "trace=write", "-e", fmt::format("inject=write:signal=SIGKILL:when={}", kill_at)}));
    ended = done.status == 0;
    const std::string document = files.read("j");
    sizes.insert(document.size());
    EXPECT_TRUE(document.empty() || document.ends_with('\n')) << document.substr(document.rfind('\n') + 1);
  }
  EXPECT_TRUE(ended);
  EXPECT_GT(sizes.size(), 10U);
}

// A signal that comes at any call, behind the end of the document too, contradicts none.
class Signals : public Kills {
 protected:
  std::vector<std::string> words() const override {
    return scan_command({"-sS", "-n", "-p", "1-40", Pair::target_v4, "-oX", "@x", "-oJ", "@j"}).words;
  }
};
TEST_F(Signals, ContradictNoDocument) {
  Pair pair;
  const Scratch counted;
  EXPECT_EQ(pair.scanner.run(traced(words(), counted, {})).status, 0);
  const Calls calls = read_calls(counted.read("log"));
  std::set<int> statuses;
  for (const char* call : {"exit_group", "close", "munmap", "rt_sigaction", "write", "sendmmsg", "epoll_wait"}) {
    const auto made = calls.find(call);
    ASSERT_NE(made, calls.end()) << call;
    for (int at = made->second.all; at > std::max(made->second.by_loader, made->second.all - 8); --at) {
      SCOPED_TRACE(fmt::format("{} {}", call, at));
      const Scratch files;
      const std::string inject = fmt::format("inject={}:signal=SIGTERM:when={}", call, at);
      const std::string trace = fmt::format("trace={}", call);
      const Finished done = pair.scanner.run(traced(words(), files, {"-e", trace, "-e", inject}));
      statuses.insert(done.status);
      EXPECT_TRUE(done.status == 0 || done.status == 128 + SIGTERM) << done.status << done.errors;
      const std::string xml = files.read("x");
      const std::string ndjson = files.read("j");
      if (xml.empty() && ndjson.empty()) continue;  // it did not get so far
      EXPECT_TRUE(is_whole_xml(xml)) << xml;
      EXPECT_TRUE(is_whole_ndjson(ndjson)) << ndjson;
      EXPECT_EQ(read_chart(xml).exit, done.status == 0 ? "success" : "error") << xml;
      EXPECT_EQ(ndjson.find(R"("interrupted":true)") == std::string::npos, done.status == 0) << ndjson;
    }
  }
  EXPECT_EQ(statuses, (std::set{0, 128 + SIGTERM})) << "some come in time and some do not";
}

class FullTables : public Kills {};

// What this machine cannot wait for is not asked again and again.
TEST_F(FullTables, SendNothingInVain) {
  Pair pair;
  pair.target.listen(open_ports);
  lab::Sniffer sniffer = pair.target.sniff("wire");
  const Scratch files;
  const Finished done =
      pair.scanner.run(traced(scan_command({"-sT", "-Pn", "-n", "-p", "1-40", Pair::target_v4}).words, files,
                              {"-e", "trace=epoll_ctl", "-e", "inject=epoll_ctl:error=ENOSPC:when=20+"}));
  EXPECT_EQ(done.status, 1) << done.errors;
  EXPECT_NE(done.errors.find("not everything was asked"), std::string::npos) << done.errors;
  std::map<unsigned, int> asked;
  for (const lab::Arrival& arrival : probes_seen(sniffer)) {
    constexpr unsigned syn = 0x02;
    const auto& bytes = arrival.bytes;
    if (bytes.size() >= 40 && bytes[9] == 6 && bytes[33] == syn) ++asked[unsigned{bytes[22]} << 8U | bytes[23]];
  }
  EXPECT_FALSE(asked.empty());
  for (const auto& [port, times] : asked) EXPECT_LE(times, 6) << port;
}

class FewThreads : public Kills {};

// Nothing is asked by the threads that there are: their part of the targets would look like all of it.
TEST_F(FewThreads, AskNothingAndSayHowManyThereAre) {
  Pair pair;
  for (int refused = 1; refused <= 4; ++refused) {
    SCOPED_TRACE(refused);
    lab::Sniffer sniffer = pair.target.sniff("wire");
    const Scratch files;
    const std::vector<std::string> scan =
        scan_command({"-sS", "-Pn", "-n", "--threads", "4", "-p", "1-4", "198.18.0.2-9", "-oX", "-"}).words;
    const Finished done = pair.scanner.run(
        traced(scan, files, {"-e", "trace=clone3", "-e", fmt::format("inject=clone3:error=EAGAIN:when={}", refused)}));
    EXPECT_EQ(done.status, 1) << done.errors;
    EXPECT_NE(done.errors.find(fmt::format("nothing was scanned: {} of 4 threads can be had", refused - 1)),
              std::string::npos)
        << done.errors;
    EXPECT_EQ(read_chart(done.output).exit, "error");
    EXPECT_TRUE(read_chart(done.output).hosts.empty()) << done.output;
    EXPECT_TRUE(probes_seen(sniffer).empty());
  }
}

class FaultsOfSynScan : public ScanFaults {
  std::vector<std::string> words() const override { return scan_words({"-sS", "-p", "1-40", Pair::target_v4}); }
};
TEST_F(FaultsOfSynScan, MakeNoVerdict) { try_every_fault(); }

class FaultsOfConnectScan : public ScanFaults {
  std::vector<std::string> words() const override { return scan_words({"-sT", "-p", "1-40", Pair::target_v4}); }
};
TEST_F(FaultsOfConnectScan, MakeNoVerdict) { try_every_fault(); }

class FaultsOfPing : public ScanFaults {
  std::vector<std::string> words() const override {
    return scan_words({"-sn", "--stats-every", "5ms", Pair::target_v4});
  }
  [[nodiscard]] bool asks_ports() const override { return false; }
};
TEST_F(FaultsOfPing, MakeNoVerdict) { try_every_fault(); }

// Two engines, each with one host, and of each family one.
class FaultsOfThreads : public ScanFaults {
  std::vector<std::string> words() const override {
    return scan_words({"-sS", "--threads", "2", "-p", "1-40", Pair::target_v4, Pair::target_v6});
  }
  bool has_threads() const override { return true; }
  [[nodiscard]] std::vector<std::string> targets() const override { return {Pair::target_v4, Pair::target_v6}; }
};
TEST_F(FaultsOfThreads, MakeNoVerdict) { try_every_fault(); }

// Whoever cannot ask for a name leaves it out, and does not wait for it for ever.
class FaultsOfNames : public ScanFaults {
  std::vector<std::string> words() const override {
    return scan_command({"-sn", "-R", "--dns-servers", Pair::target_v4, Pair::target_v4, "-oX", "@x", "-oJ", "@j"})
        .words;
  }
  bool has_threads() const override { return true; }
  void furnish() override { server_ = std::make_unique<NameServer>(pair_->target, Pair::target_v4); }
  [[nodiscard]] bool asks_ports() const override { return false; }
  void learn(const Finished& done) override {
    ScanFaults::learn(done);
    EXPECT_NE(done.output.find("host-2.example"), std::string::npos) << done.output;
  }

  std::unique_ptr<NameServer> server_;
};
TEST_F(FaultsOfNames, MakeNoVerdict) { try_every_fault(); }

// ---- sockets ------------------------------------------------------------------------------------

// Those who list sockets run alone: between fork() and exec() the next one would hold the test's own.
class SocketFaults : public FaultList {
 protected:
  const lab::Host& where() const override { return pair_->target; }
  std::size_t at_once() const override { return 1; }
};

// What was told, and whether it says that something may be missing.
struct Listing {
  std::vector<Json> records;
  bool whole = true;
  bool has_gap = false;
};

Listing read_listing(const Finished& done) {
  Listing listing;
  listing.whole = done.output.empty() || done.output.ends_with('\n');
  std::istringstream lines{done.output};
  for (std::string line; std::getline(lines, line);) {
    Json record = Json::parse(line, nullptr, false);
    listing.whole = listing.whole && !record.is_discarded();
    if (record.is_discarded()) continue;
    listing.has_gap = listing.has_gap || record.value("record", "") == "gap";
    listing.records.push_back(std::move(record));
  }
  listing.has_gap = listing.has_gap || !done.errors.empty();
  return listing;
}

class FaultsOfSocketList : public SocketFaults {
 protected:
  std::vector<std::string> words() const override { return {test::program(), "sockets", "--json", "-atun"}; }

  // An address has a user, an inode and holders.
  static std::map<std::string, Json> rows_of(const Listing& listing) {
    std::map<std::string, Json> rows;
    for (const Json& record : listing.records) {
      if (record.value("record", "") == "socket") rows[record.value("local", "")] = record;
    }
    return rows;
  }

  void check(const Injection& injection, const Finished& done, const Scratch&) override {
    const Listing listing = read_listing(done);
    if (injection.call == "write") return;
    EXPECT_TRUE(listing.whole) << done.output;
    const auto rows = rows_of(listing);
    for (const auto& [local, row] : rows) {
      EXPECT_TRUE(local.ends_with(":10") || local.ends_with(":20") || local.ends_with(":30")) << row;
      EXPECT_EQ(row.value("state", ""), "LISTEN") << row;
      EXPECT_EQ(row.value("uid", -1), static_cast<int>(::getuid())) << row;
      const Json holders = row.value("holders", Json::array());
      for (const Json& holder : holders) EXPECT_EQ(holder.value("pid", 0), ::getpid()) << row;
      if (holders.empty()) {
        EXPECT_TRUE(listing.has_gap) << row;
        EXPECT_NE(row.value("no_owner", ""), "kernel") << row;
      }
    }
    EXPECT_TRUE(rows.size() == open_ports.size() || listing.has_gap) << done.output;
    if (done.status == 0) {
      ASSERT_FALSE(listing.records.empty());
      EXPECT_EQ(listing.records.back().value("record", ""), "finish") << done.output;
    } else {
      EXPECT_NE(done.errors, "");
    }
  }
};
TEST_F(FaultsOfSocketList, MakeNoFact) { try_every_fault(); }

class FaultsOfWho : public SocketFaults {
 protected:
  std::vector<std::string> words() const override { return {test::program(), "who", "--json", "10"}; }

  void check(const Injection& injection, const Finished& done, const Scratch&) override {
    if (injection.call == "write") return;
    const Listing listing = read_listing(done);
    EXPECT_TRUE(listing.whole) << done.output;
    std::size_t answers = 0;
    for (const Json& record : listing.records) {
      if (record.value("record", "") != "answer") continue;
      ++answers;
      EXPECT_EQ(record.value("port", 0), 10) << record;
      const Json pids = record.value("pids", Json::array());
      for (const Json& pid : pids) EXPECT_EQ(pid, ::getpid()) << record;
      EXPECT_TRUE(!pids.empty() || listing.has_gap) << record;
    }
    // Nobody says that the port is free.
    if (answers == 0) {
      EXPECT_NE(done.status, 0) << done.output;
      EXPECT_TRUE(listing.has_gap) << done.output;
    }
  }
};
TEST_F(FaultsOfWho, MakeNoAnswer) { try_every_fault(); }

class FaultsOfServices : public SocketFaults {
 protected:
  std::vector<std::string> words() const override { return {test::program(), "services", "--json"}; }

  void check(const Injection& injection, const Finished& done, const Scratch&) override {
    if (injection.call == "write") return;
    const Listing listing = read_listing(done);
    EXPECT_TRUE(listing.whole) << done.output;
    std::set<int> ports;
    for (const Json& record : listing.records) {
      if (record.value("record", "") != "service") continue;
      ports.insert(record.value("port", 0));
      const Json pids = record.value("pids", Json::array());
      for (const Json& pid : pids) EXPECT_EQ(pid, ::getpid()) << record;
      EXPECT_TRUE(!pids.empty() || listing.has_gap) << record;
    }
    const std::set<int> there{open_ports.begin(), open_ports.end()};
    EXPECT_TRUE(std::ranges::includes(there, ports)) << done.output;
    EXPECT_TRUE(ports == there || listing.has_gap) << done.output;
    EXPECT_TRUE(done.status == 0 || !done.errors.empty()) << done.status;
  }
};
TEST_F(FaultsOfServices, MakeNoService) { try_every_fault(); }

}  // namespace
}  // namespace portolan::lab_test
