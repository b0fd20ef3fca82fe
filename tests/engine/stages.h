// A scan of a scripted network with all that stands around it: names, wishes of the user, a reader. Shared by the tests
// of what the steps of a scan do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probe/registry.h"
#include "tests/engine/scan_world.h"
#include "tests/engine/scripted_network.h"

namespace portolan::test {

using namespace std::chrono_literals;
using Replies = std::vector<Reply>;

constexpr auto ethernet = net::Path::Kind::ethernet;
inline const net::Mac gateway_mac{{2, 0, 0, 0, 0, 99}};

// Tells what it hears, refuses what it is told to, and keeps the rest.
class RecordingSink final : public Collect {
 public:
  std::optional<Error> refuses_open;
  std::vector<model::Remark> remarks;
  std::vector<model::Progress> progress;

  Result<void> on(const model::Event& event) override {
    if (std::holds_alternative<model::OpenPort>(event) && refuses_open) return fail(*refuses_open);
    if (const auto* remark = std::get_if<model::Remark>(&event)) remarks.push_back(*remark);
    if (const auto* told = std::get_if<model::Progress>(&event)) progress.push_back(*told);
    return Collect::on(event);
  }
};

// Names that come at a moment of the clock; at none they never do.
class LateNames final : public engine::NameSource {
 public:
  LateNames(const engine::Clock& clock, std::optional<Instant> known_at) : clock_{clock}, known_at_{known_at} {}
  void ask(const net::IpAddress& asked_for) override { asked.push_back(to_string(asked_for)); }
  std::optional<std::string> answer(const net::IpAddress&) override {
    if (!known_at_ || clock_.now() < *known_at_) return std::nullopt;
    return "named.test";
  }
  std::vector<std::string> asked;

 private:
  const engine::Clock& clock_;
  std::optional<Instant> known_at_;
};

struct Wishes final : engine::UserControl {
  explicit Wishes(const engine::Clock& of) : clock{of} {}
  bool stop_requested() override { return ++looks > stop_after || (stop_at && clock.now() >= *stop_at); }
  bool progress_due() override { return wants_progress; }
  const engine::Clock& clock;
  std::optional<Instant> stop_at;
  std::uint64_t stop_after = UINT64_MAX;  // looks
  std::uint64_t looks = 0;
  bool wants_progress = false;
};

class Stages : public testing::Test {
 protected:
  ScriptedNetwork network;
  RecordingSink sink;
  Wishes wishes{network};
  std::unique_ptr<LateNames> names;

  model::ScanFinished run_to_its_end(const plan::Plan& plan) {
    static const auto services = catalog::Services::parse("").value();
    static const catalog::Vendors vendors;
    const engine::World world{
        network, network, network, 40'000, services, vendors, names.get(), &wishes, std::chrono::system_clock::now};
    return engine::run_scan(plan, world, sink);
  }
  // The same of a scan that is to succeed.
  Result<model::ScanFinished> run(const plan::Plan& plan) { return success_of(run_to_its_end(plan)); }
  // For another scan: what is still under way would be taken for an answer, because seeds make the same cookies.
  void begin_anew() {
    network.forget();
    sink.hosts.clear();
    sink.open.clear();
  }
  // What all ports answer.
  void all_ports_are(Reply (*answer)(const SentFrame&, Duration), Duration after = 1ms) {
    network.answer = [=](const SentFrame& frame) { return frame.tcp() ? Replies{answer(frame, after)} : Replies{}; };
  }
  void never_names() { names = std::make_unique<LateNames>(network, std::nullopt); }
  void names_at(Duration after) { names = std::make_unique<LateNames>(network, network.now() + after); }

  [[nodiscard]] std::size_t arp_requests() const {
    return static_cast<std::size_t>(std::ranges::count(network.sent, net::EtherType::arp, &SentFrame::type));
  }
  [[nodiscard]] std::vector<std::uint16_t> ports_asked() const {
    std::vector<std::uint16_t> asked;
    for (const auto& frame : network.sent) {
      if (const auto tcp = frame.tcp()) asked.push_back(tcp->destination.value());
    }
    return asked;
  }
};

inline plan::Plan ping_plan(const std::vector<std::string>& targets) {
  plan::Plan plan = plan_for(targets, {}, 1);
  plan.depth = plan::ScanDepth::ping;
  return plan;
}

inline Result<net::Path> on_the_link(const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); }
inline Result<net::Path> behind_gateway(const net::IpAddress& target) {
  net::Path path = ScriptedNetwork::path(ethernet, target);
  path.on_link = false;
  path.next_hop = address("198.18.0.99");
  return path;
}

}  // namespace portolan::test
