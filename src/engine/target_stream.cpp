#include "engine/target_stream.h"

#include <chrono>
#include <utility>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_looks = 10ms;

// A list is read, so it has the order in which it was typed; what is asked is spread over everything.
plan::TargetOrder order_of(const plan::Plan& plan) {
  using enum plan::TargetOrder::Kind;
  return {.key = plan.seed,
          .shard = plan.shard,
          .shards = plan.shards,
          .kind = plan.depth == plan::ScanDepth::list ? sequential : shuffled};
}

}  // namespace

TargetStream::TargetStream(const plan::Plan& plan, const World& world)
    : world_{world}, cursor_{plan.targets, order_of(plan)}, look_at_{world.clock.now()} {}

Result<void> TargetStream::look(model::Sink& sink) {
  if (pending() == 0) return {};
  const Instant now = world_.clock.now();
  if (now < look_at_) return {};
  look_at_ = now + between_looks;
  LateTargets::News news = world_.late->take();
  for (plan::Target& target : news.targets) come_.push_back(std::move(target));
  for (const model::Remark& remark : news.remarks) {
    if (auto done = sink.on(remark); !done) return done;
  }
  return {};
}

std::optional<plan::Target> TargetStream::next() {
  if (come_.empty()) return cursor_.next();
  plan::Target target = std::move(come_.front());
  come_.pop_front();
  ++late_passed_;
  return target;
}

Instant TargetStream::wake_at() const { return pending() == 0 ? Instant::max() : look_at_; }

Result<void> TargetStream::leave(model::Sink& sink) const {
  return pending() == 0 ? Result<void>{} : sink.on(world_.late->left_behind());
}

}  // namespace portolan::engine
