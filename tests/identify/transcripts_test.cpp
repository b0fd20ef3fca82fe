// Each file of transcripts/ is a conversation with a real server, as --version-trace wrote it down, and what is to be
// made of it: on the port where it is usually met (`= port 22`) and on one that hints at nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "../places.h"
#include "identify/details.h"
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

std::string fact_of(const model::ServiceRecord& found, std::string_view name) {
  if (name == "service") return found.name;
  if (name == "product") return found.product;
  if (name == "version") return found.version;
  if (name == "extra") return found.extra;
  if (name == "host") return found.host_name;
  if (name == "system") return found.system;
  if (name == "device") return found.device;
  if (name == "confidence") return std::to_string(found.confidence);
  if (name == "cpe") return found.cpes.empty() ? "" : found.cpes.front();
  if (name == "tls") return found.tls ? "yes" : "no";
  // "http-title/title": of what is told beside; "ftp-syst/" where the key is empty.
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return "no such fact";
  const auto told = std::ranges::find_if(found.details, [&](const model::ServiceDetail& detail) {
    return detail.topic == name.substr(0, slash) && detail.key == name.substr(slash + 1);
  });
  return told == found.details.end() ? "not told" : told->value;
}

void expect_known_topics(const model::ServiceRecord& found) {
  EXPECT_LE(found.details.size(), most_details);
  for (const model::ServiceDetail& detail : found.details) {
    EXPECT_TRUE(std::ranges::find(topics(), detail.topic, &Topic::name) != topics().end()) << detail.topic;
  }
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
    const Replayed hinted = Replay{*transcript, net::Port{port}}.run();
    expect_facts(*transcript, hinted);
    EXPECT_LE(hinted.connections, Agenda::most_connections);
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
