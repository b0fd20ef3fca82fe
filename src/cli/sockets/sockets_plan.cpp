#include "cli/sockets/sockets_plan.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/escape.h"
#include "sockets/unlisted.h"

namespace portolan::cli {
namespace {

using sockets::AddressFamily;
using sockets::Row;
using sockets::SocketKind;
using sockets::Source;
using sockets::State;
using Columns = std::vector<const sockets::Column*>;

constexpr std::uint8_t stream = 1;  // SOCK_STREAM

bool waits(const Row& row) {
  if (sockets::is_listening(row)) return true;
  if (row.state != State::closed) return false;
  // Without connections, who is bound is open to all.
  if (row.protocol == SocketKind::unix_domain) return row.type != stream && !row.path.empty();
  if (row.protocol == SocketKind::vsock) return row.local_port != 0;
  return sockets::is_ip(row) || row.protocol == SocketKind::packet;
}

bool has_other_end(const Row& row) {
  return row.state != State::listen && row.state != State::closed && row.state != State::bound_inactive &&
         row.state != State::unknown;
}

bool is_asked(const Source& source, const SocketsOptions& options) {
  const bool some_family = options.only_v4 || options.only_v6;
  if (!options.protocols.empty() && std::ranges::find(options.protocols, source.protocol) == options.protocols.end()) {
    return false;
  }
  if (source.family == AddressFamily::v4) return options.only_v4 || !some_family;
  if (source.family == AddressFamily::v6) return options.only_v6 || !some_family;
  return !some_family || !options.protocols.empty();
}

bool need(const Columns& columns, sockets::Need what) {
  return std::ranges::any_of(columns, [what](const sockets::Column* column) { return column->needs == what; });
}

void append(Columns& columns, std::span<const sockets::Column* const> more) {
  for (const sockets::Column* column : more) {
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
  }
}

void append_named(Columns& columns, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const sockets::Column* column = sockets::column_of(name);
    append(columns, {&column, 1});
  }
}

bool only_unix(const SocketsOptions& options) {
  return !options.protocols.empty() && std::ranges::all_of(options.protocols, [](SocketKind protocol) {
    return protocol == SocketKind::unix_domain;
  });
}

Columns columns_by_default(const SocketsOptions& options) {
  const auto base = options.format == "json" ? sockets::json_columns()
                    : options.owners         ? sockets::default_columns()
                                             : sockets::ownerless_columns();
  Columns columns;
  if (options.watch) append(columns, sockets::watch_columns());
  append(columns, base);
  if (options.all_namespaces) append_named(columns, {"netns"});
  if (options.extended) append_named(columns, {"inode", "netns", "unit", "container", "cookie"});
  if (only_unix(options)) append(columns, sockets::unix_columns());
  if (options.timers) append(columns, sockets::timer_columns());
  if (options.tcp_info) append(columns, sockets::tcp_info_columns());
  if (options.memory) append(columns, sockets::memory_columns());
  if (options.options) append(columns, sockets::option_columns());
  return columns;
}

// What is in no list is told wherever the filter describes it; options that choose kinds ask for lists.
void plan_unlisted(const SocketsOptions& options, run::SocketChoice& choice) {
  const bool lists_chosen = !options.protocols.empty() || options.only_v4 || options.only_v6;
  if (!options.owners || lists_chosen) return;
  bool not_bound = false;
  sockets::KindMask without_list = 0;
  for (std::size_t i = 0; i < sockets::socket_kind_count; ++i) {
    const auto kind = static_cast<SocketKind>(i);
    if (!choice.filter.may_match_unlisted(kind)) continue;
    if (sockets::has_list(kind)) not_bound = true;
    if (!sockets::has_list(kind)) without_list |= mask_of(kind);
  }
  if (choice.fits == nullptr && not_bound) {
    // Only who knows all that is in the lists can say what is in none.
    choice.query.unlisted = os::Completeness::all;
    choice.query.detail.states = sockets::all_states;
    choice.query.detail.bytecode.clear();
  } else if (without_list != 0) {
    choice.query.unlisted = os::Completeness::some;
    choice.query.unlisted_kinds = without_list;
  }
}

Result<void> plan_sort(const SocketsOptions& options, SocketsPlan& plan) {
  if (options.sort.empty()) return {};
  std::string_view name = options.sort;
  plan.backwards = name.starts_with('-');
  if (plan.backwards) name.remove_prefix(1);
  const auto column = sockets::parse_columns(name, {});
  if (!column) return fail(column.error());
  if (column->size() != 1)
    return fail(Errc::usage, fmt::format("--sort takes one column, not '{}'", escape_terminal(name)));
  plan.sort = column->front();
  return {};
}

}  // namespace

