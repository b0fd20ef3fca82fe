#include "cli/scan/dress_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace portolan::cli {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(DressOptions, FlagsAreNamesOrANumber) {
  EXPECT_EQ(parse_tcp_flags("--scanflags", "SYN"), 0x02);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "URGackpshRSTSYNFIN"), 0x3f);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "ECECWR"), 0xc0);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "SYN,FIN"), 0x03);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "reset|push"), 0x0c);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "NONE"), 0);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "ALL"), 0xff);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "18"), 18);
  EXPECT_EQ(parse_tcp_flags("--scanflags", "0x12"), 18);
  for (const char* wrong : {"", "SYNC", "SYN,", "SYN,,FIN", "256", "-1", "0x", "0x100"}) {
    EXPECT_FALSE(parse_tcp_flags("--scanflags", wrong)) << wrong;
  }
  EXPECT_EQ(parse_tcp_flags("--scanflags", "SYNC").error().message,
            "--scanflags: 'SYNC' is neither names like SYNFIN nor a number up to 255");
}

TEST(DressOptions, DataIsHexadecimalInThreeForms) {
  const Bytes cafe{0xca, 0xfe};
  for (const char* form : {"0xcafe", "0XCAFE", "cafe", "\\xca\\xfe"})
    EXPECT_EQ(parse_hex_data("--data", form), cafe) << form;
  for (const char* wrong : {"", "0x", "caf", "0xcafg", "ca fe", "+1", "0x-1"}) {
    EXPECT_FALSE(parse_hex_data("--data", wrong)) << wrong;
  }
}

TEST(DressOptions, IpOptionsAreLettersOrBytesInWholeWords) {
  EXPECT_EQ(parse_ip_options("--ip-options", "\\x94\\x04\\x00\\x00"), (Bytes{0x94, 4, 0, 0}));
  EXPECT_EQ(parse_ip_options("--ip-options", "0x9404"), (Bytes{0x94, 4, 0, 0}));
  for (const char* route :
       {"0x830704c612000100", "0x890704c612000100", "0x8300", "\\x01\\x94\\x04\\x00\\x00\\x83\\x03\\x04"}) {
    EXPECT_THAT(parse_ip_options("--ip-options", route).error().message,
                ::testing::HasSubstr("source routes are not offered"))
        << route;
  }
  EXPECT_TRUE(parse_ip_options("--ip-options", "0x9404008300")) << "within another option it is none";
  EXPECT_EQ(parse_ip_options("--ip-options", "\\x01*5"), (Bytes{1, 1, 1, 1, 1, 0, 0, 0}));
  Bytes route(40);
  route[0] = 1;
  route[1] = 7;
  route[2] = 39;
  route[3] = 4;
  EXPECT_EQ(parse_ip_options("--ip-options", "R"), route);
  EXPECT_EQ(parse_ip_options("--ip-options", "\\x01\\x07\\x27\\x04\\x00*36"), route);
  for (const char* letter : {"T", "U"}) {
    const auto noted = parse_ip_options("--ip-options", letter);
    ASSERT_TRUE(noted);
    EXPECT_EQ(noted->size(), 40U);
    EXPECT_EQ(noted->front(), 68);
    EXPECT_EQ((*noted)[3], letter[0] == 'U' ? 1 : 0);
  }
  for (const char* wrong : {"", "X", "R1", "0x", "9", "zz", "01*", "01*0", "*4", "01*-1"}) {
    EXPECT_FALSE(parse_ip_options("--ip-options", wrong)) << wrong;
  }
  EXPECT_EQ(parse_ip_options("--ip-options", "01*40")->size(), 40U);
  for (const std::string& longer :
       {std::string{"01*41"}, std::string{"01*39\\x02\\x02"}, std::string{"\\x01*99999999999999999999"},
        std::string(82, '0'), std::string(5000, '0')}) {
    EXPECT_EQ(parse_ip_options("--ip-options", longer).error().message,
              "--ip-options: these are more than the 40 bytes that IPv4's header has room for (RFC 791 section 3.1)");
  }
  EXPECT_NE(parse_ip_options("--ip-options", "S 198.18.0.1").error().message.find("not offered"), std::string::npos);
}

TEST(DressOptions, DataIsTextAsItStands) {
  EXPECT_EQ(parse_text_data("--data-string", "a\n"), (Bytes{'a', '\n'}));
  EXPECT_FALSE(parse_text_data("--data-string", ""));
}

TEST(DressOptions, NothingIsLongerThanWhatFits) {
  EXPECT_TRUE(parse_text_data("--data-string", std::string(1400, 'x')));
  EXPECT_FALSE(parse_text_data("--data-string", std::string(1401, 'x')));
  EXPECT_TRUE(parse_hex_data("--data", std::string(2800, 'a')));
  EXPECT_FALSE(parse_hex_data("--data", std::string(2802, 'a')));
  EXPECT_EQ(parse_data_length("--data-length", "1400")->size(), 1400U);
  EXPECT_FALSE(parse_data_length("--data-length", "1401"));
  EXPECT_TRUE(parse_data_length("--data-length", "0")->empty());
  EXPECT_EQ(*parse_data_length("--data-length", "9"), *parse_data_length("--data-length", "9"));
}

}  // namespace
}  // namespace portolan::cli
