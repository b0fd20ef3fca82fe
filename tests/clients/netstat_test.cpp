// What programs that call netstat rely on: line by line what net-tools prints, over real sockets of every kind and
// state. PORTOLAN_PROGRAM in the environment names another program; net-tools' netstat itself passes too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "lab/lab.h"
#include "lab/socket_zoo.h"
#include "tests/places.h"

namespace portolan::clients_test {
namespace {

using namespace std::chrono_literals;
using lab::Command;
using lab::Finished;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int no_such_program = 127;
constexpr const char* net_tools = "/usr/bin/netstat";
// How often the two are run until nothing has changed between: connections time out on their own.
constexpr int rounds = 10;

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Lines sorted(Lines lines) {
  std::ranges::sort(lines);
  return lines;
}

// Where this program tells more: net-tools ends a path at its first blank, passes a terminal's control characters on
// until a line break, of which it complains, and cuts programs after 19 characters (the path of this very test, where
// it was not started by one from the root on).
std::string as_net_tools_has_it(const std::string& line) {
  static const std::regex blank{R"(^(unix .*/portolan-zoo-[A-Za-z0-9]+/with) two blanks$)"};
  static const std::regex controls{R"(^(unix .*/portolan-zoo-[A-Za-z0-9]+/)\\x1B\[31m\\x0A.*$)"};
  static const std::regex program{R"( (?=[0-9]+/)([^ ]{19})[^ ]+( |$))"};
  const std::string paths = std::regex_replace(std::regex_replace(line, blank, "$1"), controls, "$1\x1b[31m");
  return std::regex_replace(paths, program, " $1 $2");
}
constexpr std::string_view net_tools_complaint = "warning, got bogus unix line.\n";
// This program says it to all who cannot see everything; net-tools only where a process of another user is about, so
// that without capabilities root does not read it and anybody else does.
constexpr std::string_view not_all =
    "(Not all processes could be identified, non-owned process info\n"
    " will not be shown, you would have to be root to see it all.)\n";

std::string without(std::string text, std::string_view part) {
  if (const std::size_t at = text.find(part); at != std::string::npos) text.erase(at, part.size());
  return text;
}

// Timers run: what they say of seconds is taken out of the lines. Retransmissions go on meanwhile, too.
struct Timed {
  Lines lines;
  std::vector<std::pair<std::string, double>> seconds;  // with the line they stood in
};
Timed without_seconds(const std::string& text) {
  static const std::regex timer{R"( (off|on|keepalive|timewait|probe) \(([0-9]+\.[0-9]{2})/([0-9]+)/([0-9]+)\)$)"};
  Timed timed;
  for (const std::string& told : lines_of(text)) {
    const std::string line = as_net_tools_has_it(told);
    std::smatch match;
    if (!std::regex_search(line, match, timer)) {
      timed.lines.push_back(line);
      continue;
    }
    const bool retransmits = match[1] == "on";
    timed.lines.push_back(fmt::format("{} {} (../{}/{})", match.prefix().str(), match[1].str(),
                                      retransmits ? "." : match[3].str(), match[4].str()));
    timed.seconds.emplace_back(timed.lines.back(), std::stod(match[2]));
  }
  std::ranges::sort(timed.seconds);
  return timed;
}

class Netstat : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
    if (!std::filesystem::exists(net_tools)) GTEST_SKIP() << "net-tools is not installed";
    lab_.emplace();
    host_ = &lab_->add_host("machine");
    zoo_.emplace(*host_, lab_->add_host("abroad"));
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-netstat-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    link_ = folder_ / "netstat";
    std::filesystem::create_symlink(test::program(), link_);
  }

  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  Finished run(std::vector<std::string> words, bool privileged = true) const {
    return host_->run({.words = std::move(words), .privileged = privileged}, 120s);
  }
  Finished with(const std::string& name, Lines words, bool privileged = true) const {
    words.insert(words.begin(), name);
    return run(std::move(words), privileged);
  }
  Finished ours(const Lines& words, bool privileged = true) const { return with(link_.string(), words, privileged); }
  Finished theirs(const Lines& words, bool privileged = true) const { return with(net_tools, words, privileged); }

