#include "os/names/address_lookups.h"

#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "os/bell.h"
#include "os/monotonic_clock.h"
#include "os/privileges.h"
#include "os/stop_signals.h"
#include "os/thread/quiet_thread.h"

namespace portolan::os {

// A thread keeps it alive by itself: see ~AddressLookups.
struct AddressLookups::Shared {
  Shared(plan::Resolve how, Bell rung) : resolve{std::move(how)}, bell{std::move(rung)} {}

  const plan::Resolve resolve;
  const Bell bell;  // rings with each answer

  std::mutex mutex;  // guards what follows
  std::deque<std::string> waiting;
  std::unordered_map<std::string, std::optional<Answer>> answers;  // nullopt while looked up
  std::vector<std::string> come;                                   // since they were last taken
  std::size_t threads = 0;                                         // each takes names until none waits
  bool given_up = false;

  // nullopt: the thread that asks has no more to do, and counts no more.
  std::optional<std::string> take() {
    const std::scoped_lock lock{mutex};
    if (waiting.empty() || given_up) {
      --threads;
      return std::nullopt;
    }
    std::string name = std::move(waiting.front());
    waiting.pop_front();
    return name;
  }

  // Needs no memory: `come` has room for every name that was asked for.
  void put(std::string name, Answer answer) noexcept {
    const std::scoped_lock lock{mutex};
    answers.find(name)->second = std::move(answer);
    come.push_back(std::move(name));
    bell.ring();
  }

  // The name is taken up once, and whole or not at all: memory may be short.
  bool add(std::string_view name) {
    const auto [place, is_new] = answers.try_emplace(std::string{name});
    if (!is_new) return false;
    try {
      if (come.capacity() < answers.size()) come.reserve(2 * answers.size());
      waiting.emplace_back(name);
    } catch (const std::exception&) {
      answers.erase(place);
      throw;
    }
    return true;
  }
};

namespace {

AddressLookups::Answer in_words(const std::string& name, const AddressLookups::Answer& answer) {
  if (answer || !answer.error().message.empty()) return answer;
  return fail({Errc::unresolved,
               said("cannot resolve '{}': there is not enough memory", escape_terminal(name)),
               "ENOMEM",
               {name}});
}

// Of an answer that there was no memory for, only this is kept; whoever asks makes the sentence.
AddressLookups::Answer answer_of(const plan::Resolve& resolve, const std::string& name) noexcept {
  try {
    return resolve(name);
  } catch (const std::exception&) {
    return fail({Errc::unresolved, {}, {}, {}});
  }
}

}  // namespace

AddressLookups::AddressLookups(std::shared_ptr<Shared> shared) : shared_{std::move(shared)} {}

Result<std::unique_ptr<AddressLookups>> AddressLookups::open(plan::Resolve resolve) {
  auto bell = Bell::open();
  if (!bell) return fail(bell.error());
  auto shared = std::make_shared<Shared>(std::move(resolve), std::move(*bell));
  return std::unique_ptr<AddressLookups>{new AddressLookups{std::move(shared)}};
}

AddressLookups::~AddressLookups() {
  const std::scoped_lock lock{shared_->mutex};
  shared_->given_up = true;
}

void AddressLookups::ask(std::string_view name) {
  {
    const std::scoped_lock lock{shared_->mutex};
    if (!shared_->add(name)) return;
    if (shared_->threads == most_threads) return;
    ++shared_->threads;
  }
  start_thread();
}

// The new thread is counted already.
void AddressLookups::start_thread() {
  try {
    quiet_thread([shared = shared_] {
      // Modules of the system's resolver read what strangers send. Where privileges stay, they are no more than the
      // caller's.
      try {
        (void)drop_privileges();
      } catch (const std::exception&) {  // no memory for the sentence about it
        return work(*shared);
      }
      work(*shared);
    }).detach();
    return;
  } catch (const std::exception&) {  // no thread, or no memory for one
    const std::scoped_lock lock{shared_->mutex};
    if (shared_->threads > 1) {
      --shared_->threads;  // others will come to it
      return;
    }
  }
  work(*shared_);
}

void AddressLookups::work(Shared& shared) {
  while (auto name = shared.take()) {
    Answer answer = answer_of(shared.resolve, *name);
    shared.put(std::move(*name), std::move(answer));
  }
}

std::optional<AddressLookups::Answer> AddressLookups::answer(std::string_view name) const {
  const std::scoped_lock lock{shared_->mutex};
  const auto found = shared_->answers.find(std::string{name});
  if (found == shared_->answers.end() || !found->second) return std::nullopt;
  return in_words(found->first, *found->second);
}

bool AddressLookups::has_answer(std::string_view name) const {
  const std::scoped_lock lock{shared_->mutex};
  const auto found = shared_->answers.find(std::string{name});
  return found != shared_->answers.end() && found->second;
}

std::vector<AddressLookups::Answered> AddressLookups::take_new() {
  const std::scoped_lock lock{shared_->mutex};
  std::vector<Answered> taken;
  taken.reserve(shared_->come.size());
  for (const std::string& name : shared_->come) taken.push_back({name, in_words(name, *shared_->answers.at(name))});
  shared_->come.clear();  // and keeps its room
  return taken;
}

AddressLookups::Answer AddressLookups::wait_for(std::string_view name) {
  ask(name);
  if (wait_for(name, Instant::max())) return *answer(name);
  return fail({Errc::io,
               said("cannot resolve '{}': a signal came before the answer", escape_terminal(name)),
               "EINTR",
               {std::string{name}}});
}

bool AddressLookups::wait_for(std::string_view name, Instant deadline) {
  const MonotonicClock clock;
  for (;;) {
    shared_->bell.clear();
    if (has_answer(name)) return true;
    const Instant now = clock.now();
    const bool stopped = stop_is_caught() && StopSignals::signal();
    if (stopped || now >= deadline) return false;
    wait_or_stop(shared_->bell.descriptor(), deadline == Instant::max() ? std::nullopt : std::optional{deadline - now});
  }
}

}  // namespace portolan::os
