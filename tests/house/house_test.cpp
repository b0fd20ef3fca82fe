// The rules of the house (docs/architecture.md, CONTRIBUTING.md), kept as ordinary tests. Each rule is a
// function from text to complaints, tried on text that breaks it before it is turned on the project.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/source_tree.h"

namespace portolan::house {
namespace {

using Complaints = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A folder may include those before it and itself.
constexpr std::array<std::string_view, 23> folder_order{"base",  "net",    "wire",    "payload", "model",   "catalog",
                                                        "plan",  "probe",  "engine",  "sim",     "sockets", "identify",
                                                        "audit", "report", "explain", "netstat", "talk",    "os",
                                                        "store", "run",    "cluster", "serve",   "cli"};

std::vector<SourceFile> production_code() { return files_of({"src"}, {".h", ".cpp"}); }
std::vector<SourceFile> all_code() { return files_of({"src", "lab", "tests", "fuzz", "bench"}, {".h", ".cpp"}); }
std::vector<SourceFile> all_text() {
  std::vector<SourceFile> files =
      files_of({"src", "lab", "tests", "fuzz", "bench", "docs", "packaging", "tools", ".ci"},
               {".h", ".cpp", ".txt", ".md", ".sh", ".py", ".json", "/run", "/tidy", "/fuzz"});
  for (const char* name : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CMakeLists.txt",
                           "CMakePresets.json", "portolan", "check", "data/build-services", ".clang-tidy"}) {
    files.push_back({name, text_of(root() / name)});
  }
  return files;
}

template <class Rule>
Complaints complaints_about(const std::vector<SourceFile>& files, Rule rule) {
  Complaints all;
  for (const SourceFile& file : files) std::ranges::move(rule(file), std::back_inserter(all));
  return all;
}

// --- folders use each other in one direction

Complaints order_of_folders(const SourceFile& file) {
  Complaints found;
  const auto place = [](std::string_view folder) { return std::ranges::find(folder_order, folder); };
  if (place(file.folder()) == folder_order.end()) {
    found.push_back(fmt::format("{}: this folder has no place in the order", file.path));
    return found;
  }
  for (const Include& include : includes_of(file.text)) {
    if (include.is_system) continue;
    const std::string_view other = include.name.substr(0, include.name.find('/'));
    if (place(other) == folder_order.end()) {
      found.push_back(fmt::format("{} includes {}, which is no folder of src/", file.path, include.name));
    } else if (place(other) > place(file.folder())) {
      found.push_back(fmt::format("{} includes {}, which stands later in the order", file.path, include.name));
    }
  }
  return found;
}

TEST(FolderOrder, IncludingALaterFolderIsFound) {
  EXPECT_THAT(order_of_folders({"src/net/port.cpp", "#include \"engine/doors.h\"\n#include \"base/result.h\"\n"}),
              SizeIs(1));
  EXPECT_THAT(order_of_folders({"src/net/port.cpp", "#include \"sim/network.h\"\n"}), SizeIs(1));
  EXPECT_THAT(order_of_folders({"src/misc/things.h", ""}), SizeIs(1));
  EXPECT_THAT(order_of_folders({"src/os/net/router.cpp", "#include \"cli/scan/scan_plan.h\"\n"}), SizeIs(1));
  EXPECT_THAT(order_of_folders({"src/engine/scan.cpp", "#include \"engine/doors.h\"\n#include <map>\n"}), IsEmpty());
}

TEST(FolderOrder, HoldsForAllOfSrc) {
  ASSERT_THAT(production_code(), SizeIs(testing::Gt(20U)));
  EXPECT_THAT(complaints_about(production_code(), order_of_folders), IsEmpty());
}

// --- fmt's formatter is compiled once

Complaints formatter_copies(const SourceFile& file) {
  Complaints found;
  if (file.path == "src/base/text.cpp") return found;
  for (const Include& include : includes_of(file.text)) {
    if (!include.is_system || !include.name.starts_with("fmt/") || include.name == "fmt/core.h") continue;
    found.push_back(fmt::format("{} includes <{}>, which compiles the formatter again: base/text.h has append and join",
                                file.path, include.name));
  }
  return found;
}

TEST(Formatter, CopiesAreFound) {
  EXPECT_THAT(formatter_copies({"src/report/a.cpp", "#include <fmt/format.h>\n#include <fmt/ranges.h>\n"}), SizeIs(2));
  EXPECT_THAT(formatter_copies({"src/report/a.cpp", "#include <fmt/core.h>\n#include <string>\n"}), IsEmpty());
}

TEST(Formatter, IsCompiledOnce) { EXPECT_THAT(complaints_about(production_code(), formatter_copies), IsEmpty()); }

// --- a folder is about one thing

// More files than this in one place are more than one thing.
constexpr std::size_t most_files_in_a_folder = 40;

Complaints crowded_folders(const std::vector<SourceFile>& files) {
  std::map<std::string, std::size_t> counts;
  for (const SourceFile& file : files) ++counts[file.path.substr(0, file.path.rfind('/'))];
  Complaints found;
  for (const auto& [folder, count] : counts) {
    if (count <= most_files_in_a_folder) continue;
    found.push_back(fmt::format("{} holds {} files: split it by what they are about", folder, count));
  }
  return found;
}

TEST(Folders, WithTooManyFilesAreFound) {
  const std::vector<SourceFile> crowd(most_files_in_a_folder + 1, {"src/os/net/a.h", ""});
  EXPECT_THAT(crowded_folders(crowd), SizeIs(1));
  EXPECT_THAT(crowded_folders({crowd.begin() + 1, crowd.end()}), IsEmpty());
}

TEST(Folders, HoldFewFilesEach) { EXPECT_THAT(crowded_folders(production_code()), IsEmpty()); }

// --- only os/ talks to the system

bool speaks_to_the_system(std::string_view header) {
  // inet_ntop and inet_pton are pure.
  if (header == "arpa/inet.h") return false;
  // Layouts of what the kernel writes, and nothing to call.
  static const std::set<std::string_view> layouts{
      "linux/netlink.h",     "linux/sock_diag.h",    "linux/inet_diag.h",      "linux/unix_diag.h",
      "linux/packet_diag.h", "linux/netlink_diag.h", "linux/vm_sockets_diag.h"};
  if (layouts.contains(header)) return false;
  static const std::set<std::string_view> names{
      "csignal", "fcntl.h",   "filesystem", "fstream",  "grp.h",       "ifaddrs.h", "iostream", "netdb.h",
      "poll.h",  "pthread.h", "pwd.h",      "sched.h",  "signal.h",    "spawn.h",   "syslog.h", "termios.h",
      "thread",  "unistd.h",  "future",     "dirent.h", "semaphore.h", "pcap.h"};
  if (names.contains(header)) return true;
  constexpr std::array<std::string_view, 9> families{"sys/",    "linux/", "net/", "netinet/", "netpacket/",
                                                     "libmnl/", "arpa/",  "asm/", "bits/"};
  return std::ranges::any_of(families, [&](std::string_view family) { return header.starts_with(family); });
}

Complaints system_headers(const SourceFile& file) {
  Complaints found;
  if (file.folder() == "os") return found;
  for (const Include& include : includes_of(file.text)) {
    if (include.is_system && speaks_to_the_system(include.name)) {
      found.push_back(fmt::format("{} includes <{}>: only os/ talks to the system", file.path, include.name));
    }
  }
  return found;
}

TEST(SystemHeaders, AreFoundOutsideOfOs) {
  EXPECT_THAT(system_headers({"src/engine/run.cpp", "#include <sys/socket.h>\n#include <unistd.h>\n#include <map>\n"}),
              SizeIs(2));
  EXPECT_THAT(system_headers({"src/os/packet_link.cpp", "#include <sys/socket.h>\n"}), IsEmpty());
}

TEST(SystemHeaders, AreIncludedByOsOnly) {
  EXPECT_THAT(complaints_about(production_code(), system_headers), IsEmpty());
}

// Libraries that speak to disks, networks or the kernel by themselves: each belongs to one file, whose neighbours see
// what it is for and not how it is done. Beginnings of the names of their headers. docs/architecture.md says why.
struct IoLibrary {
  std::string_view header;
  std::string_view file;
};
constexpr std::array<IoLibrary, 9> io_libraries{{{"sqlite3", "src/store/sqlite.cpp"},
                                                 {"nats", "src/cluster/nats.cpp"},
                                                 {"httplib", "src/serve/http.cpp"},
                                                 {"microhttpd", "src/serve/http.cpp"},
                                                 {"nftables/", "src/os/net/nftables.cpp"},
                                                 {"libmnl/", "src/os/net/netlink.cpp"},
                                                 {"bpf/", "src/os/sockets/socket_owners_bpf.cpp"},
                                                 {"ares", "src/os/names/reverse_names.cpp"},
                                                 {"openssl/", "src/os/talk/tls.cpp"}}};

Complaints io_libraries_elsewhere(const SourceFile& file) {
  Complaints found;
  for (const Include& include : includes_of(file.text)) {
    if (!include.is_system) continue;
    bool is_library = false;
    bool is_at_home = false;
    for (const IoLibrary& library : io_libraries) {
      if (!include.name.starts_with(library.header)) continue;
      is_library = true;
      is_at_home = is_at_home || file.path == library.file;
    }
    if (is_library && !is_at_home) {
      found.push_back(
          fmt::format("{} includes <{}>, which belongs to another file (io_libraries)", file.path, include.name));
    }
  }
  return found;
}

TEST(IoLibraries, AreFoundOutsideOfTheirFile) {
  EXPECT_THAT(io_libraries_elsewhere({"src/store/history.cpp", "#include <sqlite3.h>\n"}), SizeIs(1));
  EXPECT_THAT(io_libraries_elsewhere({"src/os/net/routes.cpp", "#include <libmnl/libmnl.h>\n"}), SizeIs(1));
  EXPECT_THAT(io_libraries_elsewhere({"src/serve/http.h", "#include <httplib.h>\n"}), SizeIs(1));
  EXPECT_THAT(io_libraries_elsewhere({"src/store/sqlite.cpp", "#include <sqlite3.h>\n#include <map>\n"}), IsEmpty());
}

TEST(IoLibraries, StayInTheirFiles) {
  EXPECT_THAT(complaints_about(production_code(), io_libraries_elsewhere), IsEmpty());
}

// Headers of the standard library hide calls that speak to the system too.
Complaints system_calls(const SourceFile& file) {
  static const std::regex call{
      "\\b(getenv|secure_getenv|random_device|localtime|localtime_r|std::time|clock_gettime|gettimeofday|system_clock::"
      "now|"
      "steady_clock::now|high_resolution_clock::now|std::system|std::signal|popen|sleep_for|sleep_until|tmpfile)\\b"};
  Complaints found;
  if (file.folder().empty() || file.folder() == "os") return found;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const std::string_view code = line.substr(0, line.find("//"));
    std::match_results<std::string_view::const_iterator> match;
    if (std::regex_search(code.begin(), code.end(), match, call)) {
      found.push_back(
          fmt::format("{}:{}: {} speaks to the system, which only os/ does", file.path, number, match.str()));
    }
  }
  return found;
}

