#include "lab_test.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "tests/places.h"

namespace portolan::lab_test {
namespace {

std::string text_of(const Answer& answer) { return fmt::format("{} ({})", answer.state, answer.reason); }

}  // namespace

void LabTest::SetUp() {
  if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
}

bool program_is_nmap() { return std::filesystem::path{test::program()}.filename() == "nmap"; }

lab::Command scan_command(const std::vector<std::string>& words) {
  lab::Command command{.words = {test::program()}};
  if (!program_is_nmap()) command.words.emplace_back("scan");
  command.words.insert(command.words.end(), words.begin(), words.end());
  return command;
}

Chart scan(const lab::Host& host, std::vector<std::string> words, lab::Command with,
           std::chrono::milliseconds longest) {
  words.insert(words.end(), {"-n", "-oX", "-"});
  with.words = scan_command(words).words;
  const lab::Finished done = host.run(with, longest);
  EXPECT_EQ(done.status, 0) << join(with.words, " ") << "\n" << done.errors;
  EXPECT_EQ(done.errors, "");
  EXPECT_FALSE(done.timed_out);
  return read_chart(done.output);
}

std::string differences(const Chart& chart, std::string_view address, std::uint16_t first, std::uint16_t last,
                        const Truth& truth) {
  const ChartHost* host = chart.find(address);
  if (host == nullptr) return fmt::format("{} is missing", address);
  std::string text;
  for (unsigned number = first; number <= last; ++number) {
    const auto port = static_cast<std::uint16_t>(number);
    const auto expected = truth.ports.find(port);
    const Answer& right = expected == truth.ports.end() ? truth.rest : expected->second;
    const auto said = host->ports.find(port);
    if (said == host->ports.end()) {
      text += fmt::format("port {}: nothing said, is {}\n", port, text_of(right));
    } else if (said->second != right) {
      text += fmt::format("port {}: said {}, is {}\n", port, text_of(said->second), text_of(right));
    }
  }
  const std::size_t asked = last - first + 1U;
  if (host->ports.size() > asked) text += fmt::format("{} ports told, {} asked\n", host->ports.size(), asked);
  for (const std::uint16_t port : host->named_twice) text += fmt::format("port {}: told twice\n", port);
  return text;
}

void expect_limited_host_told_truly(const lab::Host& scanner, std::vector<std::string> words, std::string_view address,
                                    std::uint16_t first, std::uint16_t last, const Truth& truth) {
  const Scratch scratch;
  words.insert(words.end(), {"-Pn", "-n", "-T4", std::string{address}, "-oX", scratch.path("report")});
  const auto done = scanner.run(scan_command(words), 120s);
  EXPECT_EQ(done.status, 0) << done.errors;
  const std::string wrong = differences(read_chart(scratch.read("report")), address, first, last, truth);
  const bool says_so = program_is_nmap() || done.output.find("limits how often") != std::string::npos;
  EXPECT_TRUE(wrong.empty() || says_so) << wrong << done.output;
  std::istringstream lines{wrong};
  for (std::string line; std::getline(lines, line);) {
    EXPECT_NE(line.find("said open|filtered (no-response), is closed"), std::string::npos) << line;
  }
  EXPECT_LE(std::ranges::count(wrong, '\n'), 4) << wrong;
}

std::vector<lab::Arrival> probes_seen(lab::Sniffer& sniffer) {
  std::vector<lab::Arrival> probes = sniffer.all();
  std::erase_if(probes, [](const lab::Arrival& arrival) {
    // Listener reports (RFC 3810) are the only packets here with a hop-by-hop header.
    return arrival.ether_type == ETH_P_IPV6 && arrival.bytes.size() > 6 && arrival.bytes[6] == IPPROTO_HOPOPTS;
  });
  return probes;
}

std::optional<unsigned> last_byte_asked(const lab::Arrival& arrival) {
  if (arrival.ether_type == ETH_P_ARP && arrival.bytes.size() >= 28) return arrival.bytes[27];
  if (arrival.ether_type == ETH_P_IP && arrival.bytes.size() >= 20) return arrival.bytes[19];
  return std::nullopt;
}

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "portolan-lab-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
}
Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}
std::string Scratch::path(std::string_view name) const { return fmt::format("{}/{}", folder_, name); }
std::string Scratch::write(std::string_view name, std::string_view text) const {
  std::ofstream{path(name)} << text;
  return path(name);
}
std::string Scratch::read(std::string_view name) const {
  std::ostringstream text;
  text << std::ifstream{path(name)}.rdbuf();
  return text.str();
}

}  // namespace portolan::lab_test
