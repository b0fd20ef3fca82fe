#include "run/late_targets.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>

namespace portolan::run {
namespace {

using model::Remark;
using model::RemarkCode;
using net::IpAddress;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

// What resolvers know here.
os::AddressLookups::Answer resolve(std::string_view name) {
  static const std::map<std::string_view, Words> book{{"one", {"198.18.0.1"}},
                                                      {"other", {"198.18.0.1"}},
                                                      {"two", {"198.18.0.2", "198.18.0.3"}},
                                                      {"dual", {"2001:db8::1", "198.18.0.4"}},
                                                      {"six", {"2001:db8::6"}}};
  const auto found = book.find(name);
  if (found == book.end()) return fail({Errc::unresolved, "nothing", "no-such-name", {std::string{name}}});
  std::vector<IpAddress> addresses;
  for (const std::string& text : found->second) addresses.push_back(*IpAddress::parse(text));
  return addresses;
}

class LateTargetsTest : public testing::Test {
 protected:
  // Everything that comes, in the order of the names.
  engine::LateTargets::News news_of(const std::vector<LateName>& names) {
    LateTargets late{known_, options_, names, *lookups_};
    engine::LateTargets::News all;
    for (const LateName& name : names) {
      (void)lookups_->wait_for(name.name);
      auto [targets, remarks] = late.take();
      all.targets.insert(all.targets.end(), targets.begin(), targets.end());
      all.remarks.insert(all.remarks.end(), remarks.begin(), remarks.end());
    }
    EXPECT_EQ(late.pending(), 0U);
    return all;
  }
  void know(const std::string& target) { EXPECT_TRUE(known_.add(target, options_, {}, {}).has_value()); }

  static Words texts(const std::vector<plan::Target>& targets) {
    Words words;
    for (const auto& target : targets) {
      words.push_back(fmt::format("{} {} {}", target.position, target.name, net::to_string(target.address)));
      EXPECT_TRUE(target.single);
    }
    return words;
  }

  plan::TargetSet known_;
  plan::TargetOptions options_;
  std::unique_ptr<os::AddressLookups> lookups_ = std::move(os::AddressLookups::open(resolve).value());
};

TEST_F(LateTargetsTest, ThatAreKnownAreToldByTheAddressThatIsATarget) {
  options_.families = plan::TargetOptions::Families::v4;
  know("198.18.0.4");
  const auto news = news_of({{"dual", ""}});
  EXPECT_THAT(news.targets, IsEmpty());
  ASSERT_EQ(news.remarks.size(), 1U);
  EXPECT_EQ(news.remarks[0].text(1), "198.18.0.4");
}

TEST_F(LateTargetsTest, ThatAreExcludedWereNoTargets) {
  options_.families = plan::TargetOptions::Families::v4;
  ASSERT_TRUE(known_.exclude("198.18.0.4", options_, {}, {}).has_value());
  know("198.18.1.1");
  const auto news = news_of({{"dual", ""}});
  EXPECT_THAT(news.targets, IsEmpty());
  EXPECT_THAT(news.remarks, IsEmpty());
}

TEST_F(LateTargetsTest, FollowThoseThatWereKnown) {
  know("198.18.1.0/30");
  const auto news = news_of({{"two", ""}, {"one", ""}});
  EXPECT_THAT(texts(news.targets), ElementsAre("4 two 198.18.0.2", "5 two 198.18.0.3", "6 one 198.18.0.1"));
  EXPECT_THAT(news.remarks, IsEmpty());
  EXPECT_EQ(known_.size(), 4U) << "the plan's own set stays as it is";
}

TEST_F(LateTargetsTest, AreNoTargetTwice) {
  know("198.18.0.2");
  know("198.18.0.1/32");
  const auto news = news_of({{"two", ""}, {"one", ""}, {"two", "file"}});
  EXPECT_THAT(texts(news.targets), ElementsAre("2 two 198.18.0.3"));
  EXPECT_THAT(news.remarks, ElementsAre(Remark{RemarkCode::named_again, {"one", "198.18.0.1"}}));
}

TEST_F(LateTargetsTest, WithOneAddressAreOneTarget) {
  const auto news = news_of({{"one", ""}, {"other", ""}});
  EXPECT_THAT(texts(news.targets), ElementsAre("0 one 198.18.0.1"));
  EXPECT_THAT(news.remarks, ElementsAre(Remark{RemarkCode::named_again, {"other", "198.18.0.1"}}));
}

TEST_F(LateTargetsTest, ThatAreExcludedStayOut) {
  ASSERT_TRUE(known_.exclude("198.18.0.2", {}, {}, {}).has_value());
  ASSERT_TRUE(known_.exclude("198.18.0.1", {}, {}, {}).has_value());
  const auto news = news_of({{"two", ""}, {"one", ""}});
  EXPECT_THAT(texts(news.targets), ElementsAre("0 two 198.18.0.3"));
  EXPECT_THAT(news.remarks, IsEmpty());
}

TEST_F(LateTargetsTest, AreChosenAsTheOthers) {
  options_ = {.families = plan::TargetOptions::Families::v4, .addresses = plan::TargetOptions::Addresses::first};
  const auto news = news_of({{"dual", ""}, {"two", ""}, {"six", "list"}});
  EXPECT_THAT(texts(news.targets), ElementsAre("0 dual 198.18.0.4", "1 two 198.18.0.2"));
  EXPECT_THAT(news.targets[0].other_addresses, ElementsAre(*IpAddress::parse("2001:db8::1")));
  EXPECT_THAT(news.remarks, ElementsAre(Remark{RemarkCode::unresolved, {"list", "six", "only-ipv6", "six"}}));
}

TEST_F(LateTargetsTest, WithoutAddressAreToldForEachPlace) {
  const auto news = news_of({{"nosuch", ""}, {"nosuch", "list"}});
  EXPECT_THAT(news.targets, IsEmpty());
  EXPECT_THAT(news.remarks,
              UnorderedElementsAre(Remark{RemarkCode::unresolved, {"", "nosuch", "no-such-name", "nosuch"}},
                                   Remark{RemarkCode::unresolved, {"list", "nosuch", "no-such-name", "nosuch"}}));
}

TEST_F(LateTargetsTest, ThatNeverComeAreCounted) {
  lookups_->ask("one");
  const LateTargets late{known_, options_, {{"zwei", ""}, {"one", ""}, {"one", "list"}, {"six", ""}}, *lookups_};
  EXPECT_EQ(late.pending(), 3U);
  EXPECT_EQ(late.left_behind(), (Remark{RemarkCode::names_pending, {std::uint64_t{3}, "one"}}));
}

TEST_F(LateTargetsTest, AreNotThoseThatWereKnownInTime) {
  (void)lookups_->wait_for("one");
  know("198.18.0.1");
  const auto news = news_of({{"two", ""}});
  EXPECT_THAT(texts(news.targets), ElementsAre("1 two 198.18.0.2", "2 two 198.18.0.3"));
  EXPECT_THAT(news.remarks, IsEmpty());
}

}  // namespace
}  // namespace portolan::run
