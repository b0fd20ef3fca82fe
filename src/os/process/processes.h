// Processes, read when they are asked for and then remembered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "os/file_descriptor.h"
#include "os/names/container_names.h"
#include "sockets/process.h"

namespace portolan::os {

// What to read of a process beside its program, start and user. Each costs some 8 of the 35 microseconds that all of it
// takes.
struct ProcessFacts {
  bool command = true;
  bool control_group = true;  // unit, container, container_name
  bool network_namespace = true;
};

class Processes {
 public:
  explicit Processes(ProcessFacts wanted = {}, ContainerFiles containers = {});

  // nullptr for one that is gone. What is not wanted or may not be read stays empty; of a command line at most 32 KiB
  // are read. Good while the object lives.
  const sockets::Process* find(std::uint32_t pid);

 private:
  // The file `name` of one process, up to `most` bytes; "" where it cannot be read. Good until the next call.
  std::string_view read(const FileDescriptor& process, const char* name, std::size_t most);
  std::unique_ptr<const sockets::Process> look_at(std::uint32_t pid);
  void add_control_group(sockets::Process& process, const FileDescriptor& directory);

  ProcessFacts wanted_;
  ContainerFiles containers_;
  FileDescriptor proc_;
  std::int64_t boot_ms_ = 0;  // Unix time
  std::string buffer_;
  std::unordered_map<std::uint32_t, std::unique_ptr<const sockets::Process>> known_;
  std::unordered_map<std::string, std::string> container_names_;
};

}  // namespace portolan::os
