// Sees what passes while one connection is made and ended, keeps what belongs to it, and makes its story. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/conversation.h"
#include "explain/story.h"

namespace portolan::explain {

// Of whatever passed this machine's interfaces.
struct Passed {
  Instant at;
  bool leaving = false;  // this machine
  std::uint32_t interface = 0;
  net::EtherType type = net::EtherType::ipv4;
  std::vector<std::uint8_t> bytes = {};  // from the network header on
};

// What connect() came to.
struct ConnectOutcome {
  bool connected = false;
  std::string cause = {};  // the name of an errno; "" where it succeeded, or not in time
};

class ConnectionWitness {
 public:
  // `own_port`: where the connection begins.
  ConnectionWitness(const Question& question, net::Port own_port) : question_{question}, own_port_{own_port} {}

  void see(Passed packet);
  void said(std::string_view words) { said_ = words; }
  void heard(std::string_view bytes);
  [[nodiscard]] bool has_heard() const { return !heard_.empty(); }
  // Whether neither end will say anything more, as far as packets tell.
  [[nodiscard]] bool is_over() const { return conversation_.states().is_over(); }

  // All that was seen; once. `unseen`: packets that the watch had no room for.
  [[nodiscard]] Story take(const ConnectOutcome& outcome, std::uint64_t unseen);

  // No story is longer: what comes then is not kept.
  static constexpr std::size_t most_moments = 256;

 private:
  // Whether it was sent by this machine; nullopt where it does not belong to the connection.
  [[nodiscard]] std::optional<bool> sender_of(const Passed& passed, const wire::Packet& packet);
  [[nodiscard]] bool is_seen_twice(const Passed& passed) const;
  void judge_failure(Story& story, const ConnectOutcome& outcome) const;
  [[nodiscard]] Connection::End end_of_connection() const;

  Question question_;
  net::Port own_port_;
  Conversation conversation_;
  std::vector<Passed> passed_;
  std::vector<bool> ours_;  // of each of these
  bool has_asked_link_ = false;
  bool has_sent_syn_ = false;
  bool reset_by_them_ = false;
  bool reset_by_us_ = false;
  std::string said_;
  std::string heard_;
};

}  // namespace portolan::explain