AddressFamily family_of_hosts(const SocketsOptions& options) {
  const auto only = [&options](SocketKind kind) {
    return !options.protocols.empty() &&
           std::ranges::all_of(options.protocols, [kind](SocketKind protocol) { return protocol == kind; });
  };
  if (only(SocketKind::unix_domain)) return AddressFamily::unix_domain;
  if (only(SocketKind::packet)) return AddressFamily::packet;
  if (only(SocketKind::netlink)) return AddressFamily::netlink;
  return only(SocketKind::vsock) ? AddressFamily::vsock : AddressFamily::none;
}

Result<SocketsPlan> plan_sockets(const SocketsOptions& options, std::string_view filter,
                                 const sockets::FilterNames& names) {
  SocketsPlan plan;
  auto parsed = sockets::Filter::parse(filter, names);
  if (!parsed) return fail(parsed.error());
  plan.choice.filter = std::move(*parsed);
  plan.choice.filter_text = filter;

  plan.columns = columns_by_default(options);
  if (!options.columns.empty()) {
    auto chosen = sockets::parse_columns(options.columns, plan.columns);
    if (!chosen) return fail(chosen.error());
    plan.columns = std::move(*chosen);
  }
  if (const auto sorted = plan_sort(options, plan); !sorted) return fail(sorted.error());

  if (plan.choice.filter.needs().holders && !options.owners) {
    return fail(Errc::usage, "the filter asks for processes, which --no-owners leaves out");
  }
  os::SocketQuery& query = plan.choice.query;
  std::vector<const Source*> asked;
  for (const Source* source : sockets::sources()) {
    if (is_asked(*source, options) && plan.choice.filter.may_match(source->protocol)) asked.push_back(source);
  }
  query.sources = sockets::joined(asked);
  if (!options.owners) {
    query.owners = std::nullopt;
  } else if (options.owner_method) {
    query.owners = options.owner_method;
  }
  Columns looked_at = plan.columns;
  if (plan.sort != nullptr) looked_at.push_back(plan.sort);
  query.detail.tcp_info = need(looked_at, sockets::Need::tcp_info);
  query.detail.memory = need(looked_at, sockets::Need::memory);
  query.detail.details = need(looked_at, sockets::Need::details);
  query.detail.unix_files = need(looked_at, sockets::Need::unix_file);
  query.detail.named = !options.protocols.empty() && !options.all_but;
  query.detail.states = plan.choice.filter.states();
  query.detail.bytecode = plan.choice.filter.bytecode();
  plan.choice.all_namespaces = options.all_namespaces;
  plan.choice.network_namespace = options.network_namespace;
  // As with ss, a state that the filter names stands in the place of these.
  if (!plan.choice.filter.names_states()) {
    if (options.listening) plan.choice.fits = waits;
    if (options.connected) plan.choice.fits = has_other_end;
    if (options.listening) {
      query.detail.states &= sockets::mask_of(State::listen) | sockets::mask_of(State::closed);
    }
  }
  plan_unlisted(options, plan.choice);
  if (!options.types.empty()) {
    plan.choice.fits = [before = std::move(plan.choice.fits), types = options.types](const Row& row) {
      const auto chosen = types.find(row.protocol);
      const bool is_asked =
          chosen == types.end() || std::ranges::find(chosen->second, row.type) != chosen->second.end();
      return is_asked && (!before || before(row));
    };
  }
  return plan;
}

}  // namespace portolan::cli
