// What may go wrong in this machine: system calls and the errors with which each of them may fail, in one place.
#pragma once

#include <array>
#include <string_view>

namespace portolan::lab_test {

struct CallFaults {
  std::string_view call;
  std::string_view errors;  // with blanks between them
};

// As their manual pages and the kernel's sources tell. Each is tried once and from some call on for good, but EINTR and
// EAGAIN, which pass.
inline constexpr std::array call_faults{
    CallFaults{"access", "EACCES ENOENT EIO"},
    CallFaults{"bind", "EADDRINUSE EACCES EPERM ENOMEM EADDRNOTAVAIL ENODEV"},
    CallFaults{"bpf", "EPERM ENOMEM ENOSYS"},
    CallFaults{"capget", "EPERM"},
    CallFaults{"capset", "EPERM"},
    CallFaults{"clone3", "EAGAIN ENOMEM EPERM"},
    CallFaults{"close", "EINTR EIO"},
    CallFaults{"connect", "EAGAIN EADDRNOTAVAIL EPERM ENETUNREACH ENETDOWN ENOBUFS ENOMEM EINTR EACCES EINVAL"},
    CallFaults{"epoll_create1", "EMFILE ENFILE ENOMEM"},
    CallFaults{"epoll_ctl", "ENOSPC ENOMEM EPERM"},
    CallFaults{"epoll_wait", "EINTR EINVAL EBADF"},
    CallFaults{"eventfd2", "EMFILE ENFILE ENOMEM ENODEV"},
    CallFaults{"fcntl", "EBADF EINVAL"},
    CallFaults{"ftruncate", "EINTR EIO EPERM"},
    CallFaults{"getdents64", "EIO ENOENT"},
    CallFaults{"getpeername", "ENOBUFS ENOTCONN"},
    CallFaults{"getrandom", "EINTR EAGAIN ENOSYS"},
    CallFaults{"getsockname", "ENOBUFS"},
    CallFaults{"getsockopt", "ENOPROTOOPT ENOMEM EINTR"},
    CallFaults{"getxattr", "ENODATA EPERM"},
    CallFaults{"ioctl", "ENOTTY EIO EPERM"},
    CallFaults{"kcmp", "EPERM ENOSYS EACCES"},
    CallFaults{"lseek", "ESPIPE"},
    CallFaults{"mmap", "ENOMEM EAGAIN EPERM"},
    CallFaults{"mprotect", "ENOMEM"},
    CallFaults{"munmap", "ENOMEM"},
    CallFaults{"newfstatat", "ENOENT EACCES ENOMEM EIO"},
    CallFaults{"openat", "ENOENT EACCES EMFILE ENFILE ENOMEM EINTR EIO EPERM"},
    CallFaults{"pidfd_getfd", "EPERM EMFILE"},
    CallFaults{"pidfd_open", "EPERM EMFILE"},
    CallFaults{"poll", "EINTR ENOMEM EINVAL EAGAIN"},
    CallFaults{"ppoll", "EINTR ENOMEM EINVAL"},
    CallFaults{"prctl", "EINVAL EPERM"},
    CallFaults{"prlimit64", "EPERM"},
    CallFaults{"read", "EIO EINTR EAGAIN ENOMEM"},
    CallFaults{"readlink", "EACCES ENOENT"},
    CallFaults{"readlinkat", "EACCES ENOENT"},
    CallFaults{"recvfrom", "ENOBUFS ENOMEM EINTR EAGAIN EIO EPERM"},
    CallFaults{"recvmmsg", "ENOBUFS ENOMEM EINTR EAGAIN EIO ENETDOWN"},
    CallFaults{"recvmsg", "ENOBUFS ENOMEM EINTR EAGAIN EIO EPERM"},
    CallFaults{"rt_sigaction", "EINVAL"},
    CallFaults{"rt_sigprocmask", "EINVAL"},
    CallFaults{"sendmmsg",
               "EPERM ENOBUFS ENOMEM EAGAIN EINTR ENETDOWN ENXIO ENODEV EHOSTUNREACH EMSGSIZE EINVAL EIO EBADF"},
    CallFaults{"sendto", "ENOBUFS ENOMEM EINTR EAGAIN EPERM ECONNREFUSED"},
    CallFaults{"setns", "EPERM ENOMEM"},
    CallFaults{"setsockopt", "ENOMEM ENOPROTOOPT EPERM EINVAL ENOBUFS"},
    CallFaults{"socket", "EMFILE ENFILE ENOBUFS ENOMEM EPERM EACCES EAFNOSUPPORT"},
    CallFaults{"statfs", "EACCES ENOSYS"},
    CallFaults{"timerfd_create", "EMFILE ENOMEM"},
    CallFaults{"timerfd_settime", "EINVAL"},
    CallFaults{"write", "ENOSPC EIO EINTR EAGAIN EPIPE EDQUOT EFBIG"},
};

// What cannot fail, what fails only where this process is at fault, brk(), whose failure has no number (see
// Faults.TooLittleMemoryTearsNoReport), and futex(), of which the errors are answers.
inline constexpr std::array calls_without_faults{
    std::string_view{"arch_prctl"},
    std::string_view{"brk"},
    std::string_view{"clock_nanosleep"},
    std::string_view{"execve"},
    std::string_view{"exit"},
    std::string_view{"exit_group"},
    std::string_view{"futex"},
    std::string_view{"geteuid"},
    std::string_view{"getpid"},
    std::string_view{"getuid"},
    std::string_view{"madvise"},
    std::string_view{"pread64"},
    std::string_view{"restart_syscall"},
    std::string_view{"rseq"},
    std::string_view{"rt_sigreturn"},
    std::string_view{"set_robust_list"},
    std::string_view{"set_tid_address"},
    std::string_view{"sysinfo"},
    std::string_view{"uname"},
    std::string_view{"gettid"},
    std::string_view{"getegid"},
    std::string_view{"getgid"},
    std::string_view{"sched_yield"},
    std::string_view{"sched_getaffinity"},
};

}  // namespace portolan::lab_test
