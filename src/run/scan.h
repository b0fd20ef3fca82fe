// A plan carried out on this machine: everything it needs is opened from one vantage, then it runs. The command line
// uses this, and whatever else scans.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"
#include "engine/scan.h"
#include "engine/watched_link.h"
#include "identify/fingerprints.h"
#include "model/record.h"
#include "model/sink.h"
#include "os/names/reverse_names.h"
#include "plan/plan.h"
#include "run/talk_trace.h"

namespace portolan::run {

// Where a scan looks from.
struct Vantage {
  // A name of /run/netns, a path or an inode number; "": the network namespace that this process is in.
  std::string network_namespace = {};
};

// What belongs to this machine and its user, and not to the plan.
struct ScanSettings {
  os::ReverseNamesOptions names = {};
  engine::UserControl* control = nullptr;  // nullptr: nobody interferes
  int wake = -1;                           // readable when `control` has something new; -1: never
  unsigned threads = 1;                    // engines side by side, at least one
  engine::LateTargets* late = nullptr;     // targets beside those of the plan; of several engines the first takes them
  bool whole_packets = false;              // what arrives is heard whole, for a watch that keeps it
  TalkTrace talk_trace = {};               // may be empty
  // That say more of who answers; nullptr for none. They outlive the scan.
  const identify::Fingerprints* fingerprints = nullptr;
};

// Who sees the packets of an engine. Called for each of them before any begins; each is called by its engine's thread
// and outlives the scan.
using WatchOf = std::function<engine::PacketWatch&()>;

// As many engines as are of use: hosts are shared out between them, and a scan that asks one thing after another, or
// only lists, has one.
unsigned useful_threads(const plan::Plan& plan, unsigned wanted);

// What a scan that begins now says first. The command line, where there is one, is the caller's to add.
model::ScanStarted started_of(const plan::Plan& plan);

class OpenScan {
 public:
  // Opens everything that needs a privilege, so that privileges can be dropped afterwards: whoever looks from several
  // vantages opens them all before. The calling thread stays in its own namespace. Plan, services, control and
  // late targets outlive the scan. Errors are sentences: Errc::privilege, Errc::usage for a namespace that is none, and
  // what links say.
  static Result<std::unique_ptr<OpenScan>> open(const plan::Plan& plan, const catalog::Services& services,
                                                const Vantage& vantage, const ScanSettings& settings);
  OpenScan(const OpenScan&) = delete;
  OpenScan& operator=(const OpenScan&) = delete;
  ~OpenScan();

  // Once. Everything but ScanStarted and ScanFinished goes to the sink, which one thread calls; the caller, who knows
  // what else can fail, says those two. Where a link or the sink failed, the whole scan ends, `success` is false and
  // `error` says why; what had been counted by then is there all the same.
  // `watch_of`: empty where nobody wants to see packets, which then costs nothing.
  model::ScanFinished run(model::Sink& sink, const WatchOf& watch_of = {});

 private:
  struct Parts;
  explicit OpenScan(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace portolan::run
