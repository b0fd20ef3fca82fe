#include "os/identify/datagram_talks.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "identify/transcript.h"
#include "os/monotonic_clock.h"
#include "os/sockets/socket_address.h"
#include "os/talk/stream_socket.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using What = identify::TranscriptLine::What;

constexpr std::size_t most_at_once = 64;

// Connected, so that nobody else is heard and what ICMP says of the port comes back as an error. Not open where this
// machine has none to spare, or no way there.
FileDescriptor socket_to(const ServiceTarget& target) {
  FileDescriptor opened{
      ::socket(target.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!opened.is_open()) return opened;
  if (!target.interface.empty()) {
    (void)::setsockopt(opened.get(), SOL_SOCKET, SO_BINDTODEVICE, target.interface.c_str(),
                       static_cast<socklen_t>(target.interface.size()));
  }
  const SocketAddress to = socket_address(target.address, target.port);
  if (::connect(opened.get(), to.get(), to.size) != 0) return FileDescriptor{};
  return opened;
}

}  // namespace

struct DatagramTalks::Talk {
  ServiceTarget target;
  identify::DatagramAgenda agenda;
  std::string transcript;
  FileDescriptor socket = {};
  Instant last = {};         // when something was said that stands in the transcript
  std::string opening = {};  // the last that was put and does not stand there

  void tell(Instant at, const identify::TranscriptLine& line) {
    if (last != Instant{} && at - last >= 1ms) transcript += identify::transcript_line({What::wait, {}, at - last});
    transcript += transcript_line(line);
    last = at;
  }
};

DatagramTalks::DatagramTalks(Settings settings) : settings_{settings} {}
DatagramTalks::~DatagramTalks() = default;

void DatagramTalks::add(DatagramTarget target) { waiting_.push_back(std::move(target)); }

void DatagramTalks::start_waiting() {
  for (; !waiting_.empty() && talks_.size() < most_at_once; waiting_.pop_front()) {
    DatagramTarget& next = waiting_.front();
    std::string transcript;
    const bool is_silent = next.first.heard.empty();
    if (settings_.keeps_transcripts) {
      transcript =
          fmt::format("# {} port {}\n{}", to_string(next.at.address), next.at.port.value(), identify::datagrams_line);
    }
    if (settings_.keeps_transcripts && !is_silent) {
      transcript += identify::transcript_line({What::said, next.first.said}) +
                    identify::transcript_line({What::heard, next.first.heard});
    }
    const bool only_reads = settings_.only_reads || next.at.manner == identify::Manner::listen;
    if (only_reads) next.openings.clear();
    identify::DatagramAgenda agenda =
        is_silent ? identify::DatagramAgenda{next.at.port, std::move(next.openings), settings_.fingerprints}
                  : identify::DatagramAgenda{next.at.port, std::move(next.first), only_reads, settings_.fingerprints};
    talks_.push_back(std::make_unique<Talk>(Talk{std::move(next.at), std::move(agenda), std::move(transcript)}));
  }
}

void DatagramTalks::act(Talk& talk, Instant now) const {
  const auto datagram = talk.agenda.act(now);
  if (!datagram) return;
  if (!talk.socket.is_open()) talk.socket = socket_to(talk.target);
  if (!talk.socket.is_open()) return talk.agenda.on_refused();
  // What is to be replayed begins with the question that is answered.
  const bool is_opening = talk.agenda.turns().empty();
  if (settings_.keeps_transcripts && is_opening) talk.opening = *datagram;
  if (settings_.keeps_transcripts && !is_opening) talk.tell(now, {What::said, *datagram});
  // An error may be an earlier datagram's; what comes of it is heard when the answer is looked for.
  (void)send_some(talk.socket.get(), *datagram);
}

void DatagramTalks::look(Talk& talk, Instant now) const {
  const SomeReceived received = receive_some(talk.socket.get());
  if (received.what == SomeReceived::What::error) talk.agenda.on_refused();
  if (received.what != SomeReceived::What::bytes) return;
  const bool is_opening = talk.agenda.turns().empty();
  talk.agenda.on_heard(received.bytes, now);
  if (!settings_.keeps_transcripts) return;
  const auto turns = talk.agenda.turns();
  if (is_opening) talk.tell(now, {What::said, turns.empty() ? talk.opening : turns.front().said});
  talk.tell(now, {What::heard, received.bytes});
}

void DatagramTalks::wait(int wake) {
  Instant until = Instant::max();
  std::vector<pollfd> watched{{wake, POLLIN, 0}};
  for (const auto& talk : talks_) {
    until = std::min(until, talk->agenda.wake_at());
    watched.push_back({talk->socket.get(), POLLIN, 0});
  }
  const auto deadline = until == Instant::max() ? std::nullopt : std::optional{until};
  if (::poll(watched.data(), watched.size(), milliseconds_until(deadline)) <= 0) return;
  const Instant now = MonotonicClock{}.now();
  for (std::size_t i = 0; i < talks_.size(); ++i) {
    if (watched[i + 1].revents != 0) look(*talks_[i], now);
  }
}

std::vector<DatagramTalks::Done> DatagramTalks::take_done() {
  std::vector<Done> done;
  for (auto& talk : talks_) {
    if (!talk->agenda.is_over()) continue;
    if (talk->agenda.found().answered.empty()) talk->transcript.clear();
    done.push_back({std::move(talk->target), talk->agenda.found(), std::move(talk->transcript)});
    talk.reset();
  }
  std::erase(talks_, nullptr);
  return done;
}

std::vector<DatagramTalks::Done> DatagramTalks::work(int wake) {
  for (;;) {
    start_waiting();
    const Instant now = MonotonicClock{}.now();
    for (const auto& talk : talks_) act(*talk, now);
    auto done = take_done();
    if (!done.empty() || left() == 0) return done;
    wait(wake);
    pollfd woken{wake, POLLIN, 0};
    if (wake >= 0 && ::poll(&woken, 1, 0) > 0) return take_done();
  }
}

}  // namespace portolan::os
