#include "report/packets/questions.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>

#include "base/escape.h"
#include "base/text.h"
#include "wire/packet.h"

namespace portolan::report {
namespace {

std::string verdict_text(const probe::Probe& probe, const probe::Verdict& verdict) {
  // Whether that makes the host up is another question: some answer for everybody.
  if (probe.asks == probe::Asks::links) return fmt::format("answered ({})", name_of(verdict.reason));
  const bool asks_host = probe.asks == probe::Asks::hosts;
  const std::string_view said = !asks_host           ? name_of(verdict.state)
                                : verdict.host_is_up ? std::string_view{"up"}
                                                     : std::string_view{"not reached"};
  return fmt::format("{} ({})", said, name_of(verdict.reason));
}

}  // namespace

engine::Shot Questions::Asked::shot() const {
  return {probe,
          {.path = path,
           .target = target,
           .port = port,
           .variant = variant,
           .tag = tag,
           .cookie = cookie,
           .dress = *dress,
           .number = number}};
}

std::size_t Questions::KeyHash::operator()(const Key& key) const noexcept {
  return std::hash<net::IpAddress>{}(key.target) ^ std::hash<const void*>{}(key.probe) * 31 ^
         std::hash<std::uint16_t>{}(key.port.value()) * 0x9e3779b97f4a7c15U;
}

const wire::Dress& Questions::keep(const wire::Dress& dress) {
  const auto fields = [](const wire::Dress& d) {
    return std::tie(d.hop_limit, d.source_port, d.data, d.bad_checksum, d.tcp_flags, d.ip_options, d.adler32);
  };
  const auto kept = std::ranges::find_if(dresses_, [&](const auto& one) { return fields(one) == fields(dress); });
  return kept == dresses_.end() ? dresses_.emplace_back(dress) : *kept;
}

void Questions::forget(std::size_t slot) {
  has_forgotten_ = true;
  const auto [first, last] = slots_.equal_range(key_of(asked_[slot]));
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == slot; });
  if (found != last) slots_.erase(found);
}

void Questions::remember(const engine::Shot& shot) {
  const probe::Attempt& attempt = shot.attempt;
  const Asked asked{.probe = shot.probe,
                    .dress = &keep(attempt.dress),
                    .path = attempt.path,
                    .target = attempt.target,
                    .port = attempt.port,
                    .variant = attempt.variant,
                    .number = attempt.number,
                    .tag = attempt.tag,
                    .cookie = attempt.cookie};
  if (std::ranges::find(probes_, shot.probe) == probes_.end()) probes_.push_back(shot.probe);
  if (asked_.size() < most) {
    asked_.push_back(asked);
    slots_.emplace(key_of(asked), asked_.size() - 1);
    return;
  }
  forget(next_);
  asked_[next_] = asked;
  slots_.emplace(key_of(asked), next_);
  next_ = (next_ + 1) % most;
}

std::string Questions::shown(const net::IpAddress& address) const {
  const std::uint32_t zone = address.zone();
  if (zone == 0 || zone_name_ == nullptr) return to_string(address);
  const auto [known, is_new] = zone_names_.try_emplace(zone);
  if (is_new) known->second = escape_word(zone_name_(zone));
  return known->second.empty() ? to_string(address)
                               : fmt::format("{}%{}", to_string(address.without_zone()), known->second);
}

std::string Questions::name_of(const engine::Shot& shot) const {
  const probe::Attempt& attempt = shot.attempt;
  const net::IpAddress target = attempt.target.is_link_local() && !attempt.target.is_v4()
                                    ? attempt.target.with_zone(attempt.path.interface)
                                    : attempt.target;
  std::string text = fmt::format("{} to {}", shot.probe->name, shown(target));
  if (asks_ports(shot.probe->asks)) append(text, " port {}", attempt.port.value());
  if (shot.probe->asks == probe::Asks::ip_protocols) append(text, " protocol {}", attempt.port.value());
  const std::uint8_t hops = attempt.dress.hop_limit;
  if (hops != wire::Dress{}.hop_limit && shot.probe->asks != probe::Asks::links) append(text, ", hop limit {}", hops);
  append(text, ", attempt {}", attempt.number + 1);
  return text;
}

std::optional<Questions::Meaning> Questions::answer_to(const probe::Probe& probe, const wire::Packet& packet,
                                                       const engine::Received& frame) const {
  const auto subject = probe.subject(packet);
  if (!subject) return std::nullopt;
  const auto [first, last] = slots_.equal_range({&probe, subject->target.without_zone(), subject->port});
  if (first == last) return std::nullopt;
  const Asked* answered = nullptr;
  std::optional<probe::Verdict> verdict;
  for (auto entry = first; entry != last; ++entry) {
    const Asked& asked = asked_[entry->second];
    // All attempts leave from one port with --source-port.
    const bool has_common_tag = asked.dress->source_port && asked.dress->source_port->value() == subject->tag;
    if (probe.has_tag && subject->tag && asked.tag != *subject->tag && !has_common_tag) continue;
    // Of attempts that cannot be told apart (ARP) the last one is named.
    if (answered != nullptr && asked.number < answered->number) continue;
    if (const auto judged = probe.judge(asked.shot().attempt, packet)) {
      answered = &asked;
      verdict = judged;
    }
  }
  if (!verdict) {
    const std::string name = name_of(asked_[first->second].shot());
    return Meaning{fmt::format("stale, forged or somebody else's: no answer to {}", name.substr(0, name.rfind(',')))};
  }
  const std::string name = name_of(answered->shot());
  if (!came_from_asked_link(answered->path, packet, frame)) {
    return Meaning{fmt::format("from another link than was asked: no answer to {}", name)};
  }
  if (verdict->reason == model::Reason::time_exceeded) {
    return Meaning{fmt::format("{}: got as far as this router ({})", name, model::name_of(verdict->reason)), true};
  }
  return Meaning{fmt::format("{}: {}", name, verdict_text(probe, *verdict)), true};
}

std::optional<Questions::Meaning> Questions::best_meaning(const engine::Received& frame) const {
  const auto packet = wire::parse(frame.type, frame.bytes);
  if (!packet) return std::nullopt;
  std::optional<Meaning> meaning;
  for (const probe::Probe* probe : probes_) {
    auto found = answer_to(*probe, *packet, frame);
    if (!found || (meaning && !found->answers)) continue;
    meaning = std::move(found);
    if (meaning->answers) break;
  }
  return meaning;
}

bool Questions::answers(const engine::Received& frame) const {
  if (frame.damaged) return false;
  const auto meaning = best_meaning(frame);
  return meaning && meaning->answers;
}

std::string Questions::meaning_of(const engine::Received& frame) const {
  if (frame.damaged) return "its checksum is wrong: no answer";
  if (const auto meaning = best_meaning(frame)) return meaning->text;
  if (has_forgotten_) return fmt::format("belongs to none of the last {} questions of this scan", most);
  return "belongs to no question of this scan";
}

}  // namespace portolan::report
