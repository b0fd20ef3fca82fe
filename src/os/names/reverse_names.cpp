#include "os/names/reverse_names.h"

#include <ares.h>
#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/escape.h"
#include "net/port.h"
#include "os/environment.h"
#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/names/name_files.h"
#include "os/names/resolver_times.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"
#include "os/thread/quiet_thread.h"

namespace portolan::os {
namespace {

// Unless resolv.conf says otherwise. One server that does not answer costs 1.5 + 3 seconds: c-ares doubles the wait at
// each try. (glibc's own five seconds would let a list of hosts wait for ten.)
constexpr std::chrono::milliseconds usual_timeout{1'500};
constexpr int usual_tries = 2;

// c-ares 1.18 reads servers, "rotate" and "ndots" from resolv.conf, and not these.
ResolverTimes times_of_the_system() {
  constexpr std::size_t limit = 65'536;
  const auto text = read_regular_file("/etc/resolv.conf", limit);
  return resolver_times(text ? *text : "", environment("RES_OPTIONS"));
}

// An address as c-ares wants it in a list of servers, or why it is none.
Result<std::string> server_text(const std::string& server) {
  const auto malformed = [&] {
    return fail(Errc::parse, fmt::format("'{}' is no DNS server; give addresses, as in 192.0.2.53,[2001:db8::53]:5353",
                                         escape_terminal(server)));
  };
  std::string address = server;
  std::string port;
  if (server.starts_with('[')) {
    const auto end = server.find(']');
    if (end == std::string::npos) return malformed();
    address = server.substr(1, end - 1);
    port = server.substr(end + 1);
  } else if (std::ranges::count(server, ':') == 1) {
    const auto colon = server.find(':');
    address = server.substr(0, colon);
    port = server.substr(colon);
  }
  const auto parsed = net::IpAddress::parse(address);
  if (!parsed) return malformed();
  if (!port.empty() && (port[0] != ':' || !net::Port::parse(std::string_view{port}.substr(1)))) return malformed();
  return (parsed->is_v4() ? address : '[' + address + ']') + port;
}

Result<void> start_library() {
  static const int status = ::ares_library_init(ARES_LIB_INIT_ALL);
  if (status == ARES_SUCCESS) return {};
  return fail(Errc::io, fmt::format("cannot start name look-ups: {}", ::ares_strerror(status)));
}

// getnameinfo's view of an address; it can tell "has no name" from an address in words.
std::string system_name(const net::IpAddress& address) {
  if (look_up_would_hang("hosts")) return "";
  const SocketAddress socket = socket_address(address);
  std::array<char, NI_MAXHOST> name{};
  const int status = ::getnameinfo(socket.get(), socket.size, name.data(), name.size(), nullptr, 0, NI_NAMEREQD);
  return status == 0 ? name.data() : "";
}

}  // namespace

struct ReverseNames::Shared {
  ReverseNamesOptions options;
  FileDescriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::atomic<bool> stop = false;

  std::mutex mutex;  // guards what follows
  std::deque<net::IpAddress> waiting;
  std::unordered_map<net::IpAddress, std::optional<std::string>> names;
  std::deque<net::IpAddress> answered;  // in the order of their answers
  std::size_t system_threads = 0;       // each takes addresses until none waits

  void ring() const {
    const std::uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof one);
  }
  std::optional<net::IpAddress> take() {
    const std::lock_guard lock{mutex};
    if (waiting.empty()) return std::nullopt;
    const net::IpAddress address = waiting.front();
    waiting.pop_front();
    return address;
  }
  // nullopt: the thread that asks has no more to do, and counts no more.
  std::optional<net::IpAddress> take_or_end() {
    const std::lock_guard lock{mutex};
    if (waiting.empty() || stop) {
      --system_threads;
      return std::nullopt;
    }
    const net::IpAddress address = waiting.front();
    waiting.pop_front();
    return address;
  }
  void put(const net::IpAddress& address, std::string name) {
    const std::lock_guard lock{mutex};
    names[address] = std::move(name);
    answered.push_back(address);
    if (answered.size() <= remembered_names) return;
    names.erase(answered.front());
    answered.pop_front();
  }
};

// The thread that asks servers.
class ReverseNames::Worker {
 public:
  explicit Worker(std::shared_ptr<Shared> shared) : shared_{std::move(shared)} {}

