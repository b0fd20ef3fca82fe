// Who answers at the UDP ports that a scan finds open, by the answers that it got and second questions, which a thread
// of its own asks (-sV).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/bell.h"
#include "os/identify/datagram_talks.h"
#include "os/thread/thread_group.h"

namespace portolan::run {

class IdentifiedDatagrams {
 public:
  // `done` is rung when something has been found out; it outlives this. Errors: Errc::limit where there is no
  // descriptor or thread to be had.
  static Result<std::unique_ptr<IdentifiedDatagrams>> begin(const os::DatagramTalks::Settings& settings,
                                                            const os::Bell& done);
  IdentifiedDatagrams(const IdentifiedDatagrams&) = delete;
  IdentifiedDatagrams& operator=(const IdentifiedDatagrams&) = delete;
  ~IdentifiedDatagrams();

  void ask(os::DatagramTarget target);
  // What has been found out since.
  std::vector<os::DatagramTalks::Done> take();
  // The thread had no memory: no more comes.
  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  IdentifiedDatagrams(const os::DatagramTalks::Settings& settings, const os::Bell& done, os::Bell work)
      : settings_{settings}, done_{done}, work_{std::move(work)} {}
  void talk();
  void talk_on();

  os::DatagramTalks::Settings settings_;
  const os::Bell& done_;
  std::mutex mutex_;
  std::vector<os::DatagramTarget> new_;            // for the thread
  std::vector<os::DatagramTalks::Done> finished_;  // from it
  std::atomic<bool> stop_ = false;
  std::atomic<bool> broken_ = false;
  os::Bell work_;
  os::ThreadGroup thread_;
};

}  // namespace portolan::run
