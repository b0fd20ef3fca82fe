#include "os/sockets/socket_list.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/message.h"
#include "os/process/namespaces.h"
#include "os/process/pid_namespace.h"
#include "os/sockets/dump_reader.h"
#include "os/system_error.h"
#include "sockets/protocol_counts.h"
#include "wire/netlink_message.h"

namespace portolan::os {
namespace {

constexpr std::size_t line_buffer_size = 65'536;

std::unexpected<Error> failure(std::string_view name, int error) {
  return fail({Errc::io,
               said("cannot list the {0} sockets of this machine: {1}", name, error_text(error)),
               error_name(error),
               {std::string{name}}});
}

// What a kernel makes of a request for a list that it, or a module that is not there, does not have.
bool means_no_dump(int error) {
  return error == EACCES || error == EPERM || error == ENOSYS || error == ENOENT || error == EINVAL ||
         error == EOPNOTSUPP || error == EPROTONOSUPPORT || error == EAFNOSUPPORT;
}

// Both an error and the end of a dump carry a number: 0, or an errno with a minus.
int errno_in(wire::MessageBytes message) {
  const std::int32_t number = wire::read_struct<std::int32_t>(message.subspan(sizeof(nlmsghdr))).value_or(0);
  return number > -4'096 && number <= 0 ? -number : EBADMSG;
}

Result<void> send_request(int socket, const sockets::Source& source, const sockets::Detail& wanted) {
  std::vector<std::uint8_t> request;
  source.request(request, wanted);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent =
        ::sendto(socket, request.data(), request.size(), 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return {};
    if (errno != EINTR) return failure(source.name, errno);
  }
}

// What is true of the whole machine, and found out in each of its network namespaces.
void add_once(std::vector<model::Remark>& gaps, model::Remark gap) {
  if (std::ranges::find(gaps, gap) == gaps.end()) gaps.push_back(std::move(gap));
}

void note_gaps(std::string_view name, bool interrupted, std::uint64_t unread, std::vector<model::Remark>& gaps) {
  if (interrupted) {
    gaps.push_back({model::RemarkCode::list_changed, {std::string{name}}});
  }
  if (unread != 0) {
    gaps.push_back({model::RemarkCode::answers_not_understood, {unread, std::string{name}}});
  }
}

// Of the running kernel, major * 1000 + minor: 6018 for "6.18.3-amd64"; 0 where it tells nothing of the kind.
unsigned kernel_version() {
  utsname system{};
  if (::uname(&system) != 0) return 0;
  const std::string_view release{system.release};
  const std::size_t dot = release.find('.');
  const auto number = [](std::string_view text) {
    unsigned value = 0;
    (void)std::from_chars(text.begin(), text.end(), value);
    return std::min(value, 999U);
  };
  if (dot == std::string_view::npos) return 0;
  return number(release.substr(0, dot)) * 1'000 + number(release.substr(dot + 1));
}

std::string read_all(const FileDescriptor& file) {
  std::string text;
  for (;;) {
    const std::size_t kept = text.size();
    text.resize(kept + 16'384);
    const ssize_t got = ::read(file.get(), text.data() + kept, text.size() - kept);
    text.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && errno != EINTR)) return text;
  }
}

// How many connections wait for each listener. A line of /proc/net/unix can be made up by whoever binds a path with a
// line break in it; only so many are believed as the listener has waiting.
class Queues {
 public:
  void note(const sockets::Row& row) {
    if (sockets::is_listening(row) && row.receive_queue > 0) waiting_[std::string{row.path}] += row.receive_queue;
  }
  bool take(const sockets::Row& row) {
    const auto found = waiting_.find(std::string{row.path});
    if (found == waiting_.end() || found->second == 0) return false;
    --found->second;
    return true;
  }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  std::unordered_map<std::string, std::uint64_t> waiting_;
};

// Closes the socket unless the dump was read to its end: what is left of it would be taken for the answer to the next
// request.
class OnlyWhole {
 public:
  explicit OnlyWhole(FileDescriptor& socket) : socket_{socket} {}
  OnlyWhole(const OnlyWhole&) = delete;
  OnlyWhole& operator=(const OnlyWhole&) = delete;
  ~OnlyWhole() {
    if (!whole_) socket_.reset(-1);
  }
  void keep() { whole_ = true; }

