#include "os/files.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "os/pause.h"
#include "os/standard_streams.h"
#include "os/stop_signals.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t chunk = 65'536;
// After a signal, whoever has not read anything for so long is not waited for any more.
constexpr Duration stall_patience = 200ms;
// Between two looks whether a FIFO has a reader: nothing tells of that.
constexpr auto reader_look = 20ms;

constexpr std::string_view reading = message("cannot read '{0}': {1}");
constexpr std::string_view writing = message("cannot write to '{0}': {1}");

std::unexpected<Error> file_failure(std::string_view sentence, std::string_view path, std::string_view why) {
  return fail({Errc::io, said_as(sentence, escape_terminal(path), why), {}, {std::string{path}}});
}
std::unexpected<Error> file_failure(std::string_view sentence, std::string_view path, int error) {
  auto failure =
      file_failure(sentence, path, error == EISDIR ? std::string{translated("it is a directory")} : error_text(error));
  failure.error().cause = error_name(error);
  if (error == EACCES || error == EPERM) failure.error().code = Errc::privilege;
  if (error == EPIPE) failure.error().code = Errc::reader_gone;
  return failure;
}

// Reads to the end of `file`, whatever it is: sizes of pipes and of files in /proc are not known before.
std::unexpected<Error> too_large(std::string_view path, std::size_t limit) {
  return file_failure(reading, path, said("it is larger than {} bytes", limit));
}

Result<std::string> read_all(int file, std::string_view path, std::size_t limit) {
  std::string content;
  for (;;) {
    const std::size_t before = content.size();
    if (!wait_until_ready(file, POLLIN)) {
      auto stopped = file_failure(reading, path, translated("a signal came before its end"));
      stopped.error().cause = "EINTR";
      return stopped;
    }
    if (before > limit) return too_large(path, limit);
    content.resize(before + chunk);
    const ssize_t count = ::read(file, content.data() + before, chunk);
    content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return content;
    if (count < 0 && errno != EINTR && errno != EAGAIN) return file_failure(reading, path, errno);
  }
}

// So many bytes go at once to what another program reads, once that is ready: no call waits for a reader. A pipe has
// room for PIPE_BUF bytes then, a terminal at least for a buffer of its driver's smallest size
// (drivers/tty/tty_buffer.c).
std::size_t piece_of(int file) {
  constexpr std::size_t terminal_piece = 256;
  struct stat about{};
  // A file's pages are written one by one, and who is killed does not come to the next one (mm/filemap.c,
  // generic_perform_write). So a kill tears a line only in the moment between the two pages that the line lies on; no
  // write of a line is safe from that.
  constexpr std::size_t page = 4'096;
  if (::fstat(file, &about) != 0 || S_ISREG(about.st_mode)) return page;
  if (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode)) return PIPE_BUF;
  return ::isatty(file) == 1 ? terminal_piece : chunk;
}

// As much of the bytes as goes at once, to the end of a line where that is possible: between two calls there is no half
// a line that a kill would leave. In the midst of a call there may be (piece_of).
std::size_t whole_lines(std::string_view bytes, std::size_t piece) {
  if (bytes.size() <= piece) return bytes.size();
  const std::size_t end = bytes.rfind('\n', piece - 1);
  return end == std::string_view::npos ? piece : end + 1;
}

// Takes back the beginning of what does not fit on the disk to its end.
void take_back(int file, std::size_t bytes) {
  struct stat about{};
  const off_t at = ::lseek(file, 0, SEEK_CUR);
  const auto size = static_cast<off_t>(bytes);
  if (bytes == 0 || at < size || ::fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size != at) return;
  (void)!::ftruncate(file, at - size);
}

Result<void> write_all(int file, std::string_view bytes, std::size_t piece, std::string_view path,
                       OutputFile::Unit unit = OutputFile::Unit::line) {
  std::size_t torn = 0;  // bytes of a unit that are written already
  while (!bytes.empty()) {
    if (!wait_until_ready(file, POLLOUT, stall_patience)) {
      auto stalled = file_failure(writing, path, translated("nobody reads it"));
      stalled.error().code = Errc::reader_gone;
      return stalled;
    }
    const ssize_t count = ::write(file, bytes.data(), whole_lines(bytes, stop_is_caught() ? piece : chunk));
    if (count >= 0) {
      const auto written = bytes.substr(0, static_cast<std::size_t>(count));
      const std::size_t end = unit == OutputFile::Unit::line ? written.rfind('\n') : std::string_view::npos;
      torn = end == std::string_view::npos ? torn + written.size() : written.size() - end - 1;
      bytes.remove_prefix(written.size());
    } else if (errno == EAGAIN) {  // somebody made our standard output non-blocking
      if (stop_is_caught()) continue;
      pollfd watched{file, POLLOUT, 0};
      (void)::poll(&watched, 1, -1);
    } else if (errno != EINTR) {
      auto failure = file_failure(writing, path, errno);
      take_back(file, torn);
      return failure;
    }
  }
  return {};
}

