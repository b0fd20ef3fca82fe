// An SCTP stack of its own (usrsctp, that of FreeBSD) behind raw sockets, for kernels that speak no SCTP: listens at
// the given ports on every address of both families, and refuses associations at all others. Prints "ready" then.
#include <arpa/inet.h>
#include <unistd.h>
#include <usrsctp.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

[[noreturn]] void end(const char* what) {
  std::perror(what);
  std::exit(1);
}

void listen_at(std::uint16_t port) {
  struct socket* socket = usrsctp_socket(AF_INET6, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  if (socket == nullptr) end("socket");
  sockaddr_in6 where{};
  where.sin6_family = AF_INET6;
  where.sin6_port = htons(port);
  if (usrsctp_bind(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) end("bind");
  if (usrsctp_listen(socket, 8) != 0) end("listen");
}

}  // namespace

int main(int count, char** words) {
  constexpr std::uint16_t no_udp = 0;
  usrsctp_init(no_udp, nullptr, nullptr);
  for (int i = 1; i < count; ++i) {
    std::uint16_t port = 0;
    const char* end_of_word = words[i] + std::strlen(words[i]);
    if (std::from_chars(words[i], end_of_word, port).ptr != end_of_word) {
      std::fputs("usage: sctp-peer PORT...\n", stderr);
      return 2;
    }
    listen_at(port);
  }
  std::puts("ready");
  std::fflush(stdout);
  ::pause();
}
