// What stands ready to leave, and for each packet what whoever asked remembers it by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/shot.h"

namespace portolan::engine {

// `Pending`: what it is remembered by. Nothing that has left is looked at again once all has (forget_sent).
template <class Pending>
class Outbox {
 public:
  // `batch`: so many packets it holds mostly.
  explicit Outbox(std::size_t batch) : batch_{batch} {
    shots_.reserve(batch);
    pending_.reserve(batch);
  }

  void push(const Shot& shot, const Pending& pending) {
    shots_.push_back(shot);
    pending_.push_back(pending);
  }
  // What has not left, in order; valid until the next call of anything that is not const.
  [[nodiscard]] std::span<const Shot> shots() const { return std::span{shots_}.subspan(first_); }
  [[nodiscard]] const Pending& pending(std::size_t index) const { return pending_[first_ + index]; }  // of shots()
  [[nodiscard]] bool has_left() const { return first_ == shots_.size(); }                             // all of it
  // What has left since forget_sent() included.
  [[nodiscard]] std::size_t size() const { return shots_.size(); }
  [[nodiscard]] bool empty() const { return shots_.empty(); }

  void on_sent(std::size_t count) { first_ += count; }
  void forget_sent() {
    if (!has_left()) return;
    shots_.clear();
    pending_.clear();
    first_ = 0;
  }

  // Takes out what stands for `is_its`, because it refers to what goes. Shots cannot be assigned: those that stay move
  // into a new outbox.
  template <class IsIts>
  void withdraw(IsIts&& is_its) {
    if (std::ranges::none_of(std::span{pending_}.subspan(first_), is_its)) return;
    Outbox stays{batch_};
    for (std::size_t i = first_; i < shots_.size(); ++i) {
      if (!is_its(pending_[i])) stays.push(shots_[i], pending_[i]);
    }
    shots_.swap(stays.shots_);
    pending_.swap(stays.pending_);
    first_ = 0;
  }

 private:
  std::size_t batch_;
  std::vector<Shot> shots_;
  std::vector<Pending> pending_;
  std::size_t first_ = 0;  // that has not left
};

}  // namespace portolan::engine
