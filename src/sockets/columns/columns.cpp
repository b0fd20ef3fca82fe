// All columns in one list, and what users and options choose of them.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "base/escape.h"
#include "base/suggest.h"
#include "base/text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

template <std::size_t N>
std::vector<const Column*> by_name(const std::array<std::string_view, N>& names) {
  std::vector<const Column*> found;
  for (const std::string_view name : names) {
    found.push_back(column_of(name));
    assert(found.back() != nullptr);
  }
  return found;
}

std::unexpected<Error> unknown_column(std::string_view word) {
  std::vector<std::string_view> known{"all"};
  for (const Column& column : columns()) known.push_back(column.name);
  const std::string given = escape_terminal(word.substr(0, 64));
  if (const auto near = closest(word, known)) {
    return fail(Errc::parse, fmt::format("there is no column '{}'; did you mean '{}'?", given, *near));
  }
  std::string some;
  for (const Column* column : default_columns()) append(some, "{}, ", column->name);
  return fail(Errc::parse, fmt::format("there is no column '{}'; there are {}and {} others, which the help lists",
                                       given, some, columns().size() - default_columns().size()));
}

void add_once(std::vector<const Column*>& chosen, const Column* column) {
  if (std::ranges::find(chosen, column) == chosen.end()) chosen.push_back(column);
}

}  // namespace

std::span<const Column> columns() {
  static const std::vector<Column> all = [] {
    std::vector<Column> joined;
    for (const auto list : {socket_column_list(), owner_column_list(), tcp_column_list(), detail_column_list(),
                            unix_column_list(), watch_column_list()}) {
      joined.insert(joined.end(), list.begin(), list.end());
    }
    return joined;
  }();
  return all;
}

const Column* column_of(std::string_view name) {
  const auto found = std::ranges::find(columns(), name, &Column::name);
  return found == columns().end() ? nullptr : &*found;
}

Result<std::vector<const Column*>> parse_columns(std::string_view words, std::span<const Column* const> by_default) {
  std::vector<const Column*> chosen;
  if (words.starts_with('+')) chosen.assign(by_default.begin(), by_default.end());
  for (std::size_t begin = 0; begin <= words.size();) {
    const std::size_t end = std::min(words.find(',', begin), words.size());
    std::string_view word = words.substr(begin, end - begin);
    begin = end + 1;
    if (word.starts_with('+')) word.remove_prefix(1);
    if (word.empty()) {
      return fail(Errc::parse, fmt::format("'{}' lacks the name of a column", escape_terminal(words.substr(0, 64))));
    }
    if (word == "all") {
      for (const Column& column : columns()) add_once(chosen, &column);
      continue;
    }
    const Column* column = column_of(word);
    if (column == nullptr) return unknown_column(word);
    add_once(chosen, column);
  }
  return chosen;
}

std::span<const Column* const> default_columns() {
  static const auto chosen = by_name(std::to_array<std::string_view>(
      {"proto", "state", "receive_queue", "send_queue", "local", "remote", "user", "process"}));
  return chosen;
}

std::span<const Column* const> ownerless_columns() { return default_columns().first(default_columns().size() - 1); }

std::span<const Column* const> json_columns() {
  static const auto chosen = by_name(std::to_array<std::string_view>(
      {"proto",         "family",     "type",           "state",       "receive_queue", "send_queue", "local", "remote",
       "local_address", "local_port", "remote_address", "remote_port", "interface",     "path",       "peer",  "user",
       "uid",           "inode",      "cookie",         "netns",       "holders",       "no_owner"}));
  return chosen;
}

std::span<const Column* const> tcp_info_columns() {
  static const auto chosen = by_name(std::to_array<std::string_view>(
      {"congestion",     "ca_state",      "rtt",      "rttvar",      "min_rtt",     "rto",           "cwnd",
       "ssthresh",       "mss",           "pmtu",     "retransmits", "lost",        "bytes_sent",    "bytes_acked",
       "bytes_received", "bytes_retrans", "segs_out", "segs_in",     "pacing_rate", "delivery_rate", "busy_time",
       "rwnd_limited",   "reordering",    "rcv_rtt",  "rcv_space"}));
  return chosen;
}

std::span<const Column* const> memory_columns() {
  static const auto chosen = by_name(std::to_array<std::string_view>(
      {"rmem_alloc", "rcv_buf", "wmem_alloc", "snd_buf", "fwd_alloc", "wmem_queued", "opt_mem", "backlog", "drops"}));
  return chosen;
}

std::span<const Column* const> timer_columns() {
  static const auto chosen =
      by_name(std::to_array<std::string_view>({"timer", "timer_remaining", "timer_retransmits"}));
  return chosen;
}

std::span<const Column* const> option_columns() {
  static const auto chosen = by_name(
      std::to_array<std::string_view>({"mark", "tos", "tclass", "v6only", "sockopts", "cgroup", "ulp", "shutdown"}));
  return chosen;
}

std::span<const Column* const> unix_columns() {
  static const auto chosen =
      by_name(std::to_array<std::string_view>({"type", "inode", "peer", "file", "file_mode", "file_owner"}));
  return chosen;
}

std::span<const Column* const> watch_columns() {
  static const auto chosen = by_name(std::to_array<std::string_view>({"time", "change", "state_before"}));
  return chosen;
}

}  // namespace portolan::sockets
