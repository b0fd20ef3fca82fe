#include "identify/refine.h"

#include <gtest/gtest.h>

namespace portolan::identify {
namespace {

model::ServiceRecord refined(const char* product, const char* version, const char* extra = "",
                             const char* system = "") {
  model::ServiceRecord record;
  record.product = product;
  record.version = version;
  record.extra = extra;
  record.system = system;
  refine(record);
  return record;
}

TEST(Refine, WhatADistributionAddedStandsApart) {
  const auto bind = refined("ISC BIND", "9.18.49-1~deb12u3-Debian", "recursive");
  EXPECT_EQ(bind.version, "9.18.49");
  EXPECT_EQ(bind.extra, "1~deb12u3-Debian; recursive");
  EXPECT_EQ(bind.system, "Linux");
  const auto known = refined("x", "1.2-Debian", "of Debian", "Hurd");
  EXPECT_EQ(known.version, "1.2");
  EXPECT_EQ(known.extra, "of Debian");
  EXPECT_EQ(known.system, "Hurd");
}

TEST(Refine, OtherVersionsStayAsTheyAreSaid) {
  EXPECT_EQ(refined("OpenSSH", "9.2p1").version, "9.2p1");
  EXPECT_EQ(refined("x", "2-4").version, "2-4");
  EXPECT_EQ(refined("x", "3.6-1.3").version, "3.6-1.3");
}

TEST(Refine, TheProductsCpeStandsBeforeTheSystems) {
  const auto record = refined("OpenSSH", "9.2p1", "", "Linux");
  EXPECT_EQ(record.cpes, (std::vector<std::string>{"cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*",
                                                   "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"}));
  EXPECT_TRUE(refined("Somebody's own", "1.2").cpes.empty());
}

}  // namespace
}  // namespace portolan::identify
