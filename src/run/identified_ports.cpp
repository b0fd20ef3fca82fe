#include "run/identified_ports.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "identify/datagram_openings.h"
#include "identify/manners.h"

namespace portolan::run {
namespace {

using namespace std::chrono_literals;

constexpr Duration short_patience = 6s;
constexpr Duration long_patience = 16s;
constexpr int all_readers = 9;
constexpr int light = 2;
constexpr std::chrono::milliseconds look_around{100};

identify::HostSettings settings_of(const plan::Plan& plan, const identify::Fingerprints* fingerprints) {
  const plan::Identification& wanted = *plan.identify;
  identify::HostSettings settings;
  const std::size_t usual_connections = settings.connections;
  if (wanted.connections_a_host) settings.connections = settings.listening = *wanted.connections_a_host;
  settings.agenda.intensity = wanted.intensity;
  settings.agenda.fingerprints = fingerprints;
  if (plan.timing.level <= 1 || wanted.intensity >= all_readers) {
    settings.agenda.patience = long_patience;
  } else if (plan.timing.level == 5 || wanted.intensity <= light) {
    settings.agenda.patience = short_patience;
  }
  if (plan.timing.host_timeout) {
    settings.deadline = *plan.timing.host_timeout;
  } else {
    // Who may have fewer connections needs longer for the same.
    const std::size_t connections = std::max<std::size_t>(settings.connections, 1);
    const std::size_t parts = (usual_connections + connections - 1) / connections;
    settings.deadline *= static_cast<int>(parts);
  }
  return settings;
}

std::string_view user_name_of(const model::HostRecord& record) {
  const auto found = std::ranges::find(record.names, model::HostName::Kind::user, &model::HostName::kind);
  return found == record.names.end() ? std::string_view{} : found->name;
}

// Of a host that drops what comes, nothing but silence would be heard.
constexpr std::size_t most_silent_ports = 25;

bool is_silent_udp(const model::PortRecord& port) {
  return port.protocol == net::Protocol::udp && port.state == model::PortState::open_filtered;
}

bool is_open_tcp(const model::PortRecord& port) {
  return port.protocol == net::Protocol::tcp && port.state == model::PortState::open;
}

// Whoever answers is there, however long that took.
void tell(model::PortRecord& port, const model::ServiceRecord& service) {
  if (is_silent_udp(port)) {
    if (service.answered.empty()) return;
    port.state = model::PortState::open;
    port.reason = model::Reason::udp_response;
  }
  port.identified = service;
}

}  // namespace

IdentifiedPorts::IdentifiedPorts(const plan::Plan& plan, model::Sink& sink, os::Bell work, os::Bell done,
                                 TalkTrace trace, const identify::Fingerprints* fingerprints)
    : plan_{plan},
      sink_{sink},
      trace_{std::move(trace)},
      fingerprints_{fingerprints},
      work_{std::move(work)},
      done_{std::move(done)} {}

Result<std::unique_ptr<IdentifiedPorts>> IdentifiedPorts::begin(const plan::Plan& plan, model::Sink& sink,
                                                                TalkTrace trace,
                                                                const identify::Fingerprints* fingerprints) {
  auto work = os::Bell::open();
  if (!work) return fail(work.error());
  auto done = os::Bell::open();
  if (!done) return fail(done.error());
  std::unique_ptr<IdentifiedPorts> ports{
      new IdentifiedPorts{plan, sink, std::move(*work), std::move(*done), std::move(trace), fingerprints}};
  auto datagrams = IdentifiedDatagrams::begin({.only_reads = plan.identify->intensity <= light,
                                               .keeps_transcripts = static_cast<bool>(ports->trace_),
                                               .fingerprints = fingerprints},
                                              ports->done_);
  if (!datagrams) return fail(datagrams.error());
  ports->datagrams_ = std::move(*datagrams);
  if (const auto started = ports->thread_.start([raw = ports.get()] { raw->talk(); }); !started) {
    return fail(started.error());
  }
  return ports;
}

IdentifiedPorts::~IdentifiedPorts() {
  stop_ = true;
  work_.ring();
  thread_.join();
}

// ---- the thread that talks ----------------------------------------------------------------------

void IdentifiedPorts::talk() {
  try {
    talk_on();
  } catch (const std::exception&) {
    broken_ = true;
    done_.ring();
  }
}

void IdentifiedPorts::talk_on() {
  os::ServiceTalks talks{{.host = settings_of(plan_, fingerprints_), .keeps_transcripts = static_cast<bool>(trace_)}};
  for (;;) {
    // Whoever rings has said before why: what is looked at behind this is not missed.
    work_.clear();
    if (stop_) break;
    {
      const std::scoped_lock lock{mutex_};
      for (os::ServiceTarget& target : new_) talks.add(std::move(target));
      new_.clear();
    }
    if (talks.left() == 0) os::wait_for_any({work_.descriptor()});
    auto done = talks.work(work_.descriptor());
    if (done.empty()) continue;
    const std::scoped_lock lock{mutex_};
    std::ranges::move(done, std::back_inserter(finished_));
    done_.ring();
  }
  talks.stop();
}

// ---- everybody else -----------------------------------------------------------------------------

void IdentifiedPorts::ask(const net::IpAddress& host, net::Port port, const std::string& name) {
  const auto [place, is_new] = asked_.try_emplace({host, {net::Protocol::tcp, port}});
  if (!is_new) return;
  const identify::Manner manner = identify::manner_at(port, plan_.identify->ask_industrial);
  if (manner == identify::Manner::leave && !plan_.identify->all_ports) {
    place->second = model::ServiceRecord{};
    place->second->untouched = true;
    return;
  }
  const std::scoped_lock lock{mutex_};
  new_.push_back({.address = host,
                  .port = port,
                  .name = name,
                  .interface = plan_.interface,
                  .manner = manner == identify::Manner::leave ? identify::Manner::ask : manner});
  work_.ring();
}

Result<void> IdentifiedPorts::on(const model::Event& event) {
  if (const auto taken = take(); !taken) return taken;
  if (const auto* open = std::get_if<model::OpenPort>(&event)) {
    if (is_open_tcp(open->port)) ask(open->host, open->port.port, {});
    if (ask_by_datagrams(*open)) {
      model::OpenPort told = *open;
      told.port.identified = {};
      return sink_.on(told);
    }
  }
  if (const auto* host = std::get_if<model::HostRecord>(&event)) return hold(*host);
  return sink_.on(event);
}

bool IdentifiedPorts::ask_by_datagrams(const model::OpenPort& open) {
  const model::PortRecord& port = open.port;
  if (port.protocol != net::Protocol::udp || !port.identified) return false;
  if (asked_.try_emplace({open.host, {port.protocol, port.port}}).second) {
    datagrams_->ask({.at = {.address = open.host,
                            .port = port.port,
                            .name = {},
                            .interface = plan_.interface,
                            .manner = identify::manner_of_datagrams_at(port.port)},
                     .first = {port.identified->asked, port.identified->answered}});
  }
  return true;
}

// Only now is it known that nothing more comes from them.
void IdentifiedPorts::ask_silent(const model::HostRecord& record) {
  const auto silent = std::ranges::count_if(record.ports, is_silent_udp);
  if (std::cmp_greater(silent, most_silent_ports) || record.timed_out) return;
  for (const model::PortRecord& port : record.ports) {
    if (!is_silent_udp(port)) continue;
    auto openings = identify::openings_for(port.port, plan_.identify->intensity);
    if (openings.empty() || !asked_.try_emplace({record.address, {port.protocol, port.port}}).second) continue;
    datagrams_->ask({.at = {.address = record.address, .port = port.port, .name = {}, .interface = plan_.interface},
                     .openings = std::move(openings)});
  }
}

bool IdentifiedPorts::is_asked(const net::IpAddress& host, const model::PortRecord& port) const {
  const bool may_be = port.state == model::PortState::open || is_silent_udp(port);
  return is_open_tcp(port) || (may_be && asked_.contains({host, {port.protocol, port.port}}));
}

Result<void> IdentifiedPorts::hold(const model::HostRecord& record) {
  Held held{record, {}};
  const std::string name{user_name_of(record)};
  ask_silent(record);
  for (model::PortRecord& port : held.record.ports) {
    if (!is_asked(record.address, port)) continue;
    if (port.protocol == net::Protocol::tcp) ask(record.address, port.port, name);
    const auto& known = asked_.at({record.address, {port.protocol, port.port}});
    port.identified = known;
    if (!known) held.left.insert({port.protocol, port.port});
  }
  if (held.left.empty()) return tell_host(std::move(held.record));
  held_.insert_or_assign(record.address, std::move(held));
  return {};
}

// What the thread has found out since.
Result<void> IdentifiedPorts::take() {
  std::vector<os::ServiceTalks::Done> finished;
  {
    const std::scoped_lock lock{mutex_};
    done_.clear();
    finished.swap(finished_);
  }
  const auto note_all = [this](auto& all, net::Protocol protocol, auto transcript) -> Result<void> {
    for (auto& done : all) {
      if (trace_ && !(done.*transcript).empty()) trace_(done.*transcript, done.service);
      const PortName port{protocol, done.target.port};
      if (auto told = note(done.target.address, port, std::move(done.service)); !told) return told;
    }
    return {};
  };
  for (const auto& done : finished) {
    if (done.cut) ++cut_[done.target.address];
  }
  if (auto told = note_all(finished, net::Protocol::tcp, &os::ServiceTalks::Done::transcripts); !told) return told;
  auto datagrams = datagrams_->take();
  return note_all(datagrams, net::Protocol::udp, &os::DatagramTalks::Done::transcript);
}

Result<void> IdentifiedPorts::note(const net::IpAddress& host, PortName name, model::ServiceRecord service) {
  const auto held = held_.find(host);
  if (held != held_.end() && held->second.left.erase(name) != 0) {
    for (model::PortRecord& port : held->second.record.ports) {
      if (PortName{port.protocol, port.port} == name) tell(port, service);
    }
  }
  asked_[{host, name}] = std::move(service);
  if (held == held_.end() || !held->second.left.empty()) return {};
  model::HostRecord record = std::move(held->second.record);
  held_.erase(held);
  return tell_host(std::move(record));
}

Result<void> IdentifiedPorts::tell_host(model::HostRecord record) {
  if (const auto cut = cut_.find(record.address); cut != cut_.end()) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(settings_of(plan_, fingerprints_).deadline).count();
    record.remarks.push_back({model::RemarkCode::services_unknown, {cut->second, static_cast<std::uint64_t>(seconds)}});
    cut_.erase(cut);
  }
  return sink_.on(record);
}

