// What programs that call nmap rely on. The program under test is called through a link of that name,
// placed first on PATH. PORTOLAN_PROGRAM in the environment names another one; nmap itself passes too.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "lab/lab.h"
#include "tests/places.h"

namespace portolan::clients_test {
namespace {

using namespace std::chrono_literals;
using lab::Command;
using lab::Finished;

constexpr int not_installed = 77;
constexpr int no_such_program = 127;
constexpr const char* document_type = "/usr/share/nmap/nmap.dtd";
constexpr const char* stylesheet = "/usr/share/nmap/nmap.xsl";

// What only this project promises is not asked of nmap itself.
bool program_is_nmap() { return std::filesystem::path{test::program()}.filename() == "nmap"; }

// A host that listens on 22, 80 and 443, and a folder with the link.
class Clients : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
    lab_.emplace();
    host_ = &lab_->add_host("machine");
    host_->listen(std::vector<std::uint16_t>{22, 80, 443});
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-clients-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_symlink(test::program(), folder_ / "nmap");
  }

  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  Command command(std::vector<std::string> words) const {
    return {.words = std::move(words),
            .environment = {{"PATH", fmt::format("{}:{}", folder_.string(), std::getenv("PATH"))}}};
  }
  Finished run(std::vector<std::string> words) const { return host_->run(command(std::move(words)), 120s); }
  Finished nmap(std::vector<std::string> words) const {
    words.insert(words.begin(), "nmap");
    return run(std::move(words));
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream{folder_ / name}.rdbuf();
    return text.str();
  }

  // Runs a client written in Python, which says for itself what does not hold.
  void expect_client_content(const std::string& script) const {
    const Finished done =
        run({"/usr/bin/python3", fmt::format("{}/tests/clients/{}", test::source_directory(), script)});
    if (done.status == no_such_program) GTEST_SKIP() << "/usr/bin/python3 is not installed";
    if (done.status == not_installed) GTEST_SKIP() << done.output;
    EXPECT_EQ(done.status, 0) << done.output << done.errors;
  }

  // Empty when the document follows nmap's own document type.
  [[nodiscard]] std::string faults_in(const std::string& document) const {
    std::ofstream{folder_ / "document.xml"} << document;
    return run({"xmllint", "--noout", "--dtdvalid", document_type, path("document.xml")}).errors;
  }
  [[nodiscard]] bool can_validate() const {
    return std::filesystem::exists(document_type) && run({"xmllint", "--version"}).status == 0;
  }

