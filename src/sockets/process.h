// What is said about a process that holds sockets. Parsers take the text of /proc files, so that tests hand them
// literals; os/ reads the files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::sockets {

struct Process {
  std::uint32_t pid = 0;
  // Its own name for itself: comm, at most 15 bytes, any bytes but NUL. Where that names a thread, its file's; where
  // that may not be seen, the first word of its command.
  std::string program;
  std::string command;                  // argv joined by blanks; "" for a kernel thread or where it may not be read
  std::optional<std::uint32_t> user;    // effective
  std::string unit;                     // systemd unit: "nginx.service"; "" for none
  std::string container;                // its id, in full; "" where it is in none
  std::string container_name;           // as the runtime tells it; "" where it does not
  std::uint64_t started = 0;            // Unix time in seconds; 0: not known
  std::uint64_t network_namespace = 0;  // inode; 0: not known
};

// /proc/PID/stat: comm (which may hold blanks and brackets) and field 22, the start in clock ticks since boot.
struct ProcessStat {
  std::string_view program;
  std::uint64_t start_ticks = 0;
  std::uint32_t flags = 0;  // PF_KTHREAD = 0x00200000: a kernel thread
};
std::optional<ProcessStat> parse_process_stat(std::string_view text);

// /proc/PID/cmdline: words that end with NUL, joined by blanks.
std::string parse_command_line(std::string_view text);

// The name of a process that only says that this is its main thread, as node calls it: "MainThread", "node-MainThread".
bool is_main_thread(std::string_view program);
// What to call it instead: the name of the file that it runs, from what /proc/PID/exe points to, ...
std::string program_of_file(std::string_view path);
// ... or else the first word of /proc/PID/cmdline, which may be a title that it gave itself, without its folder:
// "node".
// "" where there is none.
std::string program_of_command_line(std::string_view text);

// /proc/PID/cgroup, versions 1 and 2: what systemd and the common container runtimes (Docker, Podman, containerd,
// CRI-O, LXC, Kubernetes) put there.
struct CgroupFacts {
  std::string unit;       // the innermost .service, .scope or .socket; "" for none
  std::string container;  // the id in full; "" for none
};
CgroupFacts parse_cgroup(std::string_view text);

// The 64 hexadecimal digits by which all of these but LXC name a container; LXC's are names that people chose.
bool is_container_id(std::string_view text);

// What a container is called, from the files in which runtimes keep it; "" where they do not tell.
// Docker's containers/ID/config.v2.json.
std::string parse_docker_name(std::string_view json);
// The list of all containers that Podman and CRI-O keep (overlay-containers/containers.json).
std::string parse_storage_name(std::string_view json, std::string_view id);

}  // namespace portolan::sockets
