#include "name_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace portolan::lab_test {
namespace {

constexpr std::size_t header = 12;  // RFC 1035 §4.1.1
constexpr std::uint8_t type_a = 1;
constexpr std::uint8_t type_ptr = 12;

void add_label(std::vector<std::uint8_t>& bytes, std::string_view label) {
  bytes.push_back(static_cast<std::uint8_t>(label.size()));
  bytes.insert(bytes.end(), label.begin(), label.end());
}

// N of "now-N..." and "held-N...".
std::uint8_t number_in(std::string_view name) {
  return static_cast<std::uint8_t>(std::stoul(std::string{name.substr(name.find('-') + 1)}));
}

// The data of the record that answers; nullopt for a type that the name has not.
std::optional<std::vector<std::uint8_t>> data_for(std::string_view name, std::uint8_t type) {
  if (type == type_a) return std::vector<std::uint8_t>{198, 18, 0, number_in(name)};
  if (type != type_ptr) return std::nullopt;
  std::vector<std::uint8_t> data;
  add_label(data, fmt::format("host-{}", name.substr(0, name.find('.'))));
  add_label(data, "example");
  data.push_back(0);
  return data;
}

}  // namespace

NameServer::NameServer(const lab::Host& host, const std::string& address, Holds holds) : holds_{holds} {
  host.within([&] {
    socket_ = lab::Handle{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_port = htons(53);
    if (::inet_pton(AF_INET, address.c_str(), &here.sin_addr) != 1 ||
        ::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
      throw std::runtime_error("no name server on " + address);
    }
  });
  thread_ = std::thread{[this] { serve(); }};
}

NameServer::~NameServer() {
  stop_ = true;
  thread_.join();
}

void NameServer::release() { released_ = true; }

bool NameServer::was_asked(std::size_t names, std::chrono::milliseconds longest) const {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (std::chrono::steady_clock::now() < deadline) {
    {
      const std::scoped_lock lock{mutex_};
      if (names_.size() >= names) return true;
    }
    std::this_thread::yield();
  }
  return false;
}

void NameServer::serve() {
  while (!stop_) {
    pollfd watched{socket_.number(), POLLIN, 0};
    if (::poll(&watched, 1, 10) == 1) take();
    if (!released_) continue;
    for (const Question& question : held_) answer(question);
    held_.clear();
  }
}

void NameServer::take() {
  Question question;
  question.bytes.resize(512);
  socklen_t size = sizeof question.from;
  const ssize_t length = ::recvfrom(socket_.number(), question.bytes.data(), question.bytes.size(), 0,
                                    reinterpret_cast<sockaddr*>(&question.from), &size);
  if (length < static_cast<ssize_t>(header + 5)) return;
  std::size_t at = header;
  while (question.bytes[at] != 0) {
    if (!question.name.empty()) question.name += '.';
    question.name.append(reinterpret_cast<const char*>(&question.bytes[at + 1]), question.bytes[at]);
    at += question.bytes[at] + 1U;
  }
  question.end = at + 5;
  {
    const std::scoped_lock lock{mutex_};
    names_.insert(question.name);
  }
  const bool of_address = question.name.ends_with(".in-addr.arpa");
  const bool held = of_address ? holds_ == Holds::addresses_too : question.name.starts_with("held");
  if (held && !released_) {
    held_.push_back(std::move(question));
  } else {
    answer(question);
  }
}

void NameServer::answer(const Question& question) const {
  std::vector<std::uint8_t> bytes{question.bytes.begin(),
                                  question.bytes.begin() + static_cast<std::ptrdiff_t>(question.end)};
  bytes[2] |= 0x80;          // a response
  bytes[9] = bytes[11] = 0;  // no further sections
  const bool none = question.name.contains("none");
  bytes[3] = none ? 0x83 : 0x80;  // no such name, or all is well
  const auto data = none ? std::nullopt : data_for(question.name, bytes[question.end - 3]);
  if (data) {
    bytes[7] = 1;  // one answer
    const std::array<std::uint8_t, 12> record{
        0xc0, header, 0, bytes[question.end - 3], 0, 1, 0, 0, 0, 60, 0, static_cast<std::uint8_t>(data->size())};
    bytes.insert(bytes.end(), record.begin(), record.end());
    bytes.insert(bytes.end(), data->begin(), data->end());
  }
  (void)::sendto(socket_.number(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&question.from),
                 sizeof question.from);
}

Resolver::Resolver(std::string_view resolv_conf) {
  for (const auto& [file, text] : {std::pair<std::string, std::string_view>{"/etc/resolv.conf", resolv_conf},
                                   {"/etc/nsswitch.conf", "hosts: files dns\n"}}) {
    const std::string ours = scratch_.write(file.substr(file.rfind('/') + 1), text);
    if (::mount(ours.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      throw std::runtime_error("cannot put a file over " + file);
    }
  }
}

Resolver::~Resolver() {
  for (const char* file : {"/etc/resolv.conf", "/etc/nsswitch.conf"}) (void)::umount(file);
}

}  // namespace portolan::lab_test
