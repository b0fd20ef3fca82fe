#include "os/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "os/terminal/terminal.h"

namespace portolan::os {
namespace {

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-files-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + '/' + name; }
  std::string put(const std::string& name, const std::string& content) const {
    std::ofstream{path(name), std::ios::binary} << content;
    return path(name);
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream{path(name), std::ios::binary}.rdbuf();
    return text.str();
  }

  std::string directory_;
};

// The sentence of a failure; "" where there was none.
template <class T>
std::string sentence(const Result<T>& result) {
  if (result) return "";
  EXPECT_EQ(result.error().code, Errc::io);
  return result.error().message;
}

TEST_F(Files, AreReadWholeWhateverIsInThem) {
  const std::string bytes = std::string{"a\0b\n", 4} + std::string(200'000, 'x');
  EXPECT_EQ(read_file(put("some", bytes)), bytes);
  EXPECT_EQ(read_file(put("empty", "")), "");
  EXPECT_NE(read_file("/proc/self/status")->find("Pid:"), std::string::npos);  // says 0 for its size
}

TEST_F(Files, ThatCannotBeReadSayWhichAndWhy) {
  EXPECT_EQ(sentence(read_file(path("none"))), "cannot read '" + path("none") + "': No such file or directory");
  EXPECT_EQ(sentence(read_file(directory_)), "cannot read '" + directory_ + "': it is a directory");
  EXPECT_EQ(sentence(read_file(put("large", std::string(11, 'x')), 10)),
            "cannot read '" + path("large") + "': it is larger than 10 bytes");
  EXPECT_EQ(read_file(put("fits", std::string(10, 'x')), 10)->size(), 10U);
  EXPECT_EQ(sentence(read_file("no\x1b")).find('\x1b'), std::string::npos);
}

TEST_F(Files, StandardInputIsRead) {
  const FileDescriptor saved{::dup(STDIN_FILENO)};
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "10.0.0.1\n", 9), 9);
  ::close(ends[1]);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  EXPECT_EQ(read_file("-"), "10.0.0.1\n");
  ::dup2(saved.get(), STDIN_FILENO);
}

TEST_F(Files, OutputIsThereAfterAFlush) {
  const auto file = OutputFile::open(path("out"));
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->write("one ").has_value());
  ASSERT_TRUE((*file)->write("two").has_value());
  ASSERT_TRUE((*file)->flush().has_value());
  EXPECT_EQ(content("out"), "one two");
}

TEST_F(Files, OutputKeepsItsOrderThroughLargeWrites) {
  std::string expected;
  {
    const auto file = OutputFile::open(path("out"));
    ASSERT_TRUE(file.has_value());
    for (const std::size_t size : {10U, 65'530U, 200'000U, 1U, 65'536U, 3U}) {
      const std::string part(size, static_cast<char>('a' + size % 26));
      expected += part;
      ASSERT_TRUE((*file)->write(part).has_value());
    }
  }
  EXPECT_EQ(content("out"), expected);
}

TEST_F(Files, OneThatIsReopenedKeepsItsBeginning) {
  const std::string file = put("some", "head\nhost\nho");
  {
    auto output = OutputFile::reopen(file, 12, 10);
    ASSERT_TRUE(output);
    EXPECT_EQ(content("some"), "head\nhost\nho");  // nothing has begun
    ASSERT_TRUE((*output)->begin());
    EXPECT_EQ(content("some"), "head\nhost\n");
    EXPECT_TRUE((*output)->write("rest\n"));
    EXPECT_TRUE((*output)->flush());
  }
  EXPECT_EQ(content("some"), "head\nhost\nrest\n");
}

TEST_F(Files, OneThatCannotBeReopenedStaysAsItIs) {
  EXPECT_EQ(sentence(OutputFile::reopen(put("some", "grown"), 4, 4)),
            "cannot write to '" + path("some") + "': it has changed since it was read");
  EXPECT_EQ(content("some"), "grown");
  EXPECT_EQ(sentence(OutputFile::reopen(path("none"), 0, 0)),
            "cannot write to '" + path("none") + "': No such file or directory");
  EXPECT_FALSE(std::filesystem::exists(path("none")));
  EXPECT_EQ(sentence(OutputFile::reopen("/dev/null", 0, 0)), "cannot write to '/dev/null': it is no regular file");
}

TEST_F(Files, WhoeverWritesToAFileIsNoticed) {
  const std::string file = put("some", "words\n");
  EXPECT_FALSE(is_being_written(file));
  auto output = OutputFile::open(file, OutputFile::Mode::append);
  ASSERT_TRUE(output);
  EXPECT_TRUE(is_being_written(file));
  output->reset();
  EXPECT_FALSE(is_being_written(file));
  EXPECT_FALSE(is_being_written(path("none")));
}

TEST_F(Files, OutputReplacesOrAppends) {
  put("out", "old ");
  const auto write = [&](OutputFile::Mode mode) {
    const auto file = OutputFile::open(path("out"), mode);
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->write("new ").has_value());
  };
  write(OutputFile::Mode::append);
  EXPECT_EQ(content("out"), "old new ");
  write(OutputFile::Mode::replace);
  EXPECT_EQ(content("out"), "new ");
}

