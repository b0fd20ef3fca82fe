#include "sockets/changes.h"

namespace portolan::sockets {
namespace {

State as_shown(State state) { return state == State::new_syn_recv ? State::syn_recv : state; }

void visit_as(Row& row, Change change, State before, const std::function<void(const Row&)>& tell) {
  row.change = change;
  row.state_before = before;
  tell(row);
}

}  // namespace

RowKey key_of(const Row& row) {
  return {row.network_namespace, row.cookie != 0 ? row.cookie : row.inode, row.protocol};
}

std::size_t Changes::Hash::operator()(const RowKey& key) const noexcept {
  // Cookies count up from one, namespaces are few: multiplying spreads them over the upper bits.
  const std::uint64_t mixed =
      (key.identity + key.network_namespace * 31 + static_cast<std::uint64_t>(key.protocol)) * 0x9e3779b97f4a7c15U;
  return static_cast<std::size_t>(mixed ^ mixed >> 32U);
}

void Changes::see(const Row& row) {
  Row& kept = now_->rows.keep(row);
  now_->by_key.emplace(key_of(kept), &kept);
}

void Changes::see_end(const Row& row) { now_->ended.keep(row); }

void Changes::finish_look(const std::function<void(const Row&)>& tell) {
  if (before_) {
    for (Row& row : now_->rows.rows()) {
      const auto known = before_->by_key.find(key_of(row));
      if (known == before_->by_key.end()) {
        visit_as(row, Change::opened, State::unknown, tell);
      } else if (as_shown(known->second->state) != as_shown(row.state)) {
        visit_as(row, Change::state, known->second->state, tell);
      }
    }
    for (Row& row : before_->rows.rows()) {
      if (!now_->by_key.contains(key_of(row))) visit_as(row, Change::closed, row.state, tell);
    }
    // Came and went between two looks.
    for (Row& row : now_->ended.rows()) {
      const RowKey key = key_of(row);
      if (before_->by_key.contains(key) || now_->by_key.contains(key)) continue;
      visit_as(row, Change::closed, row.state, tell);
    }
  }
  before_ = std::move(now_);
  now_ = std::make_unique<Look>();
}

}  // namespace portolan::sockets