  void run() {
    if (!open_channel()) {
      while (!shared_->stop) {
        if (const auto address = shared_->take()) {
          shared_->put(*address, "");
        } else {
          wait_for_wake();
        }
      }
      return;
    }
    while (!shared_->stop) {
      fill();
      wait_for_answers();
    }
    closing_ = true;
    ::ares_destroy(channel_);
  }

 private:
  struct Question {
    Worker* worker;
    net::IpAddress address;
  };

  bool open_channel() {
    if (look_up_would_hang("hosts")) return false;
    const ResolverTimes times = times_of_the_system();
    tries_ = times.attempts.value_or(usual_tries);
    ares_options options{};
    options.timeout = static_cast<int>(times.timeout.value_or(usual_timeout).count());
    options.tries = tries_;
    char lookups[] = "fb";  // /etc/hosts, then the servers
    options.lookups = lookups;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS;
    if (::ares_init_options(&channel_, &options, mask) != ARES_SUCCESS) return false;
    std::string servers;
    for (const std::string& server : shared_->options.servers) servers += (servers.empty() ? "" : ",") + server;
    if (!servers.empty() && ::ares_set_servers_ports_csv(channel_, servers.c_str()) != ARES_SUCCESS) return false;
    ares_addr_port_node* list = nullptr;
    if (::ares_get_servers_ports(channel_, &list) != ARES_SUCCESS) return false;
    server_count_ = 0;
    for (const ares_addr_port_node* one = list; one != nullptr; one = one->next) ++server_count_;
    ::ares_free_data(list);
    return true;
  }

  void fill() {
    while (in_flight_ < in_flight_limit) {
      const auto address = shared_->take();
      if (!address) return;
      if (silent_) {
        shared_->put(*address, "");
        continue;
      }
      ++in_flight_;
      const auto bytes = address->bytes();
      // May answer before it returns, from /etc/hosts.
      asking_ = true;
      ::ares_gethostbyaddr(channel_, bytes.data(), static_cast<int>(bytes.size()),
                           address->is_v4() ? AF_INET : AF_INET6, &Worker::on_answer, new Question{this, *address});
      asking_ = false;
    }
  }

  static void on_answer(void* data, int status, int timeouts, hostent* host) {
    const std::unique_ptr<Question> question{static_cast<Question*>(data)};
    Worker& worker = *question->worker;
    --worker.in_flight_;
    if (worker.closing_) return;
    if (!worker.asking_) worker.judge_servers(timeouts);
    const bool found = status == ARES_SUCCESS && host != nullptr && host->h_name != nullptr;
    worker.shared_->put(question->address, found ? host->h_name : "");
  }

  // Where a question has been given up by all servers, after all of its tries, and none has ever answered any, they are
  // silent: the others need not wait as long. An answer shows that they are not.
  void judge_servers(int timeouts) {
    // The status does not tell: "not found" is also what c-ares says when nobody answered.
    heard_ = heard_ || timeouts < tries_ * server_count_;
    silent_ = !heard_;
  }

