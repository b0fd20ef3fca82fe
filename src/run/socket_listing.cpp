#include "run/socket_listing.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/message.h"
#include "os/names/filter_names.h"
#include "os/process/namespaces.h"
#include "os/reader.h"
#include "os/sockets/socket_events.h"
#include "os/wall_clock.h"
#include "sockets/changes.h"

namespace portolan::run {
namespace {

using sockets::Row;

std::uint64_t unix_milliseconds() {
  const auto now = os::wall_time().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Result<os::SocketNamespace> open_namespace(const std::string& which) {
  if (which.empty()) return os::SocketNamespace::current();
  auto handle = os::open_network_namespace(which);
  if (!handle) return fail(handle.error());
  auto space = os::SocketNamespace::enter(std::move(*handle));
  if (!space) return fail(os::cannot_enter(which, space.error()));
  return space;
}

}  // namespace

SocketListing::SocketListing(SocketChoice choice) : choice_{std::move(choice)} {
  choice_.query.filter = &choice_.filter;
}

Result<std::unique_ptr<SocketListing>> SocketListing::open(SocketChoice choice) {
  std::unique_ptr<SocketListing> listing{new SocketListing{std::move(choice)}};
  if (const auto opened = listing->open_namespaces(); !opened) return fail(opened.error());
  return listing;
}

Result<void> SocketListing::open_namespaces() {
  return choice_.all_namespaces ? open_all_namespaces() : open_one_namespace();
}

Result<void> SocketListing::open_one_namespace() {
  auto space = open_namespace(choice_.network_namespace);
  if (!space) return fail(space.error());
  spaces_.push_back(std::move(*space));
  return {};
}

Result<void> SocketListing::open_all_namespaces() {
  auto found = os::find_network_namespaces(gaps_);
  if (!found) return fail(found.error());
  for (os::NetworkNamespace& one : *found) {
    if (const auto added = add_namespace(one); !added) {
      gaps_.push_back({model::RemarkCode::namespace_missing, {one.inode, cause_of(added.error())}});
    }
  }
  return {};
}

Result<void> SocketListing::add_namespace(os::NetworkNamespace& one) {
  // One's own needs no privilege.
  const bool is_own = spaces_.empty();
  std::optional<sockets::Filter> filter;
  if (!is_own && choice_.filter.needs().one_network) {
    const auto names = os::filter_names_among(one.handle);
    if (!names) return fail(names.error());
    auto parsed = sockets::Filter::parse(choice_.filter_text, *names);
    if (!parsed) return fail(parsed.error());
    filter = std::move(*parsed);
  }
  auto space = is_own ? os::SocketNamespace::current() : os::SocketNamespace::enter(std::move(one.handle));
  if (!space) return fail(space.error());
  if (filter) {
    const auto [at, is_new] = filters_elsewhere_.insert_or_assign(space->inode(), std::move(*filter));
    choice_.query.filters_elsewhere[space->inode()] = &at->second;
  }
  spaces_.push_back(std::move(*space));
  return {};
}

Result<void> SocketListing::each(const Visit& visit) {
  Result<void> visited;
  const auto answer = os::list_sockets(spaces_, choice_.query, [&](const Row& row) {
    if (choice_.fits != nullptr && !choice_.fits(row)) return true;
    visited = visit(row);
    return visited.has_value();
  });
  if (!answer) return fail(answer.error());
  if (!visited) return visited;
  without_privilege_ = answer->without_privilege;
  gaps_.insert(gaps_.end(), answer->gaps.begin(), answer->gaps.end());
  return {};
}

Result<void> SocketListing::watch(Duration interval, int reader, const Visit& visit,
                                  const std::function<Result<void>()>& looked) {
  os::SocketEvents events;
  for (const os::SocketNamespace& space : spaces_) {
    if (!space.is_own()) continue;
    const auto heard = events.listen(space);
    if (!heard) gaps_.push_back({model::RemarkCode::ends_not_heard, {cause_of(heard.error())}});
  }
  sockets::Changes changes;
  for (;;) {
    const Instant began = clock_.now();
    if (const auto done = look(events, changes); !done) return done;
    if (const auto done = visit_changes(changes, visit); !done) return done;
    if (const auto done = looked(); !done) return done;
    close_namespaces();
    // A look costs what a listing costs, so it takes no more than a fifth of the time, however much happens.
    const Duration rest = std::max<Duration>(std::chrono::milliseconds{100}, 4 * (clock_.now() - began));
    const bool reads = os::wait_while_read(reader, std::min<Duration>(rest, interval)) &&
                       (rest >= interval || events.wait(interval - rest, reader));
    if (!reads) return fail(Errc::reader_gone, std::string{translated("nobody reads what is written any more")});
    reopen_namespaces();
  }
}

// Of the caller's own there is nothing to keep alive.
void SocketListing::close_namespaces() {
  std::erase_if(spaces_, [](const os::SocketNamespace& space) { return !space.is_own(); });
  choice_.query.filters_elsewhere.clear();
  filters_elsewhere_.clear();
}

// One that is watched by its name may go and come back.
void SocketListing::reopen_namespaces() {
  if (!choice_.all_namespaces && choice_.network_namespace.empty()) return;
  spaces_.clear();
  if (!open_namespaces()) gaps_.push_back({model::RemarkCode::namespace_gone, {choice_.network_namespace}});
  std::erase_if(gaps_,
                [this](const model::Remark& gap) { return std::ranges::find(reported_, gap) != reported_.end(); });
  reported_.insert(reported_.end(), gaps_.begin(), gaps_.end());
}

Result<void> SocketListing::look(os::SocketEvents& events, sockets::Changes& changes) {
  const auto listed = each([&changes](const Row& row) { return changes.see(row), Result<void>{}; });
  if (!listed) return listed;
  const bool all_heard = events.receive([&](const Row& row) {
    if (is_asked(row)) changes.see_end(row);
  });
  if (!all_heard) {
    gaps_.push_back({model::RemarkCode::short_ones_missing});
  }
  return {};
}

Result<void> SocketListing::visit_changes(sockets::Changes& changes, const Visit& visit) {
  Result<void> visited;
  const std::uint64_t now = unix_milliseconds();
  changes.finish_look([&](const Row& row) {
    if (!visited) return;
    Row dated = row;
    dated.changed_at = now;
    visited = visit(dated);
  });
  return visited;
}

// Events come for all TCP and UDP sockets.
bool SocketListing::is_asked(const Row& row) const {
  const auto lists = [&row](const sockets::Source* source) {
    return source->protocol == row.protocol &&
           (source->family == row.family || source->family == sockets::AddressFamily::none);
  };
  const auto elsewhere = filters_elsewhere_.find(row.network_namespace);
  const sockets::Filter& filter = elsewhere == filters_elsewhere_.end() ? choice_.filter : elsewhere->second;
  return std::ranges::any_of(choice_.query.sources, lists) && filter.matches(row) &&
         (choice_.fits == nullptr || choice_.fits(row));
}

std::vector<model::Remark> SocketListing::take_gaps() {
  reported_.insert(reported_.end(), gaps_.begin(), gaps_.end());
  return std::exchange(gaps_, {});
}

}  // namespace portolan::run
