// Many hosts at once, each with an identify::HostAgenda: their connections are opened, talked on and closed here, by
// one thread that waits for all of them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "identify/host_agenda.h"
#include "identify/transcript.h"
#include "os/identify/service_socket.h"

namespace portolan::os {

struct ServiceTalkSettings {
  identify::HostSettings host = {};
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
  [[nodiscard]] std::size_t left() const;

  struct Done {
    ServiceTarget target;
    model::ServiceRecord service;
    std::string transcripts;  // of all that was said, where they are kept (identify/transcript.h)
    bool cut = false;         // the host's deadline came before all was asked
  };
  // Goes on with all of them until something is done, `wake` is readable (-1: never), or nothing is left.
  std::vector<Done> work(int wake);
  // Closes what is open, in order where that takes no time.
  void stop();

 private:
  struct HostTalk;
  using Place = std::pair<net::Port, std::uint32_t>;  // port and connection

  void start_waiting(Instant now);
  void act(HostTalk& talk, Instant now);
  void open(HostTalk& talk, const identify::HostAgenda::Act& act, Instant now);
  void look(HostTalk& talk, const Place& place, Instant now);
  std::vector<Done> take_done(Instant now);
  [[nodiscard]] Instant wake_at() const;
  [[nodiscard]] std::size_t free_places(const HostTalk* talk) const;
  void wait(int wake, Instant until);

  ServiceTalkSettings settings_;
  std::size_t most_connections_;
  std::deque<net::IpAddress> waiting_;  // hosts
  std::unordered_map<net::IpAddress, std::unique_ptr<HostTalk>> hosts_;
  std::vector<HostTalk*> talks_;  // of hosts under way, in the order in which they began
  std::vector<std::unique_ptr<ServiceSocket>> closing_;
};

}  // namespace portolan::os
