// jc reads what netstat prints and makes JSON of it. The program under test is called through a link named netstat;
// what jc finds in net-tools' own output it must find in its.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lab/lab.h"
#include "tests/places.h"

namespace portolan::clients_test {
namespace {

using lab::Finished;

constexpr int no_such_program = 127;

class JcReadsViews : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path program = test::program();
    if (program.filename() == "nmap") GTEST_SKIP() << "nmap has no such views";
    if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
    if (lab::run({.words = {"jc", "--version"}}).status == no_such_program) GTEST_SKIP() << "jc is not installed";
    lab_.emplace();
    host_ = &lab_->add_host("machine");
    host_->ip(R"(
link add near type veth peer name far
address add 198.18.0.1/24 dev near
link set near up
link set far up
route add default via 198.18.0.2
route add 198.18.53.0/24 via 198.18.0.2 metric 55 advmss 1260
)");
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-jc-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_symlink(program, folder_ / "netstat");
  }
  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  void expect_understood(const std::string& words, const std::vector<std::string>& parts) const {
    const Finished shown = host_->run({.words = {(folder_ / "netstat").string(), words}});
    EXPECT_EQ(shown.status, 0) << shown.errors;
    const Finished json = host_->run({.words = {"jc", "--netstat"}, .input = shown.output});
    EXPECT_EQ(json.status, 0) << json.errors;
    for (const std::string& part : parts) EXPECT_TRUE(json.output.contains(part)) << part << "\n" << json.output;
  }

  std::optional<lab::Lab> lab_;
  lab::Host* host_ = nullptr;
  std::filesystem::path folder_;
};

TEST_F(JcReadsViews, Routes) {
  expect_understood("-rn", {R"({"destination":"198.18.53.0","gateway":"198.18.0.2","genmask":"255.255.255.0",)"
                            R"("route_flags":"UG","mss":1300,"window":0,"irtt":0,"iface":"near","kind":"route")"});
}

TEST_F(JcReadsViews, RoutesInMoreDetail) {
  expect_understood("-rnee", {R"("route_flags":"UG","metric":55,"route_refs":0,"use":0,"iface":"near","mss":1300)"});
}

TEST_F(JcReadsViews, Interfaces) {
  expect_understood("-ia", {R"({"iface":"near","mtu":1500,"rx_ok":)", R"("flg":"BMRU","kind":"interface"})",
                            R"({"iface":"lo","mtu":65536,"rx_ok":0,"rx_err":0,"rx_drp":0,"rx_ovr":0,"tx_ok":0,)"});
}

}  // namespace
}  // namespace portolan::clients_test
