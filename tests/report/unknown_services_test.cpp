#include "report/scan/unknown_services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "identify/transcript.h"
#include "records.h"

namespace portolan::report {
namespace {

using testing::MemoryOutput;

constexpr std::string_view talk = "# 198.18.0.2 port 7000\n> \"hello\\r\\n\"\n< \"\\x01what?\"\n";

model::ServiceRecord unknown() {
  model::ServiceRecord service;
  service.words = "\x01what?";
  return service;
}

TEST(UnknownServices, AreWrittenInAFormThatTestsReplay) {
  MemoryOutput output;
  UnknownServices file{output};
  EXPECT_EQ(output.text, "") << "nothing before there is one";
  ASSERT_TRUE(file.add(talk, unknown()));
  ASSERT_TRUE(file.add(talk, unknown()));
  EXPECT_THAT(output.text, ::testing::StartsWith("# Services that portolan did not recognise"));
  EXPECT_THAT(output.text, ::testing::EndsWith("\n\n" + std::string{talk} + "\n" + std::string{talk}));
  const auto read = identify::read_transcript(output.text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lines.size(), 4U);
}

TEST(UnknownServices, OthersAreNot) {
  MemoryOutput output;
  UnknownServices file{output};
  model::ServiceRecord known = unknown();
  known.name = "http";
  known.confidence = 80;
  model::ServiceRecord silent;
  model::ServiceRecord untouched = unknown();
  untouched.untouched = true;
  for (const auto& service : {known, silent, untouched}) ASSERT_TRUE(file.add(talk, service));
  ASSERT_TRUE(file.add("", unknown()));
  EXPECT_EQ(output.text, "");
  EXPECT_EQ(file.failure(), nullptr);
}

TEST(UnknownServices, AFailureIsToldOnceAndKept) {
  MemoryOutput output;
  output.full = true;
  UnknownServices file{output};
  const auto done = file.add(talk, unknown());
  ASSERT_FALSE(done);
  EXPECT_TRUE(file.add(talk, unknown())) << "told before";
  ASSERT_NE(file.failure(), nullptr);
  EXPECT_EQ(file.failure()->message, done.error().message);
}

}  // namespace
}  // namespace portolan::report