TEST(SystemCalls, AreFoundOutsideOfOs) {
  EXPECT_THAT(
      system_calls({"src/cli/run.cpp", "int a;\nauto b = std::getenv(\"B\");\nstd::random_device c;\n"}),
      ElementsAre(testing::StartsWith("src/cli/run.cpp:2: getenv"), testing::StartsWith("src/cli/run.cpp:3: ")));
  EXPECT_THAT(system_calls({"src/cli/run.cpp", "t = std::time(nullptr);\nu = std::chrono::system_clock::now();\n"}),
              SizeIs(2));
  EXPECT_THAT(system_calls({"src/report/a.cpp", "// like localtime_r\nint localtime_name, time_t;\n"}), IsEmpty());
  EXPECT_THAT(system_calls({"src/os/wall_clock.cpp", "localtime_r(&a, &b);\n"}), IsEmpty());
}

TEST(SystemCalls, AreMadeByOsOnly) { EXPECT_THAT(complaints_about(production_code(), system_calls), IsEmpty()); }

// --- sentences in the user's language

// An error with words of its own that nobody can translate: `fail(Errc::io, "no such thing")`, or by fmt::format().
Complaints untranslated_errors(const SourceFile& file) {
  static const std::regex sentence{
      "\\b(fail|usage)\\(\\s*\\{?\\s*(Errc::\\w+,\\s*)?(fmt::format\\(\\s*)?\"[^\"]*[a-z]{2,} "};
  // What explain, talk, ports, who and services are made of, and what reads the values of options.
  constexpr std::array<std::string_view, 18> speakers{"src/talk/",
                                                      "src/os/talk/",
                                                      "src/explain/",
                                                      "src/cli/explain/",
                                                      "src/cli/talk/",
                                                      "src/run/talk",
                                                      "src/run/explain",
                                                      "src/run/connection",
                                                      "src/run/who",
                                                      "src/run/open_doors",
                                                      "src/cli/values",
                                                      "src/cli/option_actions",
                                                      "src/cli/place",
                                                      "src/cli/sockets/port",
                                                      "src/cli/sockets/who",
                                                      "src/os/files",
                                                      "src/cli/sockets/services",
                                                      "src/os/packet/"};
  Complaints found;
  if (std::ranges::none_of(speakers, [&](std::string_view name) { return file.path.starts_with(name); })) return found;
  for (std::sregex_iterator match{file.text.begin(), file.text.end(), sentence}; match != std::sregex_iterator{};
       ++match) {
    found.push_back(
        fmt::format("{}: {}... is English only; say it by said() or translated()", file.path, match->str()));
  }
  return found;
}

