// What system a host has, in text and in XML.
#include "report/scan/system_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::report {
namespace {

using testing::HasSubstr;
using testing::Not;

model::SystemGuess guess(std::string name, std::string family, double likelihood) {
  model::SystemGuess one;
  one.name = std::move(name);
  one.type = "general purpose";
  one.vendor = one.family = std::move(family);
  one.generation = "4.X";
  one.cpe = "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*";
  one.likelihood = likelihood;
  one.fits = {"window 65160"};
  one.differs = {"first hop limit 128"};
  return one;
}

model::HostRecord host_with(std::vector<model::SystemGuess> guesses, bool determined) {
  model::HostRecord host;
  model::SystemRecord& system = host.system.emplace();
  system.open = net::Port{22};
  system.closed = net::Port{81};
  system.sequences = {1, 500'000'000, 77, 3'000'000'000};
  system.identifications = {0, 0, 0};
  system.identification_class = "zero";
  model::SystemStack stack;
  stack.ports = {net::Port{22}, net::Port{80}};
  stack.determined = determined;
  stack.guesses = std::move(guesses);
  system.stacks.push_back(std::move(stack));
  return host;
}

using Lines = std::vector<std::string>;

TEST(SystemText, NothingWasAskedNothingIsSaid) {
  EXPECT_TRUE(system_lines({}, true).empty());
  EXPECT_EQ(system_elements({}), "");
}

TEST(SystemText, OneGuessHasItsLikelihood) {
  EXPECT_EQ(system_lines(host_with({guess("Linux 4.20 or later", "Linux", 0.999)}, true), false),
            (Lines{"Device type: general purpose", "Running: Linux 4.X (99%)", "OS CPE: cpe:/o:linux:linux_kernel",
                   "OS details: Linux 4.20 or later (99%)"}));
}

TEST(SystemText, PercentAreThoseThatWereStated) {
  for (const auto& [likelihood, text] :
       {std::pair{0.58, "(58%)"}, {0.579, "(57%)"}, {0.999, "(99%)"}, {1.0, "(99%)"}}) {
    EXPECT_THAT(system_lines(host_with({guess("A", "Linux", likelihood)}, true), false).back(), HasSubstr(text));
  }
}

TEST(SystemText, ClassesThatRunTheSameAreCountedTogether) {
  const auto lines = system_lines(host_with({guess("A", "Linux", 0.6), guess("B", "Linux", 0.3)}, true), false);
  EXPECT_THAT(lines, testing::Contains("Running: Linux 4.X (90%)"));
  EXPECT_THAT(lines, testing::Contains("Device type: general purpose"));
}

TEST(SystemText, GrepableFieldsAreNmaps) {
  auto host = host_with({guess("A", "Linux", 0.9)}, true);
  EXPECT_EQ(system_fields(host), "\tOS: A (90%)\tSeq Index: 228\tIP ID Seq: All zeros");
  host.system->sequences.clear();
  host.system->stacks.front().determined = false;
  EXPECT_EQ(system_fields(host), "\tIP ID Seq: All zeros");
  EXPECT_EQ(system_fields({}), "");
}

TEST(SystemText, StepsThatAreAlikeArePredictable) {
  auto host = host_with({guess("A", "Linux", 0.9)}, true);
  host.system->sequences = {1'000, 65'000, 129'000};
  EXPECT_THAT(system_elements(host), HasSubstr("<tcpsequence index=\"0\" difficulty=\"predictable\""));
}

TEST(SystemText, SeveralAreGuesses) {
  const auto lines = system_lines(host_with({guess("A", "Linux", 0.6), guess("B", "Other", 0.3)}, true), false);
  EXPECT_EQ(lines.back(), "Aggressive OS guesses: A (60%), B (30%)");
}

TEST(SystemText, EvidenceStandsBelowWhereItIsWanted) {
  const auto lines = system_lines(host_with({guess("A", "Linux", 0.9)}, true), true);
  EXPECT_THAT(lines, testing::Contains("  for A: window 65160"));
  EXPECT_THAT(lines, testing::Contains("  against A: first hop limit 128"));
}

TEST(SystemText, BelowAHalfNothingIsDetermined) {
  const auto host = host_with({guess("A", "Linux", 0.3)}, false);
  const auto lines = system_lines(host, false);
  EXPECT_THAT(lines.front(), HasSubstr("No system determined"));
  EXPECT_THAT(lines.back(), HasSubstr("A (30%)"));
  EXPECT_THAT(system_elements(host), Not(HasSubstr("osmatch")));
}

TEST(SystemText, TwoStacksAreTwoSystems) {
  auto host = host_with({guess("A", "Linux", 0.9)}, true);
  host.system->stacks.push_back(host.system->stacks.front());
  host.system->stacks.back().ports = {net::Port{3389}};
  const auto lines = system_lines(host, false);
  EXPECT_EQ(lines.front(), "2 systems answer at this address: ports are forwarded to others");
  EXPECT_THAT(lines, testing::Contains("At ports 22, 80:"));
  EXPECT_THAT(lines, testing::Contains("At port 3389:"));
  EXPECT_THAT(system_elements(host), HasSubstr("name=\"A (at port 3389)\""));
}

TEST(SystemText, XmlIsWhatImportersRead) {
  EXPECT_EQ(system_elements(host_with({guess("<A>", "Linux", 0.9)}, true)),
            "<os><portused state=\"open\" proto=\"tcp\" portid=\"22\"/>\n"
            "<portused state=\"closed\" proto=\"tcp\" portid=\"81\"/>\n"
            "<osmatch name=\"&lt;A&gt;\" accuracy=\"90\" line=\"0\">\n"
            "<osclass type=\"general purpose\" vendor=\"Linux\" osfamily=\"Linux\" osgen=\"4.X\" accuracy=\"90\">"
            "<cpe>cpe:/o:linux:linux_kernel</cpe></osclass>\n</osmatch>\n</os>\n"
            "<tcpsequence index=\"228\" difficulty=\"random\" values=\"1,1DCD6500,4D,B2D05E00\"/>\n"
            "<ipidsequence class=\"All zeros\" values=\"0,0,0\"/>\n");
}

}  // namespace
}  // namespace portolan::report