  std::optional<lab::Lab> lab_;
  lab::Host* host_ = nullptr;
  std::filesystem::path folder_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(Clients, PythonNmapDrivesIt) { expect_client_content("python_nmap_client.py"); }

TEST_F(Clients, PythonLibnmapDrivesIt) { expect_client_content("python_libnmap_client.py"); }

TEST_F(Clients, NdiffSeesNoDifferenceFromNmap) {
  const std::vector<std::string> words{"-sS", "-n", "-p", "1-500", "127.0.0.1", "-oX"};
  const auto with = [&](const std::string& name, const std::string& file) {
    std::vector<std::string> all{name};
    all.insert(all.end(), words.begin(), words.end());
    all.push_back(path(file));
    return run(all).status;
  };
  if (!std::filesystem::exists("/usr/bin/nmap")) GTEST_SKIP() << "nmap is not installed";
  ASSERT_EQ(with("/usr/bin/nmap", "theirs.xml"), 0);
  ASSERT_EQ(with("nmap", "ours.xml"), 0);
  const Finished same = run({"ndiff", path("theirs.xml"), path("ours.xml")});
  if (same.status == no_such_program) GTEST_SKIP() << "ndiff is not installed";
  // 1 says that anything differs, were it the time in the first line; so the text decides.
  EXPECT_LT(same.status, 2) << same.errors;
  for (const std::string& line : lines_of(same.output)) {
    EXPECT_TRUE(line.empty() || line.starts_with("-Nmap ") || line.starts_with("+Nmap ")) << same.output;
  }
  host_->listen(250);
  ASSERT_EQ(with("nmap", "later.xml"), 0);
  const Finished changed = run({"ndiff", path("ours.xml"), path("later.xml")});
  EXPECT_TRUE(std::regex_search(changed.output, std::regex{"\\+250/tcp +open"})) << changed.output << changed.errors;
}

TEST_F(Clients, NmapsStylesheetRendersIt) {
  if (!std::filesystem::exists(stylesheet)) GTEST_SKIP() << "nmap's stylesheet is not installed";
  ASSERT_EQ(nmap({"-sS", "-n", "-p", "1-500", "127.0.0.1", "-oX", path("scan.xml")}).status, 0);
  const Finished page = run({"xsltproc", "--nonet", stylesheet, path("scan.xml")});
  if (page.status == no_such_program) GTEST_SKIP() << "xsltproc is not installed";
  EXPECT_EQ(page.status, 0) << page.errors;
  for (const char* text : {"127.0.0.1", ">22<", ">ssh", ">443<", "syn-ack"}) {
    EXPECT_TRUE(contains(page.output, text)) << text;
  }
}

TEST_F(Clients, EveryXmlFollowsNmapsDocumentType) {
  if (!can_validate()) GTEST_SKIP() << "xmllint or nmap's document type is not installed";
  const std::vector<std::vector<std::string>> scans{
      {"-sS", "-n", "-p", "1-500", "127.0.0.1-2"},
      {"-sT", "-n", "-F", "127.0.0.1", "--reason"},
      {"-6", "-sS", "-n", "-p", "20-25", "::1"},
      {"-sn", "-n", "127.0.0.1", "198.51.100.1"},
      {"-sL", "-n", "127.0.0.0/29"},
      {"-sS", "-n", "-v", "-v", "-d", "--stats-every", "1s", "-p", "22", "127.0.0.1"},
      {"-sS", "-n", "--open", "-p", "22,23", "127.0.0.1"},
      {"-n", "-p", "22", "does-not-exist.invalid", "127.0.0.1"},
      {"-O", "-n", "-p", "21,22", "127.0.0.1"},
  };
  for (std::vector<std::string> words : scans) {
    words.insert(words.end(), {"-oX", "-"});
    const std::string document = nmap(words).output;
    EXPECT_EQ(faults_in(document), "") << join(words, " ") << "\n" << document;
  }
}

TEST_F(Clients, WhichSystemIsReadByEverybody) {
  if (program_is_nmap()) GTEST_SKIP() << "whether it knows this kernel is its own affair";
  const Finished done = nmap({"-O", "-n", "-p", "21,22", "127.0.0.1", "-oX", path("scan.xml")});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.errors, "");
  EXPECT_TRUE(contains(done.output, "Running: Linux (")) << done.output;
  if (!std::filesystem::exists(stylesheet)) GTEST_SKIP() << "nmap's stylesheet is not installed";
  const Finished page = run({"xsltproc", "--nonet", stylesheet, path("scan.xml")});
  if (page.status == no_such_program) GTEST_SKIP() << "xsltproc is not installed";
  for (const char* text : {"OS match: <b>Linux 4.20", "Used port: <b>22/tcp"}) {
    EXPECT_TRUE(contains(page.output, text)) << text << page.output;
  }
}

