// data/build-services turns sources into what Services::parse reads.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "tests/places.h"

namespace portolan::catalog {
namespace {

const std::filesystem::path source_directory{test::source_directory()};

std::string output_of(const std::string& command) {
  std::string output;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; pipe && (n = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    output.append(buffer.data(), n);
  }
  return output;
}

std::string build(const std::filesystem::path& names, const std::filesystem::path& ranks,
                  const std::string& more = "") {
  return output_of("'" + (source_directory / "data/build-services").string() + "' --iana '" + names.string() +
                   "' --ranks '" + ranks.string() + "' " + more);
}

class BuildServices : public testing::Test {
 protected:
  void SetUp() override {
    if (output_of("python3 -c 'print(1)' 2>/dev/null").empty()) GTEST_SKIP() << "python3 is not installed";
    std::string name = (std::filesystem::temp_directory_path() / "portolan-services-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream{directory_ / name} << text;
    return directory_ / name;
  }

 private:
  std::filesystem::path directory_;
};

constexpr const char* ranks = "# rank\tproto\tport\n2\ttcp\t22\n1\ttcp\t80\n3\ttcp\t80\n1\tudp\t53\n";
constexpr const char* facts =
    "rank tcp 80 22\nrank udp 53\nrank sctp\n"
    "80 tus http\n80 tu www\n465 t submissions\n465 t urd\n512 t exec\n512 u comsat\n6000-6002 tu x11\n";

std::string without_comments(const std::string& text) { return text.substr(std::min(text.find("rank"), text.size())); }

TEST_F(BuildServices, TabsAndIanasCsvGiveTheSame) {
  const auto tabs = write(
      "names.tsv",
      "# as registered on 2025-03-28\n\t1\ttcp\tReserved\nhttp\t80\ttcp\tweb\nhttp\t80\tudp\tweb\nwww\t80\ttcp\tweb\n"
      "www\t80\tudp\tweb\nhttp\t80\tsctp\tweb\nhttp\t80\tdccp\tweb\nurd\t465\ttcp\ta\nsubmissions\t465\ttcp\tb\n"
      "exec\t512\ttcp\tc\ncomsat\t512\tudp\td\nx11\t6000-6002\ttcp\te\nx11\t6000-6002\tudp\te\nnowhere\t\ttcp\tf\n");
  const auto commas =
      write("names.csv",
            "Service Name,Port Number,Transport Protocol,Description\n,1,tcp,Reserved\nhttp,80,tcp,\"web,\nsite\"\n"
            "http,80,udp,web\nwww,80,tcp,web\nwww,80,udp,web\nhttp,80,sctp,web\nurd,465,tcp,a\nsubmissions,465,tcp,b\n"
            "exec,512,tcp,c\ncomsat,512,udp,d\nx11,6000-6002,tcp,e\nx11,6000-6002,udp,e\n");
  const auto ranked = write("ranks.tsv", ranks);
  const auto from_tabs = build(tabs, ranked);
  EXPECT_EQ(without_comments(from_tabs), facts);
  EXPECT_NE(from_tabs.find("registry as of 2025-03-28"), std::string::npos);
  EXPECT_EQ(without_comments(build(commas, ranked, "--registered 2025-03-28")), facts);
  EXPECT_TRUE(Services::parse(from_tabs));
}

TEST_F(BuildServices, SourceWithoutADayIsRefused) {
  EXPECT_EQ(build(write("names.tsv", "http\t80\ttcp\tweb\n"), write("ranks.tsv", ranks), "2>/dev/null"), "");
}

TEST_F(BuildServices, DescriptionsSayWhatNamesDoNot) {
  const auto names =
      write("names.tsv",
            "# as registered on 2025-03-28\n\t0\ttcp\tReserved\n\t0\tudp\tReserved\n\t4\ttcp\tUnassigned\n"
            "echo\t7\ttcp\tEcho\nhttp\t80\ttcp\tThe   web\nhttp\t80\tudp\tThe web\nhttp\t80\tsctp\tHTTP\n"
            "http\t80\ttcp\tonce more\nx11\t6000-6002\ttcp\tX Window System\nodd\t7000\ttcp\tcaf\xc3\xa9\n"
            "nothing\t7001\ttcp\t\nnowhere\t\ttcp\tf\n");
  const auto described = output_of("'" + (source_directory / "data/build-services").string() +
                                   "' --descriptions --iana '" + names.string() + "'");
  EXPECT_EQ(described,
            "# portolan descriptions 1 (format: docs/data.md; rebuilt by data/build-services)\n"
            "# Descriptions: IANA's registry as of 2025-03-28.\n"
            "0 tu - Reserved\n80 tu http The web\n6000-6002 t x11 X Window System\n");
  EXPECT_TRUE(Descriptions::parse(described));
}

TEST_F(BuildServices, ShippedFilesAreWhatTheirSourcesGive) {
  const auto shared = source_directory.parent_path() / "shared/data";
  if (!std::filesystem::exists(shared / "iana-services.tsv")) GTEST_SKIP() << shared << " is not there";
  std::ifstream shipped{source_directory / "data/services", std::ios::binary};
  EXPECT_EQ(build(shared / "iana-services.tsv", shared / "common-ports.tsv"),
            std::string(std::istreambuf_iterator<char>{shipped}, {}));
  std::ifstream described{source_directory / "data/descriptions", std::ios::binary};
  EXPECT_EQ(output_of("'" + (source_directory / "data/build-services").string() + "' --descriptions --iana '" +
                      (shared / "iana-services.tsv").string() + "'"),
            std::string(std::istreambuf_iterator<char>{described}, {}));
}

}  // namespace
}  // namespace portolan::catalog
