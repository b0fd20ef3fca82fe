// Owns one file descriptor and closes it.
#pragma once

#include <unistd.h>

#include <utility>

namespace portolan::os {

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int number) noexcept : number_{number} {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_{other.release()} {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(-1); }

  [[nodiscard]] int get() const noexcept { return number_; }  // -1: none
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  int release() noexcept { return std::exchange(number_, -1); }
  void reset(int number) noexcept {
    // EINTR or not, Linux has let go of the number (close(2)): asking again could close a stranger's.
    if (number_ >= 0) ::close(number_);
    number_ = number;
  }

 private:
  int number_ = -1;
};

}  // namespace portolan::os