 private:
  FileDescriptor& socket_;
  bool whole_ = false;
};

}  // namespace

Result<SocketNamespace> SocketNamespace::current() {
  SocketNamespace space;
  const FileDescriptor own{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
  space.inode_ = own.is_open() ? namespace_inode(own) : 0;
  return space;
}

Result<SocketNamespace> SocketNamespace::enter(FileDescriptor handle) {
  SocketNamespace space;
  space.inode_ = namespace_inode(handle);
  space.handle_ = std::move(handle);
  // That it may be entered is worth knowing now.
  if (const auto entered = in_network_namespace(space.handle_, [] {}); !entered) return fail(entered.error());
  space.open();
  return space;
}

Result<FileDescriptor> SocketNamespace::open_socket(int flags) const {
  FileDescriptor socket;
  int error = 0;
  const auto open = [&] {
    socket.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_SOCK_DIAG));
    error = socket.is_open() ? 0 : errno;
  };
  if (!handle_.is_open()) {
    open();
  } else if (const auto entered = in_network_namespace(handle_, open); !entered) {
    return fail(entered.error());
  }
  if (error != 0)
    return fail({Errc::io, said("cannot ask the kernel for its sockets: {}", error_text(error)), error_name(error)});
  return socket;
}

Result<FileDescriptor> SocketNamespace::open_file(std::string_view name) const {
  FileDescriptor file;
  int error = 0;
  const std::string path = fmt::format("/proc/thread-self/net/{}", name);
  const auto open = [&] {
    file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    error = file.is_open() ? 0 : errno;
  };
  if (!handle_.is_open()) {
    open();
  } else if (const auto entered = in_network_namespace(handle_, open); !entered) {
    return fail(entered.error());
  }
  if (error != 0 && error != ENOENT)
    return fail({Errc::io, said("cannot read {0}: {1}", path, error_text(error)), error_name(error)});
  return file;
}

void SocketNamespace::open() {
  if (diag_.is_open() || !refused_.empty()) return;
  auto socket = open_socket();
  if (socket) {
    diag_ = std::move(*socket);
  } else {
    refused_ = cause_of(socket.error());
  }
}

// Once for all lists.
void SocketNamespace::note_refused(std::vector<model::Remark>& gaps) {
  if (!std::exchange(is_noted_, true)) add_once(gaps, {model::RemarkCode::lists_from_files, {refused_}});
}

// Whether the kernel counts none of them in this namespace.
bool SocketNamespace::is_empty(const sockets::Source& source) {
  static const unsigned kernel = kernel_version();
  if (source.counted_as.empty() || kernel < source.counted_since) return false;
  if (!counts_) {
    counts_.emplace();
    const auto file = open_file("protocols");
    if (file && file->is_open()) *counts_ = read_all(*file);
  }
  return sockets::counted(*counts_, source.counted_as) == 0U;
}

Result<void> SocketNamespace::list(const sockets::Source& source, const sockets::Detail& wanted, const Visit& visit,
                                   std::vector<model::Remark>& gaps) {
  if (is_empty(source)) return {};
  if (source.request != nullptr) {
    Queues queues;
    // Whatever is wanted, the listeners tell whether anything waits that only the file has.
    sockets::Detail asked = wanted;
    if (source.only_in_file != nullptr) asked.states |= sockets::mask_of(sockets::State::listen);
    const auto listed = list_dump(
        source, asked,
        [&](sockets::Row& row) {
          if (source.only_in_file != nullptr) queues.note(row);
          return (wanted.states & sockets::mask_of(row.state)) == 0 || visit(row);
        },
        gaps);
    if (!listed) return fail(listed.error());
    if (*listed == Ended::listed && !queues.empty()) {
      const auto add = [&](sockets::Row& row) { return !source.only_in_file(row) || !queues.take(row) || visit(row); };
      std::vector<model::Remark> gaps_of_files;
      return list_file(source, wanted, add, gaps_of_files);
    }
    if (*listed != Ended::no_dump) return {};
  }
  for (const sockets::Source* part : source.parts) {
    if (part == nullptr) continue;
    if (const auto listed = list(*part, wanted, visit, gaps); !listed) return listed;
  }
  if (source.parse_line != nullptr && !source.proc_file.empty()) return list_file(source, wanted, visit, gaps);
  const bool in_parts = source.parts.front() != nullptr;
  // The kind, which is one for both families.
  if (wanted.named && !in_parts)
    add_once(gaps, {model::RemarkCode::no_such_list, {std::string{name_of(source.protocol)}}});
  return {};
}

