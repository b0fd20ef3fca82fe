#include "lab/keeper.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace portolan::lab {
namespace {

// One descriptor in the ancillary data of a message.
union Parcel {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

bool send_file(int control, int file) {
  char something = 'f';
  iovec body{&something, 1};
  Parcel parcel{};
  msghdr message{};
  message.msg_iov = &body;
  message.msg_iovlen = 1;
  message.msg_control = parcel.bytes.data();
  message.msg_controllen = parcel.bytes.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof file);
  std::memcpy(CMSG_DATA(header), &file, sizeof file);
  return ::sendmsg(control, &message, MSG_NOSIGNAL) == 1;
}

// The number it got here; -1 at the end of the conversation.
int receive_file(int control) {
  char something = 0;
  iovec body{&something, 1};
  Parcel parcel{};
  msghdr message{};
  message.msg_iov = &body;
  message.msg_iovlen = 1;
  message.msg_control = parcel.bytes.data();
  message.msg_controllen = parcel.bytes.size();
  if (::recvmsg(control, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return -1;
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof file);
  return file;
}

// Nothing that was open where it comes from stays open here: a keeper holds what it was handed, and no more.
void close_everything_but(int control) {
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) ::dup2(nothing, standard);
  if (control > STDERR_FILENO + 1) ::close_range(STDERR_FILENO + 1, static_cast<unsigned>(control) - 1, 0);
  ::close_range(static_cast<unsigned>(control) + 1, ~0U, 0);
}

// By the system call itself: libcap is the program's, not the lab's.
void give_up_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) ::_exit(1);
}

[[noreturn]] void keep(int control, int network, const std::string& program, Rights rights, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) ::_exit(1);  // it died before the line above
  if (::setns(network, CLONE_NEWNET) != 0) ::_exit(1);
  ::prctl(PR_SET_NAME, program.c_str(), 0, 0, 0);
  close_everything_but(control);
  if (rights == Rights::plain) give_up_capabilities();
  for (;;) {
    const int file = receive_file(control);
    if (file < 0 || ::send(control, &file, sizeof file, MSG_NOSIGNAL) != sizeof file) ::_exit(0);
  }
}

}  // namespace

Keeper::Keeper(const Host& host, std::string program, Rights rights) : program_{std::move(program)} {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error(fmt::format("lab: no way to talk to a keeper: {}", std::strerror(errno)));
  }
  control_ = Handle{ends[0]};
  const Handle theirs{ends[1]};
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error(fmt::format("lab: no keeper: {}", std::strerror(errno)));
  if (process_ == 0) keep(ends[1], host.network(), program_, rights, parent);
}

Keeper::~Keeper() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

int Keeper::take(int file) {
  int number = -1;
  if (!send_file(control_.number(), file) || ::recv(control_.number(), &number, sizeof number, 0) != sizeof number) {
    throw std::runtime_error(fmt::format("lab: the keeper {} takes nothing: {}", program_, std::strerror(errno)));
  }
  return number;
}

}  // namespace portolan::lab
