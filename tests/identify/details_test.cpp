// What services tell beside product and version.
#include "identify/details.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "replayed.h"

namespace portolan::identify {
namespace {

TEST(Details, AreCutToTheirBounds) {
  Facts facts;
  add_detail(facts, "x", "", "");
  EXPECT_TRUE(facts.details.empty());
  const std::string many(100'000, '\xff');
  for (int i = 0; i < 1'000; ++i) add_detail(facts, "x", many, many);
  EXPECT_EQ(facts.details.size(), most_details);
  EXPECT_EQ(facts.details.front().key.size(), longest_detail_key);
  EXPECT_EQ(facts.details.front().value.size(), longest_detail);
}

TEST(Details, OfATopicStandTogetherAndOnce) {
  const std::vector<model::ServiceDetail> mixed{
      {"b", "1", "x"}, {"a", "1", "y"}, {"b", "2", "x"}, {"b", "1", "x"}, {"a", "1", "z"}};
  const std::vector<model::ServiceDetail> expected{{"b", "1", "x"}, {"b", "2", "x"}, {"a", "1", "y"}, {"a", "1", "z"}};
  EXPECT_EQ(ordered_details(mixed), expected);
  std::vector<model::ServiceDetail> all;
  for (int i = 0; i < 500; ++i) all.push_back({"t" + std::to_string(i), "", "v"});
  EXPECT_EQ(ordered_details(all).size(), most_details);
}

TEST(Details, TopicsStandInTheOrderOfTheirNames) {
  for (std::size_t i = 1; i < topics().size(); ++i) EXPECT_LT(topics()[i - 1].name, topics()[i].name);
  for (const Topic& topic : topics()) EXPECT_FALSE(topic.summary.empty()) << topic.name;
}

constexpr std::string_view ask =
    "> \"GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nUser-Agent: portolan (service identification)\\r\\n"
    "Accept: */*\\r\\nConnection: close\\r\\n\\r\\n\"\n";

std::vector<std::string> told(std::string_view answer, std::string_view topic, std::string_view key) {
  const Replayed replayed = replay(std::string{ask} + "< \"" + std::string{answer} + "\"\nfin\n", 80);
  std::vector<std::string> values;
  for (const model::ServiceDetail& detail : replayed.found.details) {
    if (detail.topic == topic && detail.key == key) values.push_back(detail.value);
  }
  return values;
}
using Values = std::vector<std::string>;

TEST(Details, OfAWebPage) {
  const std::string page =
      "HTTP/1.1 401 Unauthorized\\r\\nServer: x/1\\r\\nWWW-Authenticate: Basic realm=a\\r\\nWWW-Authenticate: "
      "Digest realm=b\\r\\nX.Y: z\\r\\n\\r\\n<html><head><META content='WordPress 6.4' NAME=generator>"
      "<title>\\r\\n\\t Two  \\r\\n lines </title>";
  EXPECT_EQ(told(page, "http-title", "title"), Values{"Two lines"});
  EXPECT_EQ(told(page, "http-generator", ""), Values{"WordPress 6.4"});
  EXPECT_EQ(told(page, "http-server-header", ""), Values{"x/1"});
  EXPECT_EQ(told(page, "http-auth", ""), (Values{"Basic realm=a", "Digest realm=b"}));
  EXPECT_EQ(told(page, "http-headers", "x_y"), Values{"z"});
}

TEST(Details, OfAPageThatLeadsOn) {
  const std::string page = "HTTP/1.1 302 Found\\r\\nLocation: https://x/\\r\\nX-Generator: y\\r\\n\\r\\n";
  EXPECT_EQ(told(page, "http-title", "redirect_url"), Values{"https://x/"});
  EXPECT_EQ(told(page, "http-title", "title"), Values{});
  EXPECT_EQ(told(page, "http-generator", ""), Values{"y"});
}

TEST(Details, OfAGeneratorThatIsNamedInAnyWay) {
  const auto generator = [](std::string_view tags) {
    return told("HTTP/1.1 200 OK\\r\\n\\r\\n" + std::string{tags} + "<title>x</title>", "http-generator", "");
  };
  EXPECT_EQ(generator("<meta name=generator content=Hugo>"), Values{"Hugo"});
  EXPECT_EQ(generator("<meta name='generator' content='Hugo 0.1' />"), Values{"Hugo 0.1"});
  EXPECT_EQ(generator("<meta charset=utf-8><meta name='x' content='y'>"), Values{});
  EXPECT_EQ(generator("<meta name='generator' content='never ends"), Values{});
  EXPECT_EQ(generator("<meta name='generator'><meta"), Values{});
}

TEST(Details, WhoAnswersForOthersIsAProxy) {
  const auto name = [](std::string_view server) {
    return replay(std::string{ask} + "< \"HTTP/1.1 400 Bad Request\\r\\nServer: " + std::string{server} +
                      "\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nfin\n",
                  3128)
        .found.name;
  };
  EXPECT_EQ(name("squid/5.7"), "http-proxy");
  EXPECT_EQ(name("tinyproxy/1.11"), "http-proxy");
  EXPECT_EQ(name("nginx"), "http");
}

}  // namespace
}  // namespace portolan::identify
