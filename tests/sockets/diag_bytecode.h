// What the kernel does with a program for INET_DIAG_REQ_BYTECODE, written again from the behaviour of
// net/ipv4/inet_diag.c: what it refuses (inet_diag_bc_audit) and what it lets pass (inet_diag_bc_run).
#pragma once

#include <linux/inet_diag.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "sockets/row.h"

namespace portolan::sockets {

using Program = std::span<const std::uint8_t>;

template <class T>
T read_at(Program program, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= program.size()) std::memcpy(&value, program.data() + offset, sizeof value);
  return value;
}

// Bytes that an operation and its arguments need; nullopt for one that the kernel does not know or that is malformed.
inline std::optional<std::size_t> needed_bytes(Program program, std::size_t at) {
  const std::size_t left = program.size() - at;
  switch (read_at<inet_diag_bc_op>(program, at).code) {
    case INET_DIAG_BC_NOP:
    case INET_DIAG_BC_JMP:
    case INET_DIAG_BC_AUTO:
      return 4;
    case INET_DIAG_BC_S_GE:
    case INET_DIAG_BC_S_LE:
    case INET_DIAG_BC_D_GE:
    case INET_DIAG_BC_D_LE:
    case INET_DIAG_BC_S_EQ:
    case INET_DIAG_BC_D_EQ:
    case INET_DIAG_BC_DEV_COND:
      return 8;
    case INET_DIAG_BC_MARK_COND:
    case INET_DIAG_BC_CGROUP_COND:
      return 12;
    case INET_DIAG_BC_S_COND:
    case INET_DIAG_BC_D_COND: {
      if (left < 12) return std::nullopt;
      const auto condition = read_at<inet_diag_hostcond>(program, at + 4);
      const std::size_t address = condition.family == 0 ? 0 : condition.family == 2 ? 4 : 16;
      if (condition.family != 0 && condition.family != 2 && condition.family != 10) return std::nullopt;
      if (condition.prefix_len > 8 * address) return std::nullopt;
      // The kernel does not mind what stands between the members, but it is nothing of the program's memory.
      if (program[at + 6] != 0 || program[at + 7] != 0) return std::nullopt;
      return 12 + address;
    }
    default:
      return std::nullopt;
  }
}

// Why the kernel would refuse the program; "" where it would not.
inline std::string audit(Program program) {
  if (program.size() < 4) return "shorter than an operation";
  std::set<std::size_t> starts;
  for (std::size_t at = 0; at < program.size();) {
    const auto op = read_at<inet_diag_bc_op>(program, at);
    const std::size_t left = program.size() - at;
    const auto needed = needed_bytes(program, at);
    if (!needed || *needed > left) return "a malformed operation at " + std::to_string(at);
    if (op.code != INET_DIAG_BC_NOP && (op.no < *needed || op.no > left + 4 || op.no % 4 != 0)) {
      return "a bad 'no' at " + std::to_string(at);
    }
    if (op.yes < *needed || op.yes > left + 4 || op.yes % 4 != 0) return "a bad 'yes' at " + std::to_string(at);
    starts.insert(at);
    at += op.yes;
    if (at > program.size()) return "the last operation runs over the end";
  }
  for (const std::size_t at : starts) {
    const auto op = read_at<inet_diag_bc_op>(program, at);
    const std::size_t target = at + op.no;
    if (target < program.size() && !starts.contains(target)) return "a jump into an operation at " + std::to_string(at);
  }
  return "";
}

inline bool same_bits(std::span<const std::uint8_t> a, Program program, std::size_t at, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    if (((a[i / 8] ^ program[at + i / 8]) >> (7 - i % 8) & 1) != 0) return false;
  }
  return true;
}

inline bool host_fits(Program program, std::size_t at, const net::IpAddress& address, std::uint32_t port) {
  const auto condition = read_at<inet_diag_hostcond>(program, at);
  const std::size_t bytes = at + sizeof condition;
  if (condition.port != -1 && static_cast<std::uint32_t>(condition.port) != port) return false;
  const int family = address.is_v4() ? 2 : 10;
  if (condition.family != 0 && condition.family != family) {
    return family == 10 && condition.family == 2 && address.is_v4_mapped() &&
           same_bits(address.bytes().subspan(12), program, bytes, condition.prefix_len);
  }
  return same_bits(address.bytes(), program, bytes, condition.prefix_len);
}

inline bool operation_says_yes(Program program, std::size_t at, const Row& row) {
  const auto op = read_at<inet_diag_bc_op>(program, at);
  const auto port = read_at<inet_diag_bc_op>(program, at + 4).no;
  switch (op.code) {
    case INET_DIAG_BC_NOP:
      return true;
    case INET_DIAG_BC_S_EQ:
      return row.local_port == port;
    case INET_DIAG_BC_S_GE:
      return row.local_port >= port;
    case INET_DIAG_BC_S_LE:
      return row.local_port <= port;
    case INET_DIAG_BC_D_EQ:
      return row.remote_port == port;
    case INET_DIAG_BC_D_GE:
      return row.remote_port >= port;
    case INET_DIAG_BC_D_LE:
      return row.remote_port <= port;
    case INET_DIAG_BC_S_COND:
      return host_fits(program, at + 4, row.local, row.local_port);
    case INET_DIAG_BC_D_COND:
      return host_fits(program, at + 4, row.remote, row.remote_port);
    case INET_DIAG_BC_DEV_COND:
      return read_at<std::uint32_t>(program, at + 4) == row.interface;
    case INET_DIAG_BC_MARK_COND: {
      const auto condition = read_at<inet_diag_markcond>(program, at + 4);
      return (row.mark.value_or(0) & condition.mask) == condition.mark;
    }
    case INET_DIAG_BC_CGROUP_COND:
      return read_at<std::uint64_t>(program, at + 4) == row.cgroup.value_or(0);
    default:
      return false;  // INET_DIAG_BC_JMP; INET_DIAG_BC_AUTO, which a row cannot tell, is never used
  }
}

// `program` has passed audit() or is empty.
inline bool lets_pass(Program program, const Row& row) {
  std::size_t at = 0;
  while (at < program.size()) {
    const auto op = read_at<inet_diag_bc_op>(program, at);
    at += operation_says_yes(program, at, row) ? std::size_t{op.yes} : std::size_t{op.no};
  }
  return at == program.size();
}

// The mask of a request, which knows a listener's requests as SYN-RECV.
inline bool mask_lets_pass(StateMask mask, const Row& row) {
  const State state = row.state == State::new_syn_recv ? State::syn_recv : row.state;
  return (mask & mask_of(state)) != 0;
}

}  // namespace portolan::sockets
