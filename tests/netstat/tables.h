// For tests of netstat's socket tables: a page that lands in a string, and names that a test made up.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "netstat/lookup.h"
#include "report/output.h"
#include "report/output_buffer.h"

namespace portolan::netstat {

class StringOutput final : public report::Output {
 public:
  Result<void> write(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  Result<void> flush() override { return {}; }
  std::string text;
};

class KnownNames final : public Lookup {
 public:
  std::string_view host(const net::IpAddress& address) override { return find(hosts, net::to_string(address)); }
  std::string_view service(std::string_view protocol, std::uint16_t port) override {
    return find(services, std::pair{std::string{protocol}, port});
  }
  std::string_view ip_protocol(std::uint8_t number) override { return number == 1 ? "icmp" : ""; }
  std::string_view user(std::uint32_t id) override { return find(users, id); }
  std::optional<std::string_view> command_line(std::uint32_t pid) override {
    const auto found = command_lines.find(pid);
    if (found == command_lines.end()) return std::nullopt;
    return found->second;
  }

  std::map<std::string, std::string> hosts;
  std::map<std::pair<std::string, std::uint16_t>, std::string> services;
  std::map<std::uint32_t, std::string> users;
  std::map<std::uint32_t, std::string> command_lines;

 private:
  template <class Key>
  static std::string_view find(const std::map<Key, std::string>& names, const Key& key) {
    const auto found = names.find(key);
    return found == names.end() ? std::string_view{} : found->second;
  }
};

}  // namespace portolan::netstat