bool is_fifo(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISFIFO(about.st_mode);
}

// What opening a path would create: what the last of a chain of links points to.
std::filesystem::path end_of_links(std::string_view path) {
  constexpr int most_links = 40;  // as many as the kernel follows (path_resolution(7))
  std::filesystem::path place{path};
  std::error_code error;
  for (int i = 0; i < most_links && std::filesystem::is_symlink(place, error); ++i) {
    place = place.parent_path() / std::filesystem::read_symlink(place, error);
  }
  return place;
}

constexpr mode_t readable_by_all = 0666;  // less the umask

// A FIFO without a reader cannot be opened; it is tried again until it has one, or a signal came.
Result<FileDescriptor> open_for_writing(const std::string& path, int flags) {
  const bool waits = stop_is_caught() && is_fifo(path);
  for (;;) {
    FileDescriptor file{::open(path.c_str(), waits ? flags | O_NONBLOCK : flags, readable_by_all)};
    if (file.is_open()) return file;
    if (errno == EINTR) continue;
    if (errno != ENXIO || !waits) return file_failure(writing, path, errno);
    if (StopSignals::signal())
      return fail(Errc::reader_gone, file_failure(writing, path, translated("nobody reads it")).error().message);
    pause_for(reader_look);
  }
}

std::optional<FileIdentity> identity_from(const struct stat& about) {
  const bool mixes = S_ISREG(about.st_mode) || S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode);
  if (!mixes) return std::nullopt;
  return FileIdentity{about.st_dev, about.st_ino, {}};
}

std::string program_directory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "" : program.parent_path().string();
}

}  // namespace

FileDescriptor open_at_once(const std::string& path) {
  return FileDescriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
}

Result<std::string> read_regular_file(std::string_view path, std::size_t limit) {
  const FileDescriptor file = open_at_once(std::string{path});
  struct stat about{};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return file_failure(reading, path, errno);
  if (!S_ISREG(about.st_mode)) return file_failure(reading, path, translated("it is no regular file"));
  if (static_cast<std::uint64_t>(about.st_size) > limit) return too_large(path, limit);  // without taking the memory
  return read_all(file.get(), path, limit);
}

