#include "os/sockets/machine_sockets.h"

#include <algorithm>
#include <unordered_set>

#include "os/process/pid_namespace.h"
#include "os/process/user_namespace.h"
#include "sockets/row_store.h"

namespace portolan::os {
namespace {

using Visit = std::function<bool(const sockets::Row&)>;

class Listing {
 public:
  Listing(std::vector<SocketNamespace>& spaces, const SocketQuery& query, const Visit& visit)
      : spaces_{spaces}, query_{query}, visit_{visit} {}

  Result<SocketAnswer> run() {
    for (SocketNamespace& space : spaces_) space.open();
    if (query_.owners) {
      const bool in_sight = proc_is_there();
      if (!in_sight) answer_.gaps.push_back({model::RemarkCode::proc_missing});
      auto owners = in_sight ? find_owners(*query_.owners)
                             : Result<sockets::OwnerIndex>{sockets::OwnerIndex{{}, {.possible = false}}};
      // Who named a method wants that one; else what can still be told is told.
      if (!owners && *query_.owners != OwnerMethod::automatic) return fail(owners.error());
      if (!owners) answer_.gaps.push_back({model::RemarkCode::processes_unknown, {cause_of(owners.error())}});
      owners_ = owners ? std::move(*owners) : sockets::OwnerIndex{{}, {.possible = false}};
    } else {
      owners_ = sockets::OwnerIndex{{}, {.asked = false}};
    }
    answer_.sight = owners_.sight();
    for (SocketNamespace& space : spaces_) {
      const sockets::Detail detail = detail_for(space);
      for (const sockets::Source* source : query_.sources) {
        const auto listed = space.list(*source, detail, [this](sockets::Row& row) { return take(row); }, answer_.gaps);
        if (!listed) return fail(listed.error());
        if (ended_) return answer_;
      }
    }
    if (undecided_.size() > 0) {
      if (const auto decided = decide(); !decided) return fail(decided.error());
    }
    if (query_.unlisted && query_.owners && !ended_) {
      if (*query_.unlisted == Completeness::all || (kinds_without_list() & query_.unlisted_kinds) != 0) add_unlisted();
    }
    return answer_;
  }

 private:
  [[nodiscard]] const sockets::Filter* filter_in(std::uint64_t network_namespace) const {
    if (query_.filters_elsewhere.empty()) return query_.filter;
    const auto other = query_.filters_elsewhere.find(network_namespace);
    return other == query_.filters_elsewhere.end() ? query_.filter : other->second;
  }
  [[nodiscard]] bool matches(const sockets::Row& row) const {
    const sockets::Filter* filter = filter_in(row.network_namespace);
    return filter == nullptr || filter->matches(row);
  }
  [[nodiscard]] bool asks_for_holders(const sockets::Row& row) const {
    const sockets::Filter* filter = filter_in(row.network_namespace);
    return filter != nullptr && filter->needs().holders;
  }
  [[nodiscard]] sockets::Detail detail_for(const SocketNamespace& space) const {
    sockets::Detail detail = query_.detail;
    const sockets::Filter* filter = filter_in(space.inode());
    if (filter != query_.filter) detail.bytecode = filter->bytecode();
    return detail;
  }

  bool take(sockets::Row& row) {
    if (query_.unlisted && row.inode != 0) listed_.push_back(row.inode);
    if (row.has_user && row.user == unknown_user_) row.has_user = false;
    owners_.join(row);
    // What a filter about processes says of it, only the second look can tell.
    const bool is_undecided = row.no_owner == sockets::NoOwner::gone;
    if (!(is_undecided && asks_for_holders(row)) && !matches(row)) return true;
    if (is_undecided) {
      undecided_.keep(row);
      return true;
    }
    return tell(row);
  }

  bool tell(const sockets::Row& row) {
    answer_.without_privilege += row.no_owner == sockets::NoOwner::no_privilege ? 1U : 0U;
    ended_ = !visit_(row);
    return !ended_;
  }

  // Processes are looked at once more, then the kernel is asked which of those sockets there still are.
  Result<void> decide() {
    const auto found = find_owners(*query_.owners);
    const sockets::OwnerIndex& later = found ? *found : owners_;
    std::unordered_set<std::uint64_t> still;
    for (SocketNamespace& space : spaces_) {
      for (const sockets::Source* source : sources_of_undecided()) {
        const auto note = [&still](const sockets::Row& row) { return still.insert(row.inode), true; };
        std::vector<model::Remark> gaps_again;
        const auto listed = space.list(*source, {.states = query_.detail.states}, note, gaps_again);
        if (!listed) return fail(listed.error());
      }
    }
    for (sockets::Row& row : undecided_.rows()) {
      sockets::reconsider(row, later, found && still.contains(row.inode));
      if (!matches(row)) continue;
      if (!tell(row)) break;
    }
    return {};
  }

  std::vector<const sockets::Source*> sources_of_undecided() {
    std::vector<const sockets::Source*> some;
    for (const sockets::Source* source : query_.sources) {
      if (std::ranges::any_of(undecided_.rows(), [source](const sockets::Row& row) {
            return row.protocol == source->protocol &&
                   (row.family == source->family || source->family == sockets::AddressFamily::none);
          })) {
        some.push_back(source);
      }
    }
    return some;
  }

  void add_unlisted() {
    std::ranges::sort(listed_);
    std::vector<ListedNamespace> namespaces;
    for (const SocketNamespace& space : spaces_) namespaces.push_back({space.inode(), space.cookie()});
    visit_unlisted(owners_, listed_, namespaces, *query_.unlisted, [this](sockets::Row& row) {
      if (row.has_user && row.user == unknown_user_) row.has_user = false;
      const bool asked = std::ranges::any_of(
          query_.sources, [&row](const sockets::Source* source) { return source->protocol == row.protocol; });
      const bool of_no_list = row.protocol == sockets::SocketKind::other;
      if (!asked && !of_no_list) return true;
      if ((query_.detail.states & sockets::mask_of(row.state)) == 0) return true;
      if (!matches(row)) return true;
      return tell(row);
    });
  }

  std::vector<SocketNamespace>& spaces_;
  const SocketQuery& query_;
  const Visit& visit_;
  std::optional<std::uint32_t> unknown_user_ = number_of_unknown_users();
  sockets::OwnerIndex owners_;
  SocketAnswer answer_;
  sockets::RowStore undecided_;
  std::vector<std::uint64_t> listed_;  // inodes; only where unlisted ones are wanted
  bool ended_ = false;
};

}  // namespace

Result<SocketAnswer> list_sockets(std::vector<SocketNamespace>& spaces, const SocketQuery& query, const Visit& visit) {
  return Listing{spaces, query, visit}.run();
}

Result<SocketAnswer> list_sockets(const SocketQuery& query, const Visit& visit) {
  auto space = SocketNamespace::current();
  if (!space) return fail(space.error());
  std::vector<SocketNamespace> spaces;
  spaces.push_back(std::move(*space));
  return list_sockets(spaces, query, visit);
}

}  // namespace portolan::os