Result<SocketNamespace::Ended> SocketNamespace::ended_with(int error, const sockets::Source& source,
                                                           const sockets::Detail& wanted) {
  if (error == 0) return Ended::listed;
  // EPERM: marks are for CAP_NET_ADMIN; EINVAL: a kernel older than what the program asks.
  if (!wanted.bytecode.empty() && (error == EPERM || error == EINVAL)) return Ended::program_refused;
  if (means_no_dump(error)) return Ended::no_dump;
  return failure(source.name, error);
}

Result<SocketNamespace::Ended> SocketNamespace::list_dump(const sockets::Source& source, const sockets::Detail& wanted,
                                                          const Visit& visit, std::vector<model::Remark>& gaps) {
  auto ended = list_dump_once(source, wanted, visit, gaps);
  if (!ended || *ended != Ended::program_refused) return ended;
  sockets::Detail without = wanted;
  without.bytecode.clear();
  return list_dump_once(source, without, visit, gaps);
}

Result<SocketNamespace::Ended> SocketNamespace::list_dump_once(const sockets::Source& source,
                                                               const sockets::Detail& wanted, const Visit& visit,
                                                               std::vector<model::Remark>& gaps) {
  open();
  if (!refused_.empty()) return note_refused(gaps), Ended::no_dump;
  if (const auto sent = send_request(diag_.get(), source, wanted); !sent) return fail(sent.error());
  OnlyWhole whole{diag_};  // before the reader, which uses the socket to its own end
  DumpReader reader{diag_.get()};
  sockets::Row row;
  std::unordered_set<std::uint64_t> seen;  // cookies, where some come more than once
  bool interrupted = false;
  std::uint64_t unread = 0;
  for (;;) {
    std::span<const std::uint8_t> datagram = reader.next();
    if (datagram.empty()) return failure(source.name, reader.error() != 0 ? reader.error() : EBADMSG);
    while (!datagram.empty()) {
      const wire::MessageBytes message = wire::next_message(datagram);
      const auto header = wire::read_struct<nlmsghdr>(message);
      if (!header) return failure(source.name, EBADMSG);
      interrupted = interrupted || (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
        whole.keep();
        note_gaps(source.name, interrupted, unread, gaps);
        return ended_with(errno_in(message), source, wanted);
      }
      if (!source.parse(message, row)) {
        ++unread;
        continue;
      }
      if (source.repeats && !seen.insert(row.cookie).second) continue;
      row.network_namespace = inode_;
      if (!visit(row)) return Ended::stopped;
    }
  }
}

Result<void> SocketNamespace::list_file(const sockets::Source& source, const sockets::Detail& wanted,
                                        const Visit& visit, std::vector<model::Remark>& gaps) {
  const auto file = open_file(source.proc_file);
  if (!file) return fail(file.error());
  // A kernel that does not know the kind has no such file; but where there is nobody to ask, nothing is known.
  if (!file->is_open() && !refused_.empty() && !proc_is_there()) return failure(source.name, ENOENT);
  if (!file->is_open()) return {};
  std::string text;
  bool heading = true;
  std::uint64_t unread = 0;
  sockets::Row row;
  for (;;) {
    const std::size_t kept = text.size();
    text.resize(kept + line_buffer_size);
    const ssize_t got = ::read(file->get(), text.data() + kept, line_buffer_size);
    if (got < 0 && errno == EINTR) {
      text.resize(kept);
      continue;
    }
    if (got < 0) return failure(source.name, errno);
    text.resize(kept + static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
      const std::span<char> line{text.data() + begin, end - begin};
      begin = end + 1;
      if (std::exchange(heading, false)) continue;
      if (!source.parse_line(line, row)) {
        ++unread;
        continue;
      }
      row.network_namespace = inode_;
      if ((wanted.states & sockets::mask_of(row.state)) != 0 && !visit(row)) return {};
    }
    text.erase(0, begin);
    if (got == 0) break;
  }
  if (unread != 0) {
    gaps.push_back({model::RemarkCode::lines_not_understood, {unread, std::string{source.proc_file}}});
  }
  return {};
}

}  // namespace portolan::os
