#include "talk/transcript.h"

#include <gtest/gtest.h>

#include <chrono>

namespace portolan::talk {
namespace {

constexpr WallTime moment{std::chrono::sys_days{std::chrono::year{2026} / 3 / 7} + std::chrono::hours{4} +
                          std::chrono::minutes{5} + std::chrono::seconds{6} + std::chrono::microseconds{70}};

TEST(Transcript, BeginsWithWhoWasTalkedTo) {
  EXPECT_EQ(transcript_head(moment, "server.example", "198.18.0.2:25", "tcp"),
            "{\"time\":\"2026-03-07T04:05:06.000070000Z\",\"schema\":\"portolan-talk/1\",\"host\":\"server.example\","
            "\"address\":\"198.18.0.2:25\",\"transport\":\"tcp\"}\n");
}

TEST(Transcript, TextIsTextAndOtherBytesAreHexadecimal) {
  EXPECT_EQ(transcript_piece(moment, Direction::received, "220 \"hi\"\r\n"),
            "{\"time\":\"2026-03-07T04:05:06.000070000Z\",\"direction\":\"received\",\"bytes\":10,"
            "\"text\":\"220 \\\"hi\\\"\\u000d\\u000a\"}\n");
  EXPECT_EQ(transcript_piece(moment, Direction::sent, "\xff\xfd\x18"),
            "{\"time\":\"2026-03-07T04:05:06.000070000Z\",\"direction\":\"sent\",\"bytes\":3,\"hex\":\"fffd18\"}\n");
}

TEST(Transcript, EventsHaveTheirWords) {
  EXPECT_EQ(transcript_event(moment, "end", "in order"),
            "{\"time\":\"2026-03-07T04:05:06.000070000Z\",\"event\":\"end\",\"says\":\"in order\"}\n");
}

}  // namespace
}  // namespace portolan::talk
