// socket-zoo: runs a command among sockets of every kind and state. See usage below, and bench/README.md.
#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "lab/socket_zoo.h"

namespace portolan::lab {
namespace {

constexpr std::string_view usage = R"(usage: socket-zoo [--truth FILE] -- COMMAND [ARGUMENT...]

Runs COMMAND in a network namespace where there are sockets of every kind and state, and writes the
truth about them into FILE, one JSON object a line. Nothing is left when it ends. Needs root or
unprivileged user namespaces, ip and nft.

Exit status: COMMAND's; 77 where no namespaces can be made; 2 for a bad option.
)";

bool write_text(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  fmt::print(file, "{}", text);
  return std::fclose(file) == 0;
}

int run(const std::string& truth, const Command& command) {
  const Lab lab;
  Host host{"zoo"};
  Host abroad{"abroad"};
  const SocketZoo zoo{host, abroad};
  for (const std::string& sentence : zoo.missing()) fmt::print(stderr, "socket-zoo: {}\n", sentence);
  if (!truth.empty() && !write_text(truth, to_json(zoo))) {
    fmt::print(stderr, "socket-zoo: '{}' cannot be written\n", truth);
    return 2;
  }
  std::signal(SIGINT, [](int) {});  // the terminal sends it to the command too, whose end is waited for
  return host.run(command, std::chrono::minutes{10}).status;
}

int enter_and_run(int count, char** words) {
  std::string truth;
  int at = 1;
  if (at + 1 < count && std::string_view{words[at]} == "--truth") {
    truth = words[at + 1];
    at += 2;
  }
  if (at + 1 >= count || std::string_view{words[at]} != "--") {
    fmt::print(stderr, "{}", usage);
    return 2;
  }
  const Command command{.words = {words + at + 1, words + count}, .quiet = false};
  if (const auto entered = Lab::enter(); !entered) {
    fmt::print(stderr, "socket-zoo: {}\n", entered.error().message);
    return 77;
  }
  try {
    return run(truth, command);
  } catch (const std::exception& error) {
    fmt::print(stderr, "socket-zoo: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace portolan::lab

int main(int count, char** words) { return portolan::lab::enter_and_run(count, words); }