TEST(Sentences, ThatCannotBeTranslatedAreFound) {
  const auto in = [](const char* text) { return untranslated_errors({"src/talk/a.cpp", text}); };
  EXPECT_THAT(in("return fail(Errc::io, \"it is gone\");"), SizeIs(1));
  EXPECT_THAT(in("return fail({Errc::io,\n  fmt::format(\"{} is gone\", a)});"), SizeIs(1));
  EXPECT_THAT(in("return usage(\"it is gone\");"), SizeIs(1));
  EXPECT_THAT(in("return fail(Errc::io, said(\"it is gone\"));"), IsEmpty());
  EXPECT_THAT(in("return fail(Errc::io, fmt::format(\"{}: {}\", a, b));"), IsEmpty());
  EXPECT_THAT(untranslated_errors({"src/engine/a.cpp", "return fail(Errc::io, \"it is gone\");"}), IsEmpty());
}

TEST(Sentences, OfTheCommandsThatSpeakFrenchCanAllBeTranslated) {
  EXPECT_THAT(complaints_about(production_code(), untranslated_errors), IsEmpty());
}

// --- headers

Complaints header_shape(const SourceFile& file) {
  Complaints found;
  if (!file.is_header()) return found;
  if (!file.text.starts_with("// "))
    found.push_back(file.path + ": does not begin with a comment that says what it is");
  std::size_t guards = 0;
  for (const std::string_view line : lines_of(file.text)) guards += line == "#pragma once" ? 1U : 0U;
  if (guards != 1) found.push_back(file.path + ": needs one #pragma once");
  return found;
}