bool is_being_written(const std::string& path) {
  const FileDescriptor file = open_at_once(path);
  // A lease for reading is refused while the file is open for writing (fcntl(2)). Who opens it so in the moment in
  // which there is one is told by a signal, which shall end nothing: SIGURG is ignored unless somebody handles it.
  if (!file.is_open() || ::fcntl(file.get(), F_SETSIG, SIGURG) != 0) return false;
  if (::fcntl(file.get(), F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  (void)::fcntl(file.get(), F_SETLEASE, F_UNLCK);
  return false;
}

Result<std::string> read_file(std::string_view path, std::size_t limit) {
  if (path == "-") return read_all(STDIN_FILENO, "standard input", limit);
  // Without O_NONBLOCK the kernel waits for a FIFO's writer here; with it, that is waited for where signals are heard.
  const int flags = O_RDONLY | O_CLOEXEC | (stop_is_caught() ? O_NONBLOCK : 0);
  const FileDescriptor file{::open(std::string{path}.c_str(), flags)};
  if (!file.is_open()) return file_failure(reading, path, errno);
  return read_all(file.get(), path, limit);
}

std::optional<FileIdentity> identity_of(std::string_view path) {
  struct stat about{};
  if (path == "-") {
    return ::fstat(STDOUT_FILENO, &about) == 0 ? identity_from(about) : std::nullopt;
  }
  if (::stat(std::string{path}.c_str(), &about) == 0) {
    return identity_from(about);
  }
  const auto place = end_of_links(path);
  const auto directory = place.has_parent_path() ? place.parent_path() : std::filesystem::path{"."};
  if (::stat(directory.c_str(), &about) != 0) return std::nullopt;
  return FileIdentity{about.st_dev, about.st_ino, place.filename().string()};
}

OutputFile::OutputFile(std::string path, FileDescriptor file, int target)
    : path_{std::move(path)}, file_{std::move(file)}, target_{target}, piece_{piece_of(target)} {
  kept_.reserve(chunk);
}

Result<std::unique_ptr<OutputFile>> OutputFile::open(std::string_view path, Mode mode, Unit unit) {
  if (path == "-") {
    if (!has_standard_output())
      return fail(Errc::io, std::string{translated("cannot write to standard output: it is closed")});
    std::unique_ptr<OutputFile> output{new OutputFile{"standard output", FileDescriptor{}, STDOUT_FILENO}};
    output->unit_ = unit;
    return output;
  }
  std::string name{path};
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (mode == Mode::append ? O_APPEND : 0);
  // Links of /proc/PID/fd say where a file was, which is nothing to make (proc_pid_fd(5)): only where nothing is there.
  std::string place;
  FileDescriptor created;
  if (::access(name.c_str(), F_OK) != 0) {
    place = end_of_links(name).string();
    created.reset(::open(place.c_str(), flags | O_EXCL, readable_by_all));
  }
  const bool is_new = created.is_open();
  auto file = is_new ? Result<FileDescriptor>{std::move(created)} : open_for_writing(name, flags);
  if (!file) return fail(file.error());
  const int target = file->get();
  std::unique_ptr<OutputFile> output{new OutputFile{std::move(name), std::move(*file), target}};
  if (is_new) output->made_ = std::move(place);
  output->replaces_ = mode == Mode::replace;
  output->unit_ = unit;
  return output;
}

Result<std::unique_ptr<OutputFile>> OutputFile::reopen(const std::string& path, std::uint64_t size,
                                                       std::uint64_t keep) {
  FileDescriptor file{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  struct stat about{};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return file_failure(writing, path, errno);
  if (!S_ISREG(about.st_mode)) return file_failure(writing, path, translated("it is no regular file"));
  if (static_cast<std::uint64_t>(about.st_size) != size) {
    return file_failure(writing, path, translated("it has changed since it was read"));
  }
  const int target = file.get();
  std::unique_ptr<OutputFile> output{new OutputFile{path, std::move(file), target}};
  output->replaces_ = true;
  output->keep_ = keep;
  return output;
}

Result<void> OutputFile::begin() {
  const bool is_empty = !std::exchange(made_, {}).empty();
  const bool replaces = std::exchange(replaces_, false);
  if (!replaces || is_empty) return {};
  while (::ftruncate(target_, static_cast<off_t>(keep_)) != 0) {
    if (errno == EINVAL) return {};  // no file, but a device or a pipe
    if (errno != EINTR) return file_failure(writing, path_, errno);
  }
  return {};
}

std::unique_ptr<OutputFile> OutputFile::standard_error() {
  return std::unique_ptr<OutputFile>{new OutputFile{"standard error", FileDescriptor{}, STDERR_FILENO}};
}

OutputFile::~OutputFile() {
  (void)flush();
  if (!made_.empty()) (void)::unlink(made_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (kept_.size() + bytes.size() > chunk) {
    if (auto flushed = flush(); !flushed) return flushed;
  }
  if (bytes.size() >= chunk) return write_out(bytes);
  kept_ += bytes;
  return {};
}

Result<void> OutputFile::flush() {
  auto written = write_out(kept_);
  kept_.clear();
  return written;
}

// After a failure nothing is tried again: half a line twice would be worse than its loss.
Result<void> OutputFile::write_out(std::string_view bytes) {
  if (!failure_) {
    if (bytes.empty()) return {};
    auto written = begin();
    if (written) written = write_all(target_, bytes, piece_, path_, unit_);
    if (written) return written;
    failure_ = std::move(written.error());
  }
  return fail(*failure_);
}

void write_standard_error(std::string_view text) {
  (void)write_all(STDERR_FILENO, text, piece_of(STDERR_FILENO), "standard error");
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  const FileDescriptor file = open_at_once(path);
  struct stat about{};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return file_failure(reading, path, errno);
  if (!S_ISREG(about.st_mode)) return file_failure(reading, path, translated("it is no regular file"));
  if (about.st_size == 0) return MappedFile{{}};  // nothing to map
  const auto size = static_cast<std::size_t>(about.st_size);
  const void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) return file_failure(reading, path, errno);
  return MappedFile{{static_cast<const char*>(memory), size}};
}

MappedFile::MappedFile(MappedFile&& other) noexcept : text_{std::exchange(other.text_, {})} {}

MappedFile::~MappedFile() {
  if (!text_.empty()) ::munmap(const_cast<char*>(text_.data()), text_.size());
}

Result<std::string> find_data_file(std::string_view name) {
  std::vector<std::string> places;
  // Not for a program that was given privileges on its file: its data must not come from its user.
  if (const char* chosen = ::secure_getenv("PORTOLAN_DATADIR"); chosen != nullptr && *chosen != '\0') {
    places.emplace_back(chosen);
  } else {
    if (const std::string beside = program_directory(); !beside.empty())
      places.push_back(beside + "/../share/portolan");
    places.emplace_back(PORTOLAN_DATA_DIR);
    places.emplace_back(PORTOLAN_SOURCE_DATA_DIR);
  }
  for (const std::string& place : places) {
    std::string path = fmt::format("{}/{}", place, name);
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return fail(Errc::io,
              said("the data file '{0}' is missing: looked for it in {1}; set PORTOLAN_DATADIR to where it is", name,
                   join(places, ", ")));
}

}  // namespace portolan::os
