// Memory, options, and what else the kernel keeps for any socket.
#include <linux/sock_diag.h>

#include <array>
#include <cstring>

#include "base/json.h"
#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

// SK_MEMINFO_*: 32-bit words, as many as this kernel has.
template <std::size_t Word>
void print_memory(Cell& cell, const Row& row, RowNames&) {
  std::uint32_t value = 0;
  if (row.memory.size() < (Word + 1) * sizeof value) return cell.nothing();
  std::memcpy(&value, row.memory.data() + Word * sizeof value, sizeof value);
  cell.number(std::uint64_t{value});
}

template <class Number>
void number_or_nothing(Cell& cell, const std::optional<Number>& number) {
  if (number) {
    cell.number(std::uint64_t{*number});
  } else {
    cell.nothing();
  }
}

void print_mark(Cell& cell, const Row& row, RowNames&) {
  if (!row.mark) return cell.nothing();
  CellText text;
  text.add("0x");
  text.add_number(*row.mark, 16);
  cell.text(text.view());
}

void print_tos(Cell& cell, const Row& row, RowNames&) { number_or_nothing(cell, row.type_of_service); }
void print_tclass(Cell& cell, const Row& row, RowNames&) { number_or_nothing(cell, row.traffic_class); }

void print_only_v6(Cell& cell, const Row& row, RowNames&) {
  if (row.family != AddressFamily::v6) return cell.nothing();
  cell.truth(row.only_v6);
}

// struct inet_diag_sockopt (linux/inet_diag.h), from its first bit on.
constexpr std::array<std::string_view, 11> option_names{"recverr",         "is_icsk",      "freebind",
                                                        "hdrincl",         "mc_loop",      "transparent",
                                                        "mc_all",          "nodefrag",     "bind_address_no_port",
                                                        "recverr_rfc4884", "defer_connect"};

void print_options(Cell& cell, const Row& row, RowNames&) {
  CellText text;
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    if ((unsigned{row.socket_options.value_or(0)} >> i & 1U) == 0) continue;
    if (!text.empty()) text.add(',');
    text.add(option_names[i]);
  }
  if (text.empty()) return cell.nothing();
  cell.text(text.view());
}

// Known and none set is [], not known is nothing.
void options_json(std::string& out, const Row& row, RowNames&) {
  if (!row.socket_options) return;
  JsonWriter json{out};
  json.begin_array();
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    if ((unsigned{*row.socket_options} >> i & 1U) != 0) json.value(option_names[i]);
  }
  json.end_array();
}

void print_cgroup(Cell& cell, const Row& row, RowNames& names) {
  if (!row.cgroup) return cell.nothing();
  if (const std::string_view path = names.cgroup(*row.cgroup); !path.empty()) return cell.text(path);
  CellText text;  // removed, or out of sight
  text.add_number(*row.cgroup);
  cell.text(text.view());
}

void print_upper_protocol(Cell& cell, const Row& row, RowNames&) {
  if (row.upper_protocol.empty()) return cell.nothing();
  cell.text(row.upper_protocol);
}

void print_shutdown(Cell& cell, const Row& row, RowNames&) {
  constexpr std::array<std::string_view, 4> words{"", "receive", "send", "both"};
  const std::size_t bits = row.shutdown & 3U;
  if (bits == 0) return cell.nothing();
  cell.text(words[bits]);
}

void print_references(Cell& cell, const Row& row, RowNames&) {
  if (row.references == 0) return cell.nothing();
  cell.number(std::uint64_t{row.references});
}

using Print = void (*)(Cell&, const Row&, RowNames&);
constexpr Column number(std::string_view name, std::string_view heading, std::string_view meaning, Need needs,
                        Print print) {
  return {name, heading, meaning, Kind::number, true, print, nullptr, needs};
}
constexpr Column text(std::string_view name, std::string_view heading, std::string_view meaning, Need needs,
                      Print print) {
  return {name, heading, meaning, Kind::text, false, print, nullptr, needs};
}

constexpr std::array list{
    number("rmem_alloc", "RMEM", "memory that holds received data, in bytes like all memory", Need::memory,
           print_memory<SK_MEMINFO_RMEM_ALLOC>),
    number("rcv_buf", "RCVBUF", "bound of rmem_alloc", Need::memory, print_memory<SK_MEMINFO_RCVBUF>),
    number("wmem_alloc", "WMEM", "memory that holds data on their way out", Need::memory,
           print_memory<SK_MEMINFO_WMEM_ALLOC>),
    number("snd_buf", "SNDBUF", "bound of wmem_alloc", Need::memory, print_memory<SK_MEMINFO_SNDBUF>),
    number("fwd_alloc", "FWD-ALLOC", "memory reserved and not used yet", Need::memory,
           print_memory<SK_MEMINFO_FWD_ALLOC>),
    number("wmem_queued", "WMEM-QUEUED", "memory that holds data not sent yet", Need::memory,
           print_memory<SK_MEMINFO_WMEM_QUEUED>),
    number("opt_mem", "OPTMEM", "memory that holds options", Need::memory, print_memory<SK_MEMINFO_OPTMEM>),
    number("backlog", "BACKLOG", "packets that came while the socket was busy, bytes", Need::memory,
           print_memory<SK_MEMINFO_BACKLOG>),
    number("drops", "DROPS", "packets dropped", Need::memory, print_memory<SK_MEMINFO_DROPS>),
    Column{"mark", "MARK", "SO_MARK, told to those with CAP_NET_ADMIN", Kind::hexadecimal, false, print_mark, nullptr,
           Need::details},
    number("tos", "TOS", "type of service (IPv4)", Need::details, print_tos),
    number("tclass", "TCLASS", "traffic class (IPv6)", Need::details, print_tclass),
    Column{"v6only", "V6ONLY", "an IPv6 socket that does not serve IPv4", Kind::truth, false, print_only_v6},
    Column{"sockopts", "SOCKOPTS", "flags: recverr, freebind, hdrincl, transparent, defer_connect ...", Kind::list,
           false, print_options, options_json, Need::details},
    text("cgroup", "CGROUP", "control group that made it; its number where it is out of sight", Need::details,
         print_cgroup),
    text("ulp", "ULP", "protocol on top, as the kernel speaks it: tls, mptcp ...", Need::details, print_upper_protocol),
    Column{"shutdown", "SHUTDOWN", "which half is closed: receive, send or both", Kind::word, false, print_shutdown},
    number("refs", "REFS", "references that the kernel holds", Need::nothing, print_references),
};

}  // namespace

std::span<const Column> detail_column_list() { return list; }

}  // namespace portolan::sockets
