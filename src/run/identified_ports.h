// Who answers at the ports that a scan finds open, asked beside it by a thread of its own (-sV).
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/doors.h"
#include "model/sink.h"
#include "os/bell.h"
#include "os/identify/service_talks.h"
#include "os/thread/thread_group.h"
#include "plan/plan.h"
#include "run/identified_datagrams.h"
#include "run/talk_trace.h"

namespace portolan::run {

// A sink in front of another one: hosts are held back until their open ports are identified, and go on in the order
// in which that happens. Everything else passes at once. All but the thread that talks belongs to the caller.
class IdentifiedPorts final : public model::Sink {
 public:
  // `trace`: called by the caller's thread; may be empty.
  // Errors: Errc::limit where there is no descriptor or thread to be had. Plan, sink and fingerprints outlive it.
  static Result<std::unique_ptr<IdentifiedPorts>> begin(const plan::Plan& plan, model::Sink& sink, TalkTrace trace,
                                                        const identify::Fingerprints* fingerprints = nullptr);
  ~IdentifiedPorts() override;

  Result<void> on(const model::Event& event) override;
  // Once the scan has told all: waits for what is still asked. `control` may stop that; what is known is told then.
  // `wake` is readable when it has something new, -1 for never. False where it was stopped.
  Result<bool> finish(engine::UserControl* control, int wake);

 private:
  using PortName = std::pair<net::Protocol, net::Port>;
  using Place = std::pair<net::IpAddress, PortName>;
  struct Held {
    model::HostRecord record;
    std::set<PortName> left;  // ports that are still asked
  };

  IdentifiedPorts(const plan::Plan& plan, model::Sink& sink, os::Bell work, os::Bell done, TalkTrace trace,
                  const identify::Fingerprints* fingerprints);
  void ask(const net::IpAddress& host, net::Port port, const std::string& name);
  // An open port of UDP, and whether all about its answer was handed on with it.
  bool ask_by_datagrams(const model::OpenPort& open);
  // Its UDP ports that may be open, or filtered.
  void ask_silent(const model::HostRecord& record);
  [[nodiscard]] bool is_asked(const net::IpAddress& host, const model::PortRecord& port) const;
  Result<void> note(const net::IpAddress& host, PortName port, model::ServiceRecord service);
  Result<void> hold(const model::HostRecord& record);
  Result<void> tell_host(model::HostRecord record);
  Result<void> take();
  void talk();
  void talk_on();

  const plan::Plan& plan_;
  model::Sink& sink_;
  TalkTrace trace_;
  const identify::Fingerprints* fingerprints_;
  std::map<Place, Boxed<model::ServiceRecord>> asked_;  // empty while it is not known
  std::unordered_map<net::IpAddress, Held> held_;
  std::unordered_map<net::IpAddress, std::uint64_t> cut_;  // ports that the deadline of their host left unasked

  std::mutex mutex_;
  std::vector<os::ServiceTarget> new_;            // for the thread
  std::vector<os::ServiceTalks::Done> finished_;  // from it
  std::atomic<bool> stop_ = false;
  std::atomic<bool> broken_ = false;  // the thread had no memory
  os::Bell work_;
  os::Bell done_;
  os::ThreadGroup thread_;
  std::unique_ptr<IdentifiedDatagrams> datagrams_;
};

}  // namespace portolan::run