TEST_F(Files, OutputThatCannotBeOpenedSaysWhichAndWhy) {
  EXPECT_EQ(sentence(OutputFile::open(directory_)), "cannot write to '" + directory_ + "': it is a directory");
  EXPECT_EQ(sentence(OutputFile::open(path("none/out"))),
            "cannot write to '" + path("none/out") + "': No such file or directory");
}

TEST_F(Files, OutputThatNeverBeginsLeavesEverythingAsItWas) {
  put("old", "content");
  {
    const auto both = std::pair{OutputFile::open(path("old")), OutputFile::open(path("new"))};
  }
  EXPECT_EQ(content("old"), "content");
  EXPECT_FALSE(std::filesystem::exists(path("new")));
  for (const char* name : {"old", "new"}) {
    const auto file = OutputFile::open(path(name));
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE((*file)->begin().has_value());
  }
  EXPECT_EQ(content("old"), "");
  EXPECT_TRUE(std::filesystem::exists(path("new")));
}

TEST_F(Files, OutputThatNeverBeginsLeavesALinkThatPointsNowhere) {
  std::filesystem::create_directory(path("there"));
  std::filesystem::create_symlink("there/second", path("link"));
  std::filesystem::create_symlink("target", path("there/second"));
  ASSERT_TRUE(OutputFile::open(path("link")).has_value());
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")) && std::filesystem::is_symlink(path("there/second")));
  EXPECT_FALSE(std::filesystem::exists(path("there/target")));
  {
    const auto file = OutputFile::open(path("link"));
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->write("x").has_value());
  }
  EXPECT_EQ(content("there/target"), "x");
}

// What its link in /proc is called has never been made.
TEST_F(Files, OutputGoesIntoADeletedFileByItsDescriptor) {
  const FileDescriptor deleted{::open(put("out", "").c_str(), O_RDWR | O_CLOEXEC)};
  ASSERT_EQ(::unlink(path("out").c_str()), 0);
  {
    const auto file = OutputFile::open("/proc/self/fd/" + std::to_string(deleted.get()));
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->write("x").has_value());
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
  struct stat about{};
  ASSERT_EQ(::fstat(deleted.get(), &about), 0);
  EXPECT_EQ(about.st_size, 1);
}

