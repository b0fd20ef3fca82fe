// Many ports at once, each with an identify::Agenda: their connections are opened, talked on and closed here, by one
// thread that waits for all of them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "identify/agenda.h"
#include "identify/transcript.h"
#include "os/identify/service_socket.h"

namespace portolan::os {

struct ServiceTalkSettings {
  identify::AgendaSettings agenda = {};
  std::size_t connections_a_host = 16;
  bool keeps_transcripts = false;
};

class ServiceTalks {
 public:
  explicit ServiceTalks(const ServiceTalkSettings& settings);
  ServiceTalks(const ServiceTalks&) = delete;
  ServiceTalks& operator=(const ServiceTalks&) = delete;
  ~ServiceTalks();

  void add(ServiceTarget target);
  // Ports whose talks are not over.
  [[nodiscard]] std::size_t left() const { return talks_.size() + waiting_.size(); }

  struct Done {
    ServiceTarget target;
    model::ServiceRecord service;
    std::string transcripts;  // of all that was said, where they are kept (identify/transcript.h)
  };
  // Goes on with all of them until something is done, `wake` is readable (-1: never), or nothing is left.
  std::vector<Done> work(int wake);
  // Closes what is open, in order where that takes no time.
  void stop();

 private:
  struct PortTalk;

  void start_waiting(Instant now);
  void act(PortTalk& talk, Instant now);
  void look(PortTalk& talk, std::uint32_t connection, Instant now);
  std::vector<Done> take_done(Instant now);
  [[nodiscard]] Instant wake_at() const;
  void wait(int wake, Instant until);

  ServiceTalkSettings settings_;
  std::size_t most_talks_;
  std::deque<ServiceTarget> waiting_;
  std::vector<std::unique_ptr<PortTalk>> talks_;
  std::unordered_map<net::IpAddress, std::size_t> of_host_;  // talks under way
  std::vector<std::unique_ptr<ServiceSocket>> closing_;
};

}  // namespace portolan::os
