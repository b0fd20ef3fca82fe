#include "engine/pace/loss_probes.h"

#include <algorithm>

namespace portolan::engine {
namespace {

// Where all places are taken, one in so many new hosts takes that of another.
constexpr std::uint64_t displaces = 32;

constexpr double enough_of_a_return = 8;  // answers

HostLoss::Kind kind_of(bool open) { return open ? HostLoss::Kind::open : HostLoss::Kind::other; }

}  // namespace

std::optional<LossWindow> HostLoss::worst() const {
  std::optional<LossWindow> found;
  for (const LossWindow& each : window) {
    if (each.tells() && (!found || each.share() > found->share())) found = each;
  }
  const LossWindow both{window[0].asked + window[1].asked, window[0].lost + window[1].lost};
  if (!found && is_coming_back() && both.lost == 0 && both.asked >= enough_of_a_return) return both;
  return found;
}

LossProbes::LossProbes(std::uint64_t seed, unsigned most_attempts) : most_attempts_{most_attempts}, random_{seed} {
  hosts_.reserve(most_hosts);
}

const LossProbes::Host* LossProbes::find_host(const net::IpAddress& address) const {
  const auto found = std::ranges::find(hosts_, address, &Host::address);
  return found == hosts_.end() ? nullptr : &*found;
}

LossProbes::Host* LossProbes::find_host(const net::IpAddress& address) {
  const auto found = std::ranges::find(hosts_, address, &Host::address);
  return found == hosts_.end() ? nullptr : &*found;
}

HostLoss* LossProbes::of(const net::IpAddress& address) {
  Host* host = find_host(address);
  return host == nullptr ? nullptr : &host->loss;
}

const HostLoss* LossProbes::of(const net::IpAddress& address) const {
  const Host* host = find_host(address);
  return host == nullptr ? nullptr : &host->loss;
}

// A host about which something is still to be learnt keeps its place.
bool LossProbes::is_busy(const Host& host) {
  const bool waits = std::ranges::any_of(host.probes, [](const Probe& probe) {
    return probe.state == State::queued || probe.state == State::in_flight || probe.untold > 0;
  });
  return waits || (host.loss.law.state() != LossLaw::State::watching && !host.forgotten && !host.left);
}

LossProbes::Host* LossProbes::place_for(const net::IpAddress& address) {
  if (Host* known = find_host(address)) return known;
  if (hosts_.size() < most_hosts) return &hosts_.emplace_back();
  Host& other = hosts_[random_.below(most_hosts)];
  const bool spent = std::ranges::none_of(other.probes, [this](const Probe& probe) { return may_measure(probe); });
  const bool gives_way = spent || other.forgotten || random_.below(displaces) == 0;
  if (is_busy(other) || !gives_way) return nullptr;
  other = Host{};
  return &other;
}

void LossProbes::remember(const WalkTarget& target, const Port& port, Duration timeout) {
  if (port.attempts >= most_attempts_) return;
  Host* host = place_for(target.address);
  if (host == nullptr || host->forgotten) return;
  if (host->address != target.address) {
    host->address = target.address;
    host->path = *target.path;
  }
  host->timeout = timeout;
  const auto place = std::ranges::find_if(host->probes, [this](const Probe& probe) {
    return probe.state == State::vacant || (is_idle(probe) && !may_measure(probe));
  });
  if (place != host->probes.end()) {
    *place = {.port = port, .state = State::idle};
    return;
  }
  const auto alike = [&](const Probe& probe) { return probe.port.open == port.open; };
  // Both kinds are to measure, so that a limit on one of them shows.
  if (std::ranges::count_if(host->probes, alike) < static_cast<std::ptrdiff_t>(ports_a_host / 2)) {
    const auto other =
        std::ranges::find_if(host->probes, [&](const Probe& probe) { return !alike(probe) && is_idle(probe); });
    if (other != host->probes.end()) *other = {.port = port, .state = State::idle};
    return;
  }
  // While its pace is looked for, nobody waits for a port that rests. What is still to be told is of the same kind.
  if (host->loss.law.state() != LossLaw::State::trying) return;
  const auto resting = std::ranges::find_if(host->probes, [&](const Probe& probe) {
    return alike(probe) && probe.state == State::idle && !probe.given_up && probe.port.attempts > port.attempts;
  });
  if (resting != host->probes.end()) *resting = {.port = port, .state = State::idle, .untold = resting->untold};
}

void LossProbes::forget(const net::IpAddress& address) {
  if (Host* host = find_host(address)) host->forgotten = true;
}

void LossProbes::on_left(const net::IpAddress& address) {
  if (Host* host = find_host(address)) host->left = true;
}

bool LossProbes::may_measure(const Probe& probe) const {
  return probe.state != State::vacant && probe.port.attempts < most_attempts_;
}

bool LossProbes::empty() const {
  return std::ranges::none_of(hosts_, [this](const Host& host) {
    return !host.forgotten && std::ranges::any_of(host.probes, [this](const Probe& p) { return may_measure(p); });
  });
}

bool LossProbes::only_log_in_ports() const {
  return std::ranges::none_of(hosts_, [this](const Host& host) {
    return !host.forgotten && std::ranges::any_of(host.probes, [this](const Probe& probe) {
      return !probe.port.log_in && may_measure(probe);
    });
  });
}

std::optional<LossProbes::Chosen> LossProbes::choose_from(std::size_t number, Instant now, bool urgent,
                                                          std::optional<HostLoss::Kind> kind) {
  Host& host = hosts_[number];
  if (host.forgotten) return std::nullopt;
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < ports_a_host; ++i) {
    const Probe& probe = host.probes[i];
    if (probe.state != State::idle || !may_measure(probe) || (probe.ready > now && !urgent)) continue;
    if (probe.port.log_in && !only_log_in_ports()) continue;
    if (kind && kind_of(probe.port.open) != *kind) continue;
    if (!best || probe.port.attempts < host.probes[*best].port.attempts) best = i;
  }
  if (!best) return std::nullopt;
  Probe& probe = host.probes[*best];
  probe.state = State::queued;
  return Chosen{number * ports_a_host + *best, probe.port.question, probe.port.attempts++};
}