  // The same lines, as net-tools prints them with -W: in a pipe this program cuts nothing. `before` is put before both.
  void expect_equal(const Lines& words, const Lines& before = {}, bool privileged = true) const {
    SCOPED_TRACE(fmt::format("{} netstat {}{}", join(before, " "), join(words, " "),
                             privileged ? "" : ", without capabilities"));
    const auto listing = [&](const std::string& name, const char* wide) {
      Lines line = before;
      line.push_back(name);
      line.insert(line.end(), words.begin(), words.end());
      if (wide != nullptr) line.emplace_back(wide);
      return run(line, privileged);
    };
    Finished earlier = listing(net_tools, "-W");
    for (int round = 1;; ++round) {
      const Finished mine = listing(link_.string(), nullptr);
      const Finished later = listing(net_tools, "-W");
      const Timed expected = without_seconds(earlier.output);
      const Timed told = without_seconds(mine.output);
      const bool still = expected.lines == without_seconds(later.output).lines;
      if (!still && sorted(told.lines) != sorted(expected.lines) && round < rounds) {
        earlier = later;
        continue;
      }
      EXPECT_EQ(sorted(told.lines), sorted(expected.lines));
      EXPECT_EQ(headings_of(mine.output), headings_of(earlier.output));
      const std::string complaints = without(earlier.errors, net_tools_complaint);
      if (privileged) {
        EXPECT_EQ(mine.errors, complaints);
      } else {
        EXPECT_EQ(without(mine.errors, not_all), without(complaints, not_all));
      }
      EXPECT_EQ(mine.status, earlier.status);
      expect_close(told, expected);
      return;
    }
  }

  static Lines headings_of(const std::string& text) {
    Lines headings;
    for (const std::string& line : lines_of(text)) {
      if (line.starts_with("Active ") || line.starts_with("Proto ")) headings.push_back(line);
    }
    return headings;
  }

  // Both programs ran within the same minutes, so seconds differ by little; another unit differs by far.
  static void expect_close(const Timed& told, const Timed& expected) {
    ASSERT_EQ(told.seconds.size(), expected.seconds.size());
    for (std::size_t i = 0; i < told.seconds.size(); ++i) {
      EXPECT_LT(std::abs(told.seconds[i].second - expected.seconds[i].second), 130.0) << told.seconds[i].first;
    }
  }

  std::optional<lab::Lab> lab_;
  lab::Host* host_ = nullptr;
  std::optional<lab::SocketZoo> zoo_;
  std::filesystem::path folder_;
  std::filesystem::path link_;
};

TEST_F(Netstat, PrintsWhatNetToolsPrints) {
  const std::vector<Lines> lines{{"-an"},
                                 {"-anp"},
                                 {"-anpe"},
                                 {"-anpeeo"},
                                 {"-n"},
                                 {"-ln"},
                                 {"-tn"},
                                 {"-tan"},
                                 {"-tlnp"},
                                 {"-tno"},
                                 {"-uan"},
                                 {"-un"},
                                 {"-uln"},
                                 {"-Uan"},
                                 {"-wan"},
                                 {"-wln"},
                                 {"-xa"},
                                 {"-x"},
                                 {"-xl"},
                                 {"-xap"},
                                 {"-tuna"},
                                 {"-4an"},
                                 {"-6an"},
                                 {"-6tan"},
                                 {"-4xln"},
                                 {"-46lnt"},
                                 {"-A", "inet", "-an"},
                                 {"-A", "inet6,unix", "-an"},
                                 {"--protocol=unix", "-l"},
                                 {"--inet", "--all", "--numeric"},
                                 {"--tcp", "--listening", "--numeric-hosts", "--programs", "--extend"},
                                 {"-al", "-n"},
                                 {"-tane", "--numeric-users"},
                                 {"-lnpe", "operands", "are", "passed", "over"}};
  for (const Lines& words : lines) expect_equal(words);
}

// Nothing can be asked of a name server here: the lab has none. /etc/hosts, /etc/services and the users are the same.
TEST_F(Netstat, NamesAreTheSystems) {
  for (const Lines& words : std::vector<Lines>{{"-ltue"}, {"-lw", "--numeric-hosts"}, {"-ltu", "--numeric-hosts"}}) {
    expect_equal(words);
  }
}

