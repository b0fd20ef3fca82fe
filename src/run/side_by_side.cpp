#include "run/side_by_side.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>
#include <variant>

#include "os/bell.h"
#include "os/thread/thread_group.h"
#include "run/merged_events.h"
#include "run/queue.h"

namespace portolan::run {
namespace {

// Events that wait for the sink. A record of a host may be large, so they are few.
constexpr std::size_t queue_room = 1024;
// How often a control without a descriptor is looked at.
constexpr std::chrono::milliseconds look_around{100};

struct Message {
  std::size_t engine = 0;
  std::variant<model::Event, model::ScanFinished> content;  // the latter is the engine's last
};

class QueueSink final : public model::Sink {
 public:
  QueueSink(Queue<Message>& queue, std::size_t engine) : queue_{queue}, engine_{engine} {}
  Result<void> on(const model::Event& event) override {
    queue_.push({engine_, event});
    return {};
  }

 private:
  Queue<Message>& queue_;
  std::size_t engine_;
};

class SideBySide {
 public:
  SideBySide(std::span<EngineRun> engines, engine::UserControl* control, int wake, model::Sink& sink, os::Bell bell)
      : engines_{engines}, control_{control}, wake_{wake}, merged_{sink, engines.size()}, bell_{std::move(bell)} {}

  model::ScanFinished run() {
    start_all();
    while (running_ > 0) {
      pass_on_wishes();
      const bool is_deaf = control_ != nullptr && wake_ < 0;
      os::wait_for_any({bell_.descriptor(), wake_}, is_deaf ? std::optional{look_around} : std::nullopt);
      for (Message& message : queue_.take()) take(std::move(message));
    }
    threads_.join();
    model::ScanFinished finished = merged_.finished();
    if (failure_) {
      finished.interrupted = user_stops_;  // others than the user stopped them
      model::fail_with(finished, *failure_);
    }
    return finished;
  }

 private:
  // All or none: what a thread that cannot be had should have asked would be asked by nobody, and what the others asked
  // meanwhile would have been asked in vain.
  void start_all() {
    const auto started = threads_.start_all(engines_.size(), [this](std::size_t number) { work(number); });
    if (started) {
      running_ = engines_.size();
    } else {
      failure_ = Error{started.error().code, "nothing was scanned: " + started.error().message};
    }
  }

  // What an engine threw had freed all that it held.
  void work(std::size_t number) {
    model::ScanFinished finished;
    try {
      QueueSink sink{queue_, number};
      finished = engines_[number].work(sink);
    } catch (const std::bad_alloc&) {
      model::fail_with(
          finished,
          {Errc::limit, "there is not enough memory for this scan; scan fewer hosts or ports at once", "ENOMEM", {}});
    } catch (const std::exception& error) {
      model::fail_with(finished, {Errc::io, error.what()});
    }
    queue_.push({number, std::move(finished)});
  }

  void pass_on_wishes() {
    if (control_ == nullptr) return;
    if (control_->stop_requested()) {
      user_stops_ = true;
      stop();
    }
    if (control_->progress_due()) {
      for (const EngineRun& engine : engines_) engine.control.request_progress();
    }
  }

  void take(Message message) {
    if (auto* event = std::get_if<model::Event>(&message.content)) {
      if (failure_) return;
      if (const auto done = merged_.on(message.engine, std::move(*event)); !done) give_up(done.error());
      return;
    }
    --running_;
    const auto& finished = std::get<model::ScanFinished>(message.content);
    if (failure_) {
      merged_.add(finished);  // it was stopped, and has done what it has done
    } else {
      if (const auto done = merged_.end(message.engine, finished); !done) give_up(done.error());
    }
  }

  // What comes after a failure is taken and forgotten, so that nobody waits for room.
  void give_up(const Error& error) {
    if (!failure_) failure_ = error;
    stop();
  }

  void stop() {
    for (const EngineRun& engine : engines_) engine.control.request_stop();
  }

  std::span<EngineRun> engines_;
  engine::UserControl* control_;
  int wake_;
  MergedEvents merged_;
  os::Bell bell_;
  Queue<Message> queue_{queue_room, bell_};
  std::size_t running_ = 0;
  std::optional<Error> failure_;
  bool user_stops_ = false;
  os::ThreadGroup threads_;
};

}  // namespace

model::ScanFinished run_side_by_side(std::span<EngineRun> engines, engine::UserControl* control, int wake,
                                     model::Sink& sink, os::Bell bell) {
  return SideBySide{engines, control, wake, sink, std::move(bell)}.run();
}

}  // namespace portolan::run
