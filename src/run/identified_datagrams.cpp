#include "run/identified_datagrams.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace portolan::run {

Result<std::unique_ptr<IdentifiedDatagrams>> IdentifiedDatagrams::begin(const os::DatagramTalks::Settings& settings,
                                                                        const os::Bell& done) {
  auto work = os::Bell::open();
  if (!work) return fail(work.error());
  std::unique_ptr<IdentifiedDatagrams> all{new IdentifiedDatagrams{settings, done, std::move(*work)}};
  if (const auto started = all->thread_.start([raw = all.get()] { raw->talk(); }); !started) {
    return fail(started.error());
  }
  return all;
}

IdentifiedDatagrams::~IdentifiedDatagrams() {
  stop_ = true;
  work_.ring();
  thread_.join();
}

void IdentifiedDatagrams::talk() {
  try {
    talk_on();
  } catch (const std::exception&) {
    broken_ = true;
    done_.ring();
  }
}

void IdentifiedDatagrams::talk_on() {
  os::DatagramTalks talks{settings_};
  for (;;) {
    // Whoever rings has said before why: what is looked at behind this is not missed.
    work_.clear();
    if (stop_) break;
    {
      const std::scoped_lock lock{mutex_};
      for (os::DatagramTarget& target : new_) talks.add(std::move(target));
      new_.clear();
    }
    if (talks.left() == 0) os::wait_for_any({work_.descriptor()});
    auto done = talks.work(work_.descriptor());
    if (done.empty()) continue;
    const std::scoped_lock lock{mutex_};
    std::ranges::move(done, std::back_inserter(finished_));
    done_.ring();
  }
}

void IdentifiedDatagrams::ask(os::DatagramTarget target) {
  const std::scoped_lock lock{mutex_};
  new_.push_back(std::move(target));
  work_.ring();
}

std::vector<os::DatagramTalks::Done> IdentifiedDatagrams::take() {
  const std::scoped_lock lock{mutex_};
  return std::exchange(finished_, {});
}

}  // namespace portolan::run
