// Files: read whole, written to their end, and where the program's own data are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file_descriptor.h"
#include "report/output.h"

namespace portolan::os {

// The content of `path`; "-" is standard input. Errc::io with a sentence: not there, a directory, larger than `limit`
// bytes; a signal came (os/stop_signals.h) before all was there. Errc::privilege: not readable for this user.
Result<std::string> read_file(std::string_view path, std::size_t limit = std::size_t{256} * 1024 * 1024);
// The same of a regular file only, where somebody else may have put something that keeps its reader waiting (a FIFO).
Result<std::string> read_regular_file(std::string_view path, std::size_t limit);

// Opens for reading what somebody else may have put there: it waits for no writer of a FIFO and no modem, and makes no
// terminal this program's. What it is, its user looks at. Not open with errno set.
FileDescriptor open_at_once(const std::string& path);

// Whether a program, this one included, has the file open to write to it. False as well where the kernel does not say:
// of a file of another user, on a filesystem that knows no leases.
bool is_being_written(const std::string& path);

// Which file a path leads to, whatever symbolic links and dots it goes by: a regular file, or one that
// would be created, a pipe or a socket. nullopt for devices, of which two users do no harm, and where nothing can be
// found out. "-" is standard output.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // of the file; of its directory while it does not exist
  std::string name;         // "" for a file that exists
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
std::optional<FileIdentity> identity_of(std::string_view path);

// A file that is being written. Bytes are kept back until flush() or until 64 KiB have come together.
class OutputFile final : public report::Output {
 public:
  enum class Mode : std::uint8_t { replace, append };
  // What is taken back where its end does not fit on the disk: the line, or all that was kept back together, which is
  // whole writes.
  enum class Unit : std::uint8_t { line, write };
  // "-" is standard output, which is not closed at the end. A FIFO waits for its reader. Errc::io with a sentence: a
  // directory, not writable, its directory not there, standard output closed. Errc::reader_gone: a signal came
  // (os/stop_signals.h) before a FIFO had a reader. A file that is there keeps its content until begin(), and one that
  // was not there is gone again where that never comes.
  static Result<std::unique_ptr<OutputFile>> open(std::string_view path, Mode mode = Mode::replace,
                                                  Unit unit = Unit::line);
  // A regular file that was read and gets other words behind its first `keep` bytes; begin() cuts off the rest.
  // Errc::io as above, and where it has not the `size` any more that it had then.
  static Result<std::unique_ptr<OutputFile>> reopen(const std::string& path, std::uint64_t size, std::uint64_t keep);
  static std::unique_ptr<OutputFile> standard_error();
  // Writes what is left; errors at that point are lost, so flush() before.
  ~OutputFile() override;

  // From now on the file is this one's; the first write does the same.
  Result<void> begin();
  // Who reads slowly is waited for. Errc::reader_gone: nobody reads any more, or has read anything for a while since a
  // signal came.
  Result<void> write(std::string_view bytes) override;
  Result<void> flush() override;

 private:
  OutputFile(std::string path, FileDescriptor file, int target);
  Result<void> write_out(std::string_view bytes);

  std::string path_;
  FileDescriptor file_;  // not open for standard output
  int target_ = -1;
  std::size_t piece_;       // bytes that are written at once
  std::string made_;        // the file that was made here, while nothing has begun; "" for one that was there
  bool replaces_ = false;   // what it held before, once that begins
  std::uint64_t keep_ = 0;  // bytes of that which stay
  Unit unit_ = Unit::line;
  std::string kept_;
  std::optional<Error> failure_;  // the first one; everything after it fails in the same way
};

// To standard error, now. What cannot be said there cannot be said at all.
void write_standard_error(std::string_view text);

// A file mapped into memory, read only.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();
  [[nodiscard]] std::string_view text() const { return text_; }  // valid while the file is mapped

 private:
  explicit MappedFile(std::string_view text) : text_{text} {}
  std::string_view text_;
};

// Where the program's data file `name` is: in PORTOLAN_DATADIR where that is set; otherwise in
// ../share/portolan beside the program, in the prefix it was configured for, or in the source tree it
// was built from, whichever has it first. Errc::io where none has.
Result<std::string> find_data_file(std::string_view name);

// IEEE's list of vendors, of the ieee-data package. It may be missing: then vendors are not known.
inline constexpr std::string_view vendor_file = "/usr/share/ieee-data/oui.txt";

}  // namespace portolan::os