TEST(Headers, WithoutCommentOrGuardAreFound) {
  EXPECT_THAT(header_shape({"src/net/a.h", "#include <map>\n"}), SizeIs(2));
  EXPECT_THAT(header_shape({"src/net/a.h", "// A thing.\n#pragma once\n"}), IsEmpty());
}

TEST(Headers, SayWhatTheyAreAndAreReadOnce) { EXPECT_THAT(complaints_about(all_code(), header_shape), IsEmpty()); }

// --- names of files

Complaints file_name(const SourceFile& file) {
  static const std::regex shape{"[a-z][a-z0-9]*(_[a-z0-9]+)*\\.(h|cpp)"};
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  if (std::regex_match(name, shape)) return {};
  return {file.path + ": file names are written_like_this.cpp"};
}

TEST(FileNames, InOtherSpellingsAreFound) {
  EXPECT_THAT(file_name({"src/net/IpAddress.h", ""}), SizeIs(1));
  EXPECT_THAT(file_name({"src/net/ip-address.h", ""}), SizeIs(1));
  EXPECT_THAT(file_name({"src/net/ip_address.h", ""}), IsEmpty());
}

TEST(FileNames, AreSpelledAlike) { EXPECT_THAT(complaints_about(all_code(), file_name), IsEmpty()); }

