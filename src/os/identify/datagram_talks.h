// Many UDP ports at once, each with an identify::DatagramAgenda: second questions leave from connected sockets, by one
// thread that waits for all of them.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "identify/datagram_agenda.h"
#include "os/identify/service_socket.h"

namespace portolan::os {

// A port, the scan's own question to it and what came back; where nothing did, what it is to be asked instead.
struct DatagramTarget {
  ServiceTarget at;
  identify::Turn first = {};
  std::vector<identify::DatagramOpening> openings = {};
};

class DatagramTalks {
 public:
  struct Settings {
    bool only_reads = false;  // nothing is asked
    bool keeps_transcripts = false;
    const identify::Fingerprints* fingerprints = nullptr;  // they outlive the talks
  };
  struct Done {
    ServiceTarget target;
    model::ServiceRecord service;
    std::string transcript;  // where they are kept (identify/transcript.h), and something was heard
  };

  explicit DatagramTalks(Settings settings);
  DatagramTalks(const DatagramTalks&) = delete;
  DatagramTalks& operator=(const DatagramTalks&) = delete;
  ~DatagramTalks();

  void add(DatagramTarget target);
  // Ports whose talks are not over.
  [[nodiscard]] std::size_t left() const { return talks_.size() + waiting_.size(); }
  // Goes on with all of them until something is done, `wake` is readable (-1: never), or nothing is left.
  std::vector<Done> work(int wake);

 private:
  struct Talk;

  void start_waiting();
  void act(Talk& talk, Instant now) const;
  void look(Talk& talk, Instant now) const;
  void wait(int wake);
  std::vector<Done> take_done();

  Settings settings_;
  std::deque<DatagramTarget> waiting_;
  std::vector<std::unique_ptr<Talk>> talks_;
};

}  // namespace portolan::os