// A web server of openssl's behind a certificate of its own, asked by -A.
TEST_F(Clients, WhatServicesTellIsReadByEverybody) {
  if (program_is_nmap()) GTEST_SKIP() << "nmap's own scripts are not what is tested";
  const Finished made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                             "-nodes", "-days", "3", "-subj", "/CN=mail.example/O=Example, Inc.", "-addext",
                             "subjectAltName=DNS:mail.example", "-keyout", path("key.pem"), "-out", path("cert.pem")});
  if (made.status != 0) GTEST_SKIP() << "openssl makes no certificate: " << made.errors;
  lab::Running server = host_->start(command({"openssl", "s_server", "-accept", "127.0.0.1:8443", "-cert",
                                              path("cert.pem"), "-key", path("key.pem"), "-www"}));
  ASSERT_TRUE(server.read_until("ACCEPT"));
  const Finished done =
      nmap({"-A", "-n", "-p", "8443", "127.0.0.1", "--script", "no-such-thing", "-oX", path("scan.xml")});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_TRUE(contains(done.output, "| ssl-cert: Subject: commonName=mail.example/organizationName=Example, Inc.\n"))
      << done.output;
  EXPECT_TRUE(contains(done.output, "8443/tcp open  ssl/http")) << done.output;
  EXPECT_EQ(lines_of(done.errors).size(), 1U) << done.errors;
  EXPECT_TRUE(contains(done.errors, "no-such-thing")) << done.errors;
  const std::string document = read("scan.xml");
  EXPECT_TRUE(contains(document, "<elem key=\"commonName\">mail.example</elem>")) << document;
  if (can_validate()) {
    EXPECT_EQ(faults_in(document), "");
  }
  if (std::filesystem::exists(stylesheet)) {
    const Finished page = run({"xsltproc", "--nonet", stylesheet, path("scan.xml")});
    EXPECT_TRUE(page.status == no_such_program || contains(page.output, "ssl-cert")) << page.errors;
  }
  const Finished read_by_libnmap =
      run({"/usr/bin/python3", fmt::format("{}/tests/clients/python_libnmap_all.py", test::source_directory()),
           path("scan.xml")});
  if (read_by_libnmap.status != not_installed) {
    EXPECT_EQ(read_by_libnmap.status, 0) << read_by_libnmap.output << read_by_libnmap.errors;
  }
  // It tells the scripts and the system of a host that is new.
  ASSERT_EQ(nmap({"-sL", "-n", "127.0.0.2", "-oX", path("other.xml")}).status, 0);
  const Finished new_host = run({"ndiff", path("other.xml"), path("scan.xml")});
  if (new_host.status != no_such_program) {
    EXPECT_TRUE(contains(new_host.output, "+8443/tcp open  ssl/http")) << new_host.output << new_host.errors;
    EXPECT_TRUE(contains(new_host.output, "ssl-cert")) << new_host.output;
  }
  const Finished unprivileged = nmap({"-A", "--unprivileged", "-n", "-p", "8443", "127.0.0.1"});
  EXPECT_EQ(unprivileged.status, 0) << unprivileged.errors;
  EXPECT_FALSE(contains(unprivileged.output, "TRACEROUTE")) << unprivileged.output;
}

TEST_F(Clients, VersionIsToldInNmapsWords) {
  const Finished done = nmap({"-V"});
  EXPECT_EQ(done.status, 0);
  const auto lines = lines_of(done.output);
  ASSERT_GE(lines.size(), 2U);
  EXPECT_TRUE(std::regex_match(lines[0], std::regex{R"(Nmap version \d+\.\d+ \( https?://[^ ]+ \))"})) << lines[0];
  if (!program_is_nmap()) {
    EXPECT_TRUE(contains(lines[1], "portolan")) << lines[1];
  }
}

TEST_F(Clients, XmlBeginsAsParsersExpect) {
  const Finished done = nmap({"-n", "-p", "22", "-oX", "-", "127.0.0.1"});
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(done.errors, "");
  const auto lines = lines_of(done.output);
  ASSERT_GE(lines.size(), 3U);
  EXPECT_TRUE(lines[0].starts_with("<?xml version=\"1.0\"")) << lines[0];
  EXPECT_EQ(lines[1], "<!DOCTYPE nmaprun>");
  EXPECT_TRUE(contains(done.output, "<nmaprun scanner=\"nmap\" args=\"nmap -n -p 22 -oX - 127.0.0.1\" "))
      << done.output;
}

TEST_F(Clients, XmlStreamsWhileTheScanRuns) {
  lab::Running running = host_->start(command(
      {"nmap", "-sS", "-n", "--max-rate", "100", "-p", "1-300", "--stats-every", "1s", "-v", "127.0.0.1", "-oX", "-"}));
  ASSERT_TRUE(running.read_until("<taskprogress ")) << running.finish().output;
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0);
  const std::size_t progress = done.output.find("<taskprogress ");
  const std::size_t begin = done.output.find("<taskbegin task=\"SYN Stealth Scan\" ");
  const std::size_t end = done.output.find("<taskend task=\"SYN Stealth Scan\" ");
  EXPECT_LT(begin, progress) << done.output;
  EXPECT_LT(progress, end) << done.output;
  EXPECT_NE(end, std::string::npos) << done.output;
  EXPECT_EQ(done.output.find("</nmaprun>") + std::string_view{"</nmaprun>\n"}.size(), done.output.size());
}

// A failure before anything was scanned: the document may be short, but a parser must be able to read
// why there are no results.
TEST_F(Clients, XmlIsWellFormedAfterAFailure) {
  if (run({"xmllint", "--version"}).status != 0) GTEST_SKIP() << "xmllint is not installed";
  for (const auto& words : std::vector<std::vector<std::string>>{{"-n", "-p", "22", "-e", "nothere0", "127.0.0.1"},
                                                                 {"-n", "-p", "1-70000", "127.0.0.1"}}) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"-oX", "-"});
    const Finished done = nmap(all);
    EXPECT_EQ(done.status, 1);
    EXPECT_TRUE(contains(done.output, "<runstats><finished ")) << done.output;
    EXPECT_TRUE(contains(done.output, "exit=\"error\"")) << done.output;
    std::ofstream{folder_ / "document.xml"} << done.output;
    const Finished checked = run({"xmllint", "--noout", path("document.xml")});
    EXPECT_EQ(checked.status, 0) << checked.errors << done.output;
  }
}