// --- words that do not belong into finished work

// Spelled apart, so that this file does not speak of itself.
const std::array<std::string, 4> unfinished_words{std::string{"TO"} + "DO", std::string{"FIX"} + "ME",
                                                  std::string{"XX"} + "X", std::string{"HA"} + "CK"};

bool stands_alone(std::string_view line, std::string_view word) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool before = at > 0 && is_letter(line[at - 1]);
    const bool after = at + word.size() < line.size() && is_letter(line[at + word.size()]);
    if (!before && !after) return true;
  }
  return false;
}

Complaints unfinished_work(const SourceFile& file) {
  Complaints found;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    for (const std::string& word : unfinished_words) {
      if (stands_alone(line, word)) found.push_back(fmt::format("{}:{}: {} left behind", file.path, number, word));
    }
  }
  return found;
}

TEST(UnfinishedWork, IsFound) {
  EXPECT_THAT(unfinished_work({"a.cpp", "int a;  // " + unfinished_words[0] + ": b\n"}), SizeIs(1));
  EXPECT_THAT(unfinished_work({"a.cpp", "mktemp -t name." + unfinished_words[2] + unfinished_words[2] + "\n"}),
              IsEmpty());
}

TEST(UnfinishedWork, IsNotThere) { EXPECT_THAT(complaints_about(all_text(), unfinished_work), IsEmpty()); }

// --- namespaces stay closed

Complaints opened_namespaces(const SourceFile& file) {
  static const std::regex whole{"using namespace (std|fmt)(::[a-z_]+)*;"};
  Complaints found;
  for (const std::string_view line : lines_of(file.text)) {
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(line.begin(), line.end(), match, whole)) continue;
    const bool is_literals = match.str().find("literals") != std::string::npos;
    if (!is_literals) found.push_back(fmt::format("{}: {}", file.path, match.str()));
  }
  return found;
}

TEST(Namespaces, OpenedWholeAreFound) {
  EXPECT_THAT(opened_namespaces({"a.cpp", std::string{"using name"} + "space std;\n"}), SizeIs(1));
  EXPECT_THAT(opened_namespaces({"a.cpp", "using namespace std::chrono_literals;\n"}), IsEmpty());
}

TEST(Namespaces, AreNotOpenedWhole) { EXPECT_THAT(complaints_about(all_code(), opened_namespaces), IsEmpty()); }

// --- one source file, one test file, one registry line

// Names of the constants of this type that a file defines: `const Probe tcp_syn{`, not `extern const Probe tcp_syn;`.
std::vector<std::string> defined(const std::string& text, const std::string& type) {
  const std::regex definition{"\\bconst " + type + " ([a-z_0-9]+)\\s*(\\{|=)"};
  std::vector<std::string> names;
  for (std::sregex_iterator it{text.begin(), text.end(), definition}, end; it != end; ++it) names.push_back((*it)[1]);
  return names;
}

TEST(Probes, AreRecognised) {
  EXPECT_THAT(defined("constexpr int a = 1;\nextern const Probe udp;\nconst Probe tcp_syn = {\n", "Probe"),
              ElementsAre("tcp_syn"));
  EXPECT_THAT(defined("constinit const Probe tcp_ack{\n", "Probe"), ElementsAre("tcp_ack"));
}

// How many there are below src/ROOM, each with a file, a registry line and a test file of its name.
std::size_t expect_a_file_each(const std::string& room, const std::string& type) {
  const std::string registry = text_of(root() / "src" / room / "registry.h");
  std::size_t count = 0;
  for (const SourceFile& file : files_of({"src/" + room}, {".cpp"})) {
    for (const std::string& name : defined(file.text, type)) {
      ++count;
      EXPECT_EQ(name, file.stem()) << file.path << " defines it";
      EXPECT_THAT(registry, testing::HasSubstr("&" + name + ",")) << "registry.h does not list it";
      EXPECT_TRUE(std::filesystem::exists(root() / "tests" / room / (name + "_test.cpp")))
          << file.path << " has no tests/" << room << "/" << name << "_test.cpp";
    }
  }
  return count;
}

