// The questions that a scan has put, as far as they are remembered, and which of them a packet answers: what a packet
// means to the scan, for who reads along. The engine needs no such memory, because it computes an attempt anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/doors.h"
#include "engine/shot.h"
#include "probe/probe.h"
#include "wire/dress.h"

namespace portolan::report {

class Questions {
 public:
  // So many are remembered, the latest; some 15 MiB, once there are as many.
  static constexpr std::size_t most = 65'536;
  using ZoneName = std::string (*)(std::uint32_t index);  // of an interface; "" where there is none

  explicit Questions(ZoneName zone_name = nullptr) : zone_name_{zone_name} {}

  void remember(const engine::Shot& shot);
  // "tcp-syn to 198.18.0.2 port 80, attempt 1"
  [[nodiscard]] std::string name_of(const engine::Shot& shot) const;
  // "fe80::2%eth0": with the name of its link, where that is known.
  [[nodiscard]] std::string shown(const net::IpAddress& address) const;
  // Whether the engine takes it for an answer to one of them.
  [[nodiscard]] bool answers(const engine::Received& frame) const;
  // "tcp-syn to 198.18.0.2 port 80, attempt 1: open (syn-ack)", or whose answer it is not.
  [[nodiscard]] std::string meaning_of(const engine::Received& frame) const;

 private:
  struct Asked {
    const probe::Probe* probe = nullptr;
    const wire::Dress* dress = nullptr;
    net::Path path;
    net::IpAddress target;
    net::Port port;
    std::uint8_t variant = 0;
    std::uint8_t number = 0;
    std::uint16_t tag = 0;
    std::uint32_t cookie = 0;
    [[nodiscard]] engine::Shot shot() const;
  };
  struct Key {
    const probe::Probe* probe = nullptr;
    net::IpAddress target;
    net::Port port;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  static Key key_of(const Asked& asked) { return {asked.probe, asked.target.without_zone(), asked.port}; }
  void forget(std::size_t slot);
  // A scan has few different ones, and its engines end before the last packet comes.
  [[nodiscard]] const wire::Dress& keep(const wire::Dress& dress);
  struct Meaning {
    std::string text;
    bool answers = false;  // a question, in the engine's eyes
  };
  // nullopt where no question of this technique is spoken of.
  [[nodiscard]] std::optional<Meaning> best_meaning(const engine::Received& frame) const;
  [[nodiscard]] std::optional<Meaning> answer_to(const probe::Probe& probe, const wire::Packet& packet,
                                                 const engine::Received& frame) const;

  ZoneName zone_name_;
  mutable std::map<std::uint32_t, std::string> zone_names_;  // those that were asked for
  std::deque<wire::Dress> dresses_;
  std::vector<Asked> asked_;  // a ring, once it is full
  std::size_t next_ = 0;      // the oldest of a full one
  bool has_forgotten_ = false;
  std::unordered_multimap<Key, std::size_t, KeyHash> slots_;
  std::vector<const probe::Probe*> probes_;  // of all that were put, in the order of their first
};

}  // namespace portolan::report