// The disk is full in the midst of a line.
TEST_F(Files, ALineIsWrittenWholeOrNotAtAll) {
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit narrow{10'000, before.rlim_max};
  const std::string line = std::string(300, 'x') + "\n";
  for (const std::size_t longer : {0U, 9'000U}) {
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &narrow), 0);
    const auto file = OutputFile::open(path("out"));
    for (int i = 0; i < 60; ++i) ASSERT_TRUE((*file)->write(line).has_value());
    ASSERT_TRUE((*file)->write(std::string(longer, 'y') + "\n").has_value());
    EXPECT_FALSE((*file)->flush().has_value());
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(content("out").size(), 10'000 / line.size() * line.size());
  }
  (void)::signal(SIGXFSZ, handler);
}

// What has no lines is taken back as far as it was begun together.
TEST_F(Files, WhatHasNoLinesIsWrittenWholeOrNotAtAll) {
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit narrow{11'300, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &narrow), 0);
  const auto file = OutputFile::open(path("out"), OutputFile::Mode::replace, OutputFile::Unit::write);
  const std::string block = std::string(1'000, 'x') + "\n" + std::string(999, 'x');
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE((*file)->write(block).has_value());
    ASSERT_TRUE((*file)->flush().has_value());
  }
  ASSERT_TRUE((*file)->write(block.substr(0, 1'500)).has_value());
  EXPECT_FALSE((*file)->flush().has_value());
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(content("out").size(), 10'000U);
  (void)::signal(SIGXFSZ, handler);
}

TEST_F(Files, WhatIsNoRegularFileKeepsNobodyWaiting) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(sentence(read_regular_file(path("fifo"), 10)), "cannot read '" + path("fifo") + "': it is no regular file");
  EXPECT_EQ(sentence(MappedFile::open(path("fifo"))), "cannot read '" + path("fifo") + "': it is no regular file");
  EXPECT_EQ(read_regular_file(put("some", "text"), 10), "text");
  EXPECT_EQ(read_regular_file(put("some", "text"), 4), "text");
  EXPECT_EQ(sentence(read_regular_file(path("some"), 3)),
            "cannot read '" + path("some") + "': it is larger than 3 bytes");
}

TEST_F(Files, FullDiskIsTold) {
  const auto file = OutputFile::open("/dev/full");
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->write("x").has_value());
  EXPECT_EQ(sentence((*file)->flush()), "cannot write to '/dev/full': No space left on device");
  EXPECT_EQ(sentence((*file)->write(std::string(100'000, 'x'))),
            "cannot write to '/dev/full': No space left on device");
}

TEST_F(Files, MappedFileShowsTheContent) {
  const auto file = MappedFile::open(put("data", "0001 one\n"));
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->text(), "0001 one\n");
  EXPECT_EQ(MappedFile::open(put("nothing", ""))->text(), "");
  EXPECT_NE(sentence(MappedFile::open(path("none"))), "");
  EXPECT_NE(sentence(MappedFile::open(directory_)), "");
}

TEST_F(Files, DataDirectoryOfTheEnvironmentIsTheOnlyOne) {
  put("services", "");
  ::setenv("PORTOLAN_DATADIR", directory_.c_str(), 1);
  EXPECT_EQ(find_data_file("services"), path("services"));
  const std::string missing = sentence(find_data_file("charts"));
  EXPECT_NE(missing.find("'charts'"), std::string::npos);
  EXPECT_NE(missing.find(directory_), std::string::npos);
  ::unsetenv("PORTOLAN_DATADIR");
}

TEST_F(Files, DataOfTheSourceTreeAreFound) { EXPECT_TRUE(find_data_file("services").has_value()); }

TEST(Terminal, NothingElseHasColourOrAWidthOfItsOwn) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(is_terminal(ends[1]));
  EXPECT_FALSE(wants_colour(ends[1]));
  ::setenv("COLUMNS", "132", 1);
  EXPECT_EQ(terminal_width(ends[1]), 132U);
  ::setenv("COLUMNS", "wide", 1);
  EXPECT_EQ(terminal_width(ends[1]), 80U);
  ::unsetenv("COLUMNS");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace portolan::os