std::optional<LossProbes::Chosen> LossProbes::choose(Instant now) {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::size_t host = ++turn_ % hosts_.size();
    // Whose pace has been found is asked in its own turn only.
    if (hosts_[host].loss.law.state() == LossLaw::State::limited) continue;
    if (auto chosen = choose_from(host, now, false, std::nullopt)) return chosen;
  }
  return std::nullopt;
}

std::optional<LossProbes::Chosen> LossProbes::choose_of(const net::IpAddress& address, Instant now, bool urgent,
                                                        std::optional<HostLoss::Kind> kind) {
  const Host* host = find_host(address);
  if (host == nullptr) return std::nullopt;
  return choose_from(static_cast<std::size_t>(host - hosts_.data()), now, urgent, kind);
}

Duration LossProbes::timeout_of(const net::IpAddress& address) const {
  const Host* host = find_host(address);
  return host == nullptr ? Duration::zero() : host->timeout;
}

bool LossProbes::can_measure(const net::IpAddress& address) const {
  const Host* host = find_host(address);
  return host != nullptr && !host->forgotten && std::ranges::any_of(host->probes, [this](const Probe& probe) {
           return may_measure(probe) && (!probe.port.log_in || only_log_in_ports());
         });
}

bool LossProbes::waits_for(const net::IpAddress& address) const {
  const Host* host = find_host(address);
  return host != nullptr && std::ranges::any_of(host->probes, [](const Probe& probe) {
           return probe.state == State::queued || probe.state == State::in_flight;
         });
}

void LossProbes::on_sent(std::size_t number, double rate, Instant now) {
  Probe& probe = hosts_[number / ports_a_host].probes[number % ports_a_host];
  probe.state = State::in_flight;
  probe.sent = now;
  probe.rate = rate;
  probe.given_up = false;
}

void LossProbes::on_refused(std::size_t number) {
  Probe& probe = hosts_[number / ports_a_host].probes[number % ports_a_host];
  probe.state = State::idle;
  --probe.port.attempts;
}

WalkTarget LossProbes::target_of(std::size_t probe) const {
  const Host& host = hosts_[probe / ports_a_host];
  return {host.address, &host.path};
}

void LossProbes::count(const Fate& fate) {
  Host& host = hosts_[fate.probe / ports_a_host];
  const auto kind = static_cast<std::size_t>(kind_of(host.probes[fate.probe % ports_a_host].port.open));
  ++host.loss.all[kind].asked;
  if (fate.lost) ++host.loss.all[kind].lost;
  if (fate.sent < host.loss.rate_since) return;
  host.loss.window[kind].add(fate.lost, fate.rate);
}

std::vector<LossProbes::Fate> LossProbes::take_fates(Instant now) {
  std::vector<Fate> fates;
  std::erase_if(answered_, [&](const Answered& answered) {
    if (answered.due >= now) return false;
    fates.push_back(answered.fate);
    --hosts_[answered.fate.probe / ports_a_host].probes[answered.fate.probe % ports_a_host].untold;
    return true;
  });
  for (std::size_t number = 0; number < hosts_.size(); ++number) {
    Host& host = hosts_[number];
    for (std::size_t i = 0; i < ports_a_host; ++i) {
      Probe& probe = host.probes[i];
      if (probe.state != State::in_flight || now - probe.sent <= host.timeout) continue;
      probe.state = State::idle;
      probe.ready = now;
      probe.given_up = true;
      fates.push_back({.probe = number * ports_a_host + i, .lost = true, .sent = probe.sent, .rate = probe.rate});
    }
  }
  for (const Fate& fate : fates) count(fate);
  return fates;
}

std::optional<std::size_t> LossProbes::find(const net::IpAddress& address, std::uint32_t interface,
                                            std::uint32_t question, unsigned attempt) const {
  for (std::size_t number = 0; number < hosts_.size(); ++number) {
    const Host& host = hosts_[number];
    if (host.address.without_zone() != address.without_zone()) continue;
    if (!address.is_v4() && address.is_link_local() && host.path.interface != interface) continue;
    for (std::size_t i = 0; i < ports_a_host; ++i) {
      const Probe& probe = host.probes[i];
      const bool waits = probe.state == State::in_flight || (probe.state == State::idle && probe.given_up);
      if (waits && probe.port.question == question && probe.port.attempts == attempt + 1) {
        return number * ports_a_host + i;
      }
    }
  }
  return std::nullopt;
}

std::optional<Instant> LossProbes::take(std::size_t number) {
  Host& host = hosts_[number / ports_a_host];
  Probe& probe = host.probes[number % ports_a_host];
  if (probe.given_up) {
    probe.given_up = false;
    --host.loss.all[static_cast<std::size_t>(kind_of(probe.port.open))].lost;
    return std::nullopt;
  }
  probe.state = State::idle;
  probe.ready = probe.sent + probe.rest;
  probe.rest *= 4;
  ++probe.untold;
  host.loss.last_good = std::max(host.loss.last_good, probe.sent);
  answered_.push_back({.fate = {.probe = number, .lost = false, .sent = probe.sent, .rate = probe.rate},
                       .due = probe.sent + host.timeout});
  return probe.sent;
}

}  // namespace portolan::engine
