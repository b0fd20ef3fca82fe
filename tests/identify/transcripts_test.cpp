// Each file of transcripts/ is a conversation with a real server, as --version-trace wrote it down, and what is to be
// made of it: on the port where it is usually met (`= port 22`) and on one that hints at nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "../places.h"
#include "facts.h"
#include "identify/registry.h"
#include "replayed.h"

namespace portolan::identify {
namespace {

std::filesystem::path folder() { return test::source_directory() + "/tests/identify/transcripts"; }

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator{folder()}) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

void expect_facts(const Transcript& transcript, const Replayed& replayed) {
  for (const auto& [name, value] : transcript.expected) {
    if (name == "port") continue;
    EXPECT_EQ(fact_of(replayed.found, name), value) << name;
  }
  EXPECT_LE(replayed.at_once, 3U);
  expect_known_topics(replayed.found);
}

std::uint16_t port_of(const Transcript& transcript) {
  const auto found = std::ranges::find(transcript.expected, "port", &std::pair<std::string, std::string>::first);
  return found == transcript.expected.end() ? 0 : static_cast<std::uint16_t>(std::stoi(found->second));
}

bool is_of(const std::filesystem::path& path, const Reader& reader) {
  const std::string name = path.stem().string();
  return name == reader.name || name.starts_with(std::string{reader.name} + "-");
}

bool is_only_hinted(const std::filesystem::path& path) {
  return std::ranges::any_of(
      registry, [&](const Reader* reader) { return reader->rarity == only_hinted && is_of(path, *reader); });
}

TEST(Transcripts, SayWhoAnswers) {
  for (const auto& path : files()) {
    SCOPED_TRACE(path.filename().string());
    const auto transcript = read_transcript(text_of(path));
    ASSERT_TRUE(transcript) << transcript.error().message;
    const std::uint16_t port = port_of(*transcript);
    ASSERT_NE(port, 0) << "it says no port";
    // Where nothing hints at it, it may be beyond what is asked by default: here all else is met with silence.
    constexpr std::uint16_t nobodys = 40'000;
    const bool is_hinted = port < nobodys;
    const Replayed there = Replay{*transcript, net::Port{port}, {.intensity = is_hinted ? 7 : 9}}.run();
    expect_facts(*transcript, there);
    if (is_hinted) {
      EXPECT_LE(there.connections, Agenda::most_connections);
    }
    if (is_only_hinted(path)) continue;
    constexpr std::uint16_t odd_port = 40'111;
    expect_facts(*transcript, Replay{*transcript, net::Port{odd_port}, {.intensity = 9}}.run());
  }
}

TEST(Transcripts, ThereIsOneForEachReader) {
  const auto all = files();
  for (const Reader* reader : registry) {
    const bool has_one =
        std::ranges::any_of(all, [reader](const std::filesystem::path& path) { return is_of(path, *reader); });
    EXPECT_TRUE(has_one) << "no transcript of " << reader->name << ": write tests/identify/transcripts/" << reader->name
                         << "-<server>.txt";
  }
}

}  // namespace
}  // namespace portolan::identify
