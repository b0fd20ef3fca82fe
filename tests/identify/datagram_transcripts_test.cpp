// Each file of datagrams/ is what a scan and a UDP service said to each other, as --version-trace wrote it down or put
// together by a document, and what is to be made of it: at the port named, and, unless it says otherwise, at any.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "../places.h"
#include "facts.h"
#include "identify/datagram_agenda.h"
#include "identify/transcript.h"

namespace portolan::identify {
namespace {

using What = TranscriptLine::What;

// A server that answers each datagram of the transcript as it did, and others not at all.
model::ServiceRecord replayed_datagrams(const Transcript& transcript, net::Port port) {
  std::vector<Turn> turns;
  for (const TranscriptLine& line : transcript.lines) {
    if (line.what == What::said) turns.push_back({line.bytes, {}});
    if (line.what == What::heard && !turns.empty()) turns.back().heard = line.bytes;
  }
  if (turns.empty()) return {};
  DatagramAgenda agenda{port, turns.front(), false};
  for (Instant now{}; !agenda.is_over(); now = std::max(now, agenda.wake_at())) {
    const auto asked = agenda.act(now);
    if (!asked) continue;
    const auto known =
        std::find_if(turns.begin() + 1, turns.end(), [&](const Turn& one) { return one.said == *asked; });
    EXPECT_NE(known, turns.end()) << "the transcript knows nothing of what is asked then";
    if (known != turns.end() && !known->heard.empty())
      agenda.on_heard(known->heard, now + std::chrono::milliseconds{1});
  }
  return agenda.found();
}

std::string expected_of(const Transcript& transcript, std::string_view name) {
  const auto found = std::ranges::find(transcript.expected, name, &std::pair<std::string, std::string>::first);
  return found == transcript.expected.end() ? std::string{} : found->second;
}

TEST(DatagramTranscripts, SayWhoAnswers) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator{test::source_directory() + "/tests/identify/datagrams"}) {
    SCOPED_TRACE(entry.path().filename().string());
    ++files;
    std::ostringstream text;
    text << std::ifstream{entry.path()}.rdbuf();
    const auto transcript = read_transcript(text.str());
    ASSERT_TRUE(transcript) << transcript.error().message;
    EXPECT_TRUE(transcript->by_datagrams) << "the line 'udp' is missing";
    EXPECT_NE(expected_of(*transcript, "port"), "");
    EXPECT_NE(expected_of(*transcript, "service"), "");
    const std::string own = expected_of(*transcript, "port");
    constexpr std::uint16_t odd_port = 40'111;
    std::vector<net::Port> ports{net::Port{static_cast<std::uint16_t>(std::stoi(own))}};
    if (expected_of(*transcript, "only") != "there") ports.emplace_back(odd_port);
    for (const net::Port port : ports) {
      const model::ServiceRecord found = replayed_datagrams(*transcript, port);
      expect_known_topics(found);
      for (const auto& [name, value] : transcript->expected) {
        if (name != "port" && name != "only") {
          EXPECT_EQ(fact_of(found, name), value) << name << " at " << port.value();
        }
      }
    }
  }
  EXPECT_GE(files, 10U);
}

}  // namespace
}  // namespace portolan::identify