TEST_F(Clients, XmlIsWholeWhenAnotherReportFails) {
  if (program_is_nmap()) GTEST_SKIP() << "nmap ends at once here";
  const Finished done = nmap({"-sS", "-n", "-p", "22", "127.0.0.1", "-oX", "-", "-oN", "/dev/full"});
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(contains(done.output, "exit=\"error\"")) << done.output;
  EXPECT_TRUE(contains(done.output, "</nmaprun>")) << done.output;
  if (can_validate()) {
    EXPECT_EQ(faults_in(done.output), "");
  }
}

TEST_F(Clients, GrepableBeginsWithTheCommandLine) {
  const Finished done = nmap({"-n", "-p", "22,23", "-oG", "-", "127.0.0.1"});
  const auto lines = lines_of(done.output);
  ASSERT_GE(lines.size(), 3U);
  EXPECT_TRUE(std::regex_match(
      lines[0], std::regex{R"(# Nmap \d+\.\d+ scan initiated .* as: nmap -n -p 22,23 -oG - 127\.0\.0\.1)"}))
      << lines[0];
  EXPECT_TRUE(contains(done.output, "Host: 127.0.0.1 ()\tPorts: 22/open/tcp//ssh///, 23/closed/tcp//telnet///"))
      << done.output;
  EXPECT_TRUE(lines.back().starts_with("# Nmap done at ")) << lines.back();
}

TEST_F(Clients, NormalFileEndsAsNmapsDoes) {
  ASSERT_EQ(nmap({"-n", "-p", "22", "127.0.0.1", "-oN", path("normal")}).status, 0);
  const auto lines = lines_of(read("normal"));
  ASSERT_GE(lines.size(), 3U);
  EXPECT_TRUE(std::regex_search(lines.front(), std::regex{R"(^# Nmap \d+\.\d+ scan initiated .* as: nmap )"}))
      << lines.front();
  EXPECT_TRUE(lines.back().starts_with("# Nmap done at ")) << lines.back();
}

TEST_F(Clients, NothingIsSaidOnStandardErrorWhenAllIsWell) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"-n", "-p", "1-100", "127.0.0.1"},
                                                                 {"-sn", "-n", "127.0.0.1"},
                                                                 {"-sT", "-n", "-F", "127.0.0.1"},
                                                                 {"-sL", "-n", "127.0.0.1"}}) {
    const Finished done = nmap(words);
    EXPECT_EQ(done.status, 0);
    EXPECT_EQ(done.errors, "");
    EXPECT_NE(done.output, "");
  }
}

TEST_F(Clients, ANameWithoutAddressIsReportedAndTheRestScanned) {
  const Finished done = nmap({"-n", "-p", "22", "does-not-exist.invalid", "127.0.0.1"});
  EXPECT_EQ(done.status, 0);
  EXPECT_TRUE(contains(done.errors + done.output, "does-not-exist.invalid"));
  EXPECT_TRUE(contains(done.output, "22/tcp open  ssh")) << done.output;
}

TEST_F(Clients, OfANameTheFirstIPv4AddressIsScanned) {
  const Finished done = nmap({"-n", "-p", "22", "localhost"});
  EXPECT_TRUE(contains(done.output, "Nmap scan report for localhost (127.0.0.1)")) << done.output;
  EXPECT_FALSE(contains(done.output, "scan report for localhost (::1)")) << done.output;
  EXPECT_TRUE(contains(done.output, "Nmap done: 1 IP address (1 host up) scanned in ")) << done.output;
}

TEST_F(Clients, BadPortsAndExclusionsEndWithStatus1) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"-n", "-p", "1-70000", "127.0.0.1"},
                                                                 {"-n", "-p", "abc def", "127.0.0.1"},
                                                                 {"-n", "--exclude", "1.2.3.4/99", "127.0.0.1"}}) {
    const Finished done = nmap(words);
    EXPECT_EQ(done.status, 1) << join(words, " ");
    EXPECT_NE(done.errors, "");
  }
}

}  // namespace
}  // namespace portolan::clients_test