TEST_F(Netstat, WithoutCapabilitiesItSaysWhatItCannotSee) {
  for (const Lines& words : std::vector<Lines>{{"-anp"}, {"-tlnpe"}, {"-xap"}}) expect_equal(words, {}, false);
  EXPECT_EQ(run({link_.string(), "-tlnp"}, false).errors, not_all);
  EXPECT_EQ(run({link_.string(), "-tln"}, false).errors, "");
}

TEST_F(Netstat, AsAnOrdinaryUserItSaysWhatItCannotSee) {
  std::filesystem::permissions(folder_, std::filesystem::perms{0755});
  const auto may_run = [this](Lines words) {
    words.insert(words.end(), {link_.string(), "--version"});
    return run(words).status == 0;
  };
  Lines nobody{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"};
  // The lab of an ordinary user knows no other one. In a user namespace without a root that user has no right at all.
  if (!may_run(nobody)) nobody = {"unshare", "--user"};
  if (!may_run(nobody)) GTEST_SKIP() << "there is no other user here, or none who may run the program";
  for (const Lines& words : std::vector<Lines>{{"-anp"}, {"-tlnpe"}, {"-xap"}, {"-tn"}}) expect_equal(words, nobody);
}

// --- what is not cut where there is no terminal

TEST_F(Netstat, ColumnsAreCutAtATerminalOnly) {
  if (run({"script", "--version"}).status != 0) GTEST_SKIP() << "script is not installed";
  const std::string long_address = "2001:db8:1111:2222:3333:4444:5555:6666";
  host_->ip(fmt::format("address add {}/128 dev lo nodad", long_address));
  host_->listen(8080, long_address);
  const auto at_a_terminal = [&](const std::string& name) {
    return without_seconds(run({"script", "-qec", name + " -tanp", "/dev/null"}).output).lines;
  };
  for (int round = 0; round < rounds; ++round) {
    const Lines before = at_a_terminal(net_tools);
    const Lines mine = at_a_terminal(link_.string());
    if (sorted(mine) != sorted(before) && before != at_a_terminal(net_tools)) continue;
    EXPECT_EQ(sorted(mine), sorted(before));
    break;
  }
  EXPECT_THAT(ours({"-tan"}).output, HasSubstr(long_address));
  EXPECT_THAT(ours({"-tan"}).output, testing::Eq(ours({"-tanW"}).output));
  const auto shown = at_a_terminal(link_.string());
  EXPECT_THAT(join(shown, "\n"), testing::Not(HasSubstr(long_address)));
}

// --- lines that are not understood, and families that are not there

TEST_F(Netstat, EndsWithNetToolsStatuses) {
  for (const Lines& words : std::vector<Lines>{{"-Q"}, {"--nothing"}, {"-A"}, {"-ri"}, {"-A", "bogus"}, {"--num"}}) {
    SCOPED_TRACE(join(words, " "));
    const Finished mine = ours(words);
    EXPECT_EQ(mine.status, theirs(words).status);
    EXPECT_EQ(mine.output, "");
    EXPECT_EQ(lines_of(mine.errors).size(), 1U) << mine.errors;
    EXPECT_THAT(mine.errors, StartsWith("netstat: "));
  }
  for (const Lines& words : std::vector<Lines>{{"--ax25"}, {"--ipx"}, {"-A", "x25"}, {"--netrom"}, {"--rose", "-xl"}}) {
    SCOPED_TRACE(join(words, " "));
    expect_equal(words);
  }
}

TEST_F(Netstat, UnderItsOwnNameErrorsAreOneSentenceAndStatusTwo) {
  for (const Lines& words : std::vector<Lines>{{"-Q"}, {"-ri"}, {"-A", "bogus"}, {"8080"}}) {
    Lines all{test::program(), "netstat"};
    all.insert(all.end(), words.begin(), words.end());
    const Finished mine = run(all);
    EXPECT_EQ(mine.status, 2);
    EXPECT_EQ(mine.output, "");
    EXPECT_EQ(lines_of(mine.errors).size(), 1U) << mine.errors;
    EXPECT_THAT(mine.errors, StartsWith("portolan: "));
  }
  EXPECT_EQ(run({test::program(), "netstat", "-lnx"}).output, ours({"-lnx"}).output);
}

TEST_F(Netstat, VersionBeginsAsCallersExpectAndSaysWhoAnswers) {
  const Lines told = lines_of(ours({"-V"}).output);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(std::regex_match(told[0], std::regex{R"(net-tools \d+\.\d+)"})) << told[0];
  EXPECT_THAT(told[1], HasSubstr("portolan"));
  EXPECT_EQ(ours({"--help"}).status, 0);
}

// --- -c

TEST_F(Netstat, ContinuousGoesOnUntilItIsStopped) {
  for (const int signal : {SIGINT, SIGTERM}) {
    lab::Running running = host_->start({.words = {link_.string(), "-lntc"}});
    const std::string banner = "Active Internet connections (only servers)\n";
    ASSERT_TRUE(running.read_until(banner));
    ASSERT_TRUE(running.read_until(banner));
    running.signal(signal);
    const Finished done = running.finish();
    EXPECT_EQ(done.status, 128 + signal);
    EXPECT_EQ(done.errors, "");
    EXPECT_TRUE(done.output.ends_with('\n'));
  }
}

TEST_F(Netstat, ContinuousEndsWithItsReader) {
  const Finished done = run({"sh", "-c", link_.string() + " -lntc | head -n 1"});
  EXPECT_FALSE(done.timed_out);
  EXPECT_EQ(done.output, "Active Internet connections (only servers)\n");
  EXPECT_EQ(done.errors, "");
}

// --- clients

TEST_F(Netstat, JcReadsTheSameOutOfBoth) {
  const Finished version = run({"jc", "--version"});
  if (version.status == no_such_program) GTEST_SKIP() << "jc is not installed";
  // Without the two paths of which this program tells more.
  const auto input = [](const Finished& listing) {
    std::string text;
    for (const std::string& line : lines_of(listing.output)) {
      const bool differs = line.find("/with") != std::string::npos || line.find("[31m") != std::string::npos;
      if (!differs) text += as_net_tools_has_it(line) + "\n";
    }
    return text;
  };
  const auto parsed = [&](const std::string& text) {
    return host_->run({.words = {"jc", "--netstat"}, .input = text}, 120s);
  };
  for (const Lines& words : std::vector<Lines>{{"-an"}, {"-anp"}, {"-lnpe"}, {"-tlnp"}, {"-xanp"}, {"-tanpe"}}) {
    SCOPED_TRACE(join(words, " "));
    Lines wide = words;
    wide.emplace_back("-W");
    for (int round = 1;; ++round) {
      const std::string before = input(theirs(wide));
      const std::string mine = input(ours(words));
      if (mine != before && before != input(theirs(wide)) && round < rounds) continue;
      const Finished read = parsed(mine);
      EXPECT_EQ(read.status, 0) << read.errors;
      EXPECT_EQ(read.errors, "");
      EXPECT_EQ(read.output, parsed(before).output);
      EXPECT_THAT(read.output, HasSubstr("\"proto\":"));
      break;
    }
  }
}

// A name longer than its column is whole in a pipe, and its parser still finds the path behind it.
TEST_F(Netstat, JcFindsThePathBehindALongProgramName) {
  if (run({"jc", "--version"}).status == no_such_program) GTEST_SKIP() << "jc is not installed";
  const std::filesystem::path name = folder_ / "a-very-long-program-name-indeed";
  std::filesystem::create_symlink("/usr/bin/python3", name);
  lab::Running holder = host_->start({.words = {name.string(), "-c",
                                                "import signal, socket\n"
                                                "s = socket.socket(socket.AF_UNIX)\n"
                                                "s.bind('\\0portolan-long-name')\n"
                                                "s.listen()\n"
                                                "print('ready', flush=True)\n"
                                                "signal.pause()\n"}});
  ASSERT_TRUE(holder.read_until("ready"));
  const Finished mine = ours({"-xlp"});
  EXPECT_THAT(mine.output, HasSubstr("/a-very-long-program-name-indeed @portolan-long-name\n"));
  const Finished read = host_->run({.words = {"jc", "--netstat"}, .input = mine.output}, 120s);
  EXPECT_THAT(read.output, HasSubstr("\"program_name\":\"a-very-long-program-name-indeed\""));
  EXPECT_THAT(read.output, HasSubstr("\"path\":\"@portolan-long-name\""));
}

}  // namespace
}  // namespace portolan::clients_test
