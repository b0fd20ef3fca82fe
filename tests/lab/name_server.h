// A DNS server inside a host of the lab, that a test can hold back, and the files by which programs find it.
#pragma once

#include <netinet/in.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lab/lab.h"
#include "lab_test.h"

namespace portolan::lab_test {

// What it answers stands in the first label of a name: "now-N..." is 198.18.0.N, "held-N..." the same, "none..." is no
// name, "held-none..." neither; those that are held wait until release(). The name of 198.18.0.N is "host-N.example".
class NameServer {
 public:
  enum class Holds : std::uint8_t {
    names,
    addresses_too
  };  // whether questions for names of addresses are held as well
  // On `address`, port 53.
  NameServer(const lab::Host& host, const std::string& address, Holds holds = Holds::names);
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer();

  void release();
  // Waits until it was asked for so many different names; false where that takes too long.
  bool was_asked(std::size_t names, std::chrono::milliseconds longest = std::chrono::seconds{30}) const;

 private:
  struct Question {
    std::vector<std::uint8_t> bytes;
    sockaddr_in from{};
    std::string name;   // "held-4.example"
    std::size_t end{};  // behind its type and class
  };
  void serve();
  void take();
  void answer(const Question& question) const;

  lab::Handle socket_;
  Holds holds_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> released_ = false;
  mutable std::mutex mutex_;  // guards names_
  std::set<std::string> names_;
  std::vector<Question> held_;
  std::thread thread_;
};

// For as long as this lives every program started from this process finds these name servers, and no other way to look
// a name up but /etc/hosts. Only after lab::Lab::enter(), whose mounts are this process's own.
class Resolver {
 public:
  explicit Resolver(std::string_view resolv_conf);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

 private:
  Scratch scratch_;
};

}  // namespace portolan::lab_test