Result<bool> IdentifiedPorts::finish(engine::UserControl* control, int wake) {
  if (const auto taken = take(); !taken) return fail(taken.error());
  const auto is_broken = [this] { return broken_ || datagrams_->is_broken(); };
  while (!held_.empty() && !is_broken() && (control == nullptr || !control->stop_requested())) {
    // Reports that keep text back write it before that is waited for.
    if (const auto told = sink_.on(model::CaughtUp{}); !told) return fail(told.error());
    const bool is_deaf = control != nullptr && wake < 0;
    os::wait_for_any({done_.descriptor(), wake}, is_deaf ? std::optional{look_around} : std::nullopt);
    if (const auto taken = take(); !taken) return fail(taken.error());
  }
  // Stopped: what is known is told.
  std::vector<model::HostRecord> left;
  for (auto& [address, held] : held_) left.push_back(std::move(held.record));
  held_.clear();
  std::ranges::sort(left, {}, &model::HostRecord::position);
  for (model::HostRecord& record : left) {
    record.interrupted = true;
    if (const auto told = sink_.on(record); !told) return fail(told.error());
  }
  if (is_broken())
    return fail({Errc::limit, "not every service is known: there was not enough memory to ask", "ENOMEM", {}});
  return left.empty();
}

}  // namespace portolan::run
