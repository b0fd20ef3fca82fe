// A machine made of texts: what a view is given in a test.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "netstat/views.h"

namespace portolan::netstat {

struct MadeUpMachine {
  std::map<std::string, std::string, std::less<>> files;
  std::vector<InterfaceFacts> facts;
  std::map<std::string, std::string, std::less<>> hosts;     // by address
  std::map<std::string, std::string, std::less<>> networks;  // by address
  std::map<std::string, std::string, std::less<>> services;  // by "tcp/22"
  Errc missing = Errc::io;                                   // how a file that is not there fails

  [[nodiscard]] Machine machine() const {
    return {.read = [this](std::string_view path) -> Result<std::string> {
              const auto file = files.find(path);
              if (file == files.end()) return fail(missing, "cannot read '" + std::string{path} + "': it is not there");
              return file->second;
            },
            .interfaces = [this]() -> Result<std::vector<InterfaceFacts>> { return facts; },
            .host = [this](const net::IpAddress& address) { return found(hosts, net::to_string(address)); },
            .network = [this](const net::IpAddress& address) { return found(networks, net::to_string(address)); },
            .service =
                [this](std::string_view protocol, std::uint16_t port) {
                  return found(services, std::string{protocol} + "/" + std::to_string(port));
                }};
  }

 private:
  static std::string_view found(const std::map<std::string, std::string, std::less<>>& names, const std::string& key) {
    const auto name = names.find(key);
    return name == names.end() ? std::string_view{} : name->second;
  }
};

inline ViewOptions numeric() { return {.numeric_hosts = true, .numeric_ports = true}; }

}  // namespace portolan::netstat