TEST(Probes, HaveAFileARegistryLineAndATestFileEach) { EXPECT_GT(expect_a_file_each("probe", "Probe"), 0U); }
TEST(Payloads, HaveAFileARegistryLineAndATestFileEach) { EXPECT_GE(expect_a_file_each("payload", "Payload"), 45U); }

TEST(Formats, HaveAFileARegistryLineAndATestFileEach) {
  static const std::regex definition{"\\bconst Format ([a-z_0-9]+)_format\\{"};
  const std::string registry = text_of(root() / "src/report/scan/registry.h");
  std::size_t formats = 0;
  for (const SourceFile& file : files_of({"src/report/scan"}, {".cpp"})) {
    std::smatch match;
    if (!std::regex_search(file.text, match, definition)) continue;
    ++formats;
    EXPECT_EQ(match[1].str(), file.stem()) << file.path << " defines it";
    EXPECT_THAT(registry, testing::HasSubstr("&" + file.stem() + "_format,")) << "registry.h does not list it";
    EXPECT_TRUE(std::filesystem::exists(root() / "tests/report" / (file.stem() + "_test.cpp")))
        << file.path << " has no tests/report/" << file.stem() << "_test.cpp";
  }
  EXPECT_GT(formats, 0U);
}

TEST(FuzzTargets, HaveSeeds) {
  for (const SourceFile& file : files_of({"fuzz"}, {"_fuzz.cpp"})) {
    const std::string name = file.stem().substr(0, file.stem().size() - std::string_view{"_fuzz"}.size());
    const std::filesystem::path seeds = root() / "fuzz/seeds" / name;
    EXPECT_TRUE(std::filesystem::is_directory(seeds) && !std::filesystem::is_empty(seeds))
        << file.path << " starts from nothing: put recordings into fuzz/seeds/" << name;
  }
}

// --- documents

Complaints broken_links(const SourceFile& file) {
  static const std::regex link{"\\]\\(([^)#: ]+)(#[^)]*)?\\)"};
  Complaints found;
  const std::filesystem::path here = (root() / file.path).parent_path();
  for (std::sregex_iterator it{file.text.begin(), file.text.end(), link}, end; it != end; ++it) {
    if (!std::filesystem::exists(here / (*it)[1].str())) found.push_back(file.path + " links to " + (*it)[1].str());
  }
  return found;
}

TEST(Documents, BrokenLinksAreFound) {
  EXPECT_THAT(
      broken_links({"docs/a.md", "see [b](no-such-file.md) and [c](../README.md#top) and [d](https://a.b/c)\n"}),
      ElementsAre("docs/a.md links to no-such-file.md"));
}

TEST(Documents, LinkToWhatIsThere) {
  std::vector<SourceFile> documents = files_of({"docs"}, {".md"});
  for (const char* name : {"README.md", "CONTRIBUTING.md"}) documents.push_back({name, text_of(root() / name)});
  EXPECT_THAT(complaints_about(documents, broken_links), IsEmpty());
}

TEST(Documents, ArchitectureNamesEveryFolderOfSrc) {
  const std::string text = text_of(root() / "docs/architecture.md");
  std::set<std::string> folders;
  for (const SourceFile& file : production_code()) folders.insert(std::string{file.folder()});
  for (const std::string& folder : folders) EXPECT_THAT(text, testing::HasSubstr("src/" + folder + "/"));
}

// --- packages

TEST(Packages, EveryLineSaysForWhatAndWhy) {
  static const std::regex shape{"(build|run|test|unpack|lint) +[a-z0-9][a-z0-9.+-]+ +\\S.*"};
  std::map<std::string, int> seen;
  const std::string text = text_of(root() / "packaging/packages.txt");
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with('#')) continue;
    EXPECT_TRUE(std::regex_match(line.begin(), line.end(), shape)) << line;
    const std::size_t start = line.find_first_not_of(' ', line.find(' '));
    ++seen[std::string{line.substr(start, line.find(' ', start) - start)}];
  }
  EXPECT_THAT(seen, testing::Each(testing::Pair(testing::_, 1))) << "a package is listed twice";
}

}  // namespace
}  // namespace portolan::house