  void wait_for_answers() {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const auto mask = static_cast<unsigned>(::ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM));
    std::array<pollfd, ARES_GETSOCK_MAXNUM + 1> watched{};
    std::size_t count = 0;
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      short events = 0;
      if (ARES_GETSOCK_READABLE(mask, i)) events |= POLLIN;
      if (ARES_GETSOCK_WRITABLE(mask, i)) events |= POLLOUT;
      if (events != 0) watched[count++] = {sockets[i], events, 0};
    }
    watched[count] = {shared_->wake.get(), POLLIN, 0};
    timeval room{};
    const timeval* limit = ::ares_timeout(channel_, nullptr, &room);
    const int milliseconds = limit == nullptr ? -1 : static_cast<int>(limit->tv_sec * 1000 + limit->tv_usec / 1000 + 1);
    (void)::poll(watched.data(), count + 1, milliseconds);
    if (watched[count].revents != 0) drain_wake();
    for (std::size_t i = 0; i < count; ++i) {
      const short happened = watched[i].revents;
      if (happened == 0) continue;
      const bool readable = (happened & (POLLIN | POLLERR | POLLHUP)) != 0;
      ::ares_process_fd(channel_, readable ? watched[i].fd : ARES_SOCKET_BAD,
                        (happened & POLLOUT) != 0 ? watched[i].fd : ARES_SOCKET_BAD);
    }
    ::ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has waited too long
  }

  void wait_for_wake() {
    pollfd watched{shared_->wake.get(), POLLIN, 0};
    (void)::poll(&watched, 1, -1);
    drain_wake();
  }
  void drain_wake() {
    std::uint64_t count = 0;
    (void)!::read(shared_->wake.get(), &count, sizeof count);
  }

  std::shared_ptr<Shared> shared_;
  ares_channel channel_ = nullptr;
  std::size_t in_flight_ = 0;
  int server_count_ = 0;
  int tries_ = usual_tries;  // at each of them
  bool closing_ = false;
  bool asking_ = false;  // an answer that comes now is from /etc/hosts
  bool heard_ = false;
  bool silent_ = false;
};

ReverseNames::ReverseNames(const ReverseNamesOptions& options) : shared_{std::make_shared<Shared>()} {
  shared_->options = options;
}

Result<std::unique_ptr<ReverseNames>> ReverseNames::open(const ReverseNamesOptions& options) {
  if (const auto started = start_library(); !started) return fail(started.error());
  ReverseNamesOptions checked = options;
  for (std::string& server : checked.servers) {
    auto text = server_text(server);
    if (!text) return fail(text.error());
    server = std::move(*text);
  }
  std::unique_ptr<ReverseNames> names{new ReverseNames{checked}};
  if (!names->shared_->wake.is_open()) {
    return fail({Errc::io, fmt::format("cannot start name look-ups: {}", error_text(errno)), error_name(errno)});
  }
  return names;
}

ReverseNames::~ReverseNames() {
  shared_->stop = true;
  shared_->ring();
  if (thread_.joinable()) thread_.join();
}

void ReverseNames::ask(const net::IpAddress& address) {
  {
    const std::lock_guard lock{shared_->mutex};
    // Who is far behind with a name server that does not answer is not asked to remember everything: such an address
    // has no name.
    if (shared_->waiting.size() >= remembered_names) return;
    if (!shared_->names.try_emplace(address).second) return;
    shared_->waiting.push_back(address);
  }
  if (shared_->options.system ? has_system_thread() : has_thread()) return shared_->ring();
  // Nobody will answer: such addresses have no name.
  while (const auto unanswered = shared_->take()) shared_->put(*unanswered, "");
}

// The system's resolver answers one question at a time and cannot be interrupted: it has a thread a question, which a
// scan that ends leaves to finish alone. Each keeps what it shares alive by itself.
bool ReverseNames::has_system_thread() {
  {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->system_threads == in_flight_limit) return true;
    ++shared_->system_threads;
  }
  try {
    quiet_thread([shared = shared_] {
      while (const auto address = shared->take_or_end()) shared->put(*address, system_name(*address));
    }).detach();
    return true;
  } catch (const std::system_error&) {
    const std::lock_guard lock{shared_->mutex};
    return --shared_->system_threads > 0;
  }
}

// A user may have no more threads, now; later perhaps.
bool ReverseNames::has_thread() {
  if (thread_.joinable()) return true;
  try {
    thread_ = quiet_thread([shared = shared_] { Worker{shared}.run(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

std::optional<std::string> ReverseNames::answer(const net::IpAddress& address) {
  const std::lock_guard lock{shared_->mutex};
  const auto found = shared_->names.find(address);
  return found == shared_->names.end() ? std::string{} : found->second;
}

}  // namespace portolan::os
