#include "os/identify/service_talks.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "os/monotonic_clock.h"
#include "os/talk/stream_socket.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using identify::Action;
using What = identify::TranscriptLine::What;

// A host has at least so many, however many hosts there are: one that listens and two that ask.
constexpr std::size_t connections_of_every_host = 3;
// Of the descriptors that the system allows, so many are left to the scan and its reports.
constexpr std::size_t spare_descriptors = 128;
constexpr std::size_t most_connections = 900;
// Somebody who does not end his side of a closed connection is waited for so long.
constexpr Duration closing_time = 300ms;
// Where the machine has no socket to spare.
constexpr Duration try_again = 50ms;

// As many may be closing.
std::size_t connections_at_once() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections_of_every_host;
  const std::size_t files = std::min<std::size_t>(limit.rlim_cur, 65'536);
  const std::size_t free = files > 2 * spare_descriptors ? files - spare_descriptors : files / 2;
  return std::clamp<std::size_t>(free / 2, connections_of_every_host, most_connections);
}

}  // namespace

namespace {

class Transcripts {
 public:
  void begin(std::uint32_t connection, Instant at) { said_[connection] = {{}, at}; }
  void add(std::uint32_t connection, Instant at, const identify::TranscriptLine& line) {
    const auto found = said_.find(connection);
    if (found == said_.end()) return;
    auto& [text, last] = found->second;
    if (at - last >= 1ms) text += identify::transcript_line({What::wait, {}, at - last});
    last = at;
    text += transcript_line(line);
  }
  // Connections on which nothing was said are left out.
  [[nodiscard]] std::string text_of(const ServiceTarget& target) const {
    std::string all;
    for (const auto& [connection, said] : said_) {
      if (said.first.empty()) continue;
      all += fmt::format("# {} port {}, connection {}\n{}", to_string(target.address), target.port.value(), connection,
                         said.first);
    }
    return all;
  }

 private:
  std::map<std::uint32_t, std::pair<std::string, Instant>> said_;
};

}  // namespace

struct ServiceTalks::HostTalk {
  std::map<net::Port, ServiceTarget> targets = {};  // that are not done
  std::optional<identify::HostAgenda> agenda = {};  // once it is under way
  std::map<Place, std::unique_ptr<ServiceSocket>> sockets = {};
  std::map<net::Port, Transcripts> transcripts = {};
  std::map<net::Port, bool> arrived = {};  // of ports that were talked to: whether any of it was acknowledged
  Instant retry_at = Instant::max();

  void tell(const Place& place, Instant at, const identify::TranscriptLine& line) {
    const auto found = transcripts.find(place.first);
    if (found != transcripts.end()) found->second.add(place.second, at, line);
  }
  // Of a connection that is about to end. Whoever ends it has somehow got what was sent: a reset tells nothing of that.
  void note_arrival(net::Port port, const ServiceSocket& socket, bool ended_by_them) {
    if (socket.has_sent()) arrived[port] = arrived[port] || ended_by_them || socket.is_acknowledged();
  }
};

ServiceTalks::ServiceTalks(const ServiceTalkSettings& settings)
    : settings_{settings}, most_connections_{connections_at_once()} {}
ServiceTalks::~ServiceTalks() = default;

void ServiceTalks::add(ServiceTarget target) {
  auto& host = hosts_[target.address];
  if (host == nullptr) {
    host = std::make_unique<HostTalk>();
    waiting_.push_back(target.address);
  }
  if (host->agenda) host->agenda->add(target.port, target.manner, MonotonicClock{}.now());
  host->targets.insert_or_assign(target.port, std::move(target));
}

std::size_t ServiceTalks::left() const {
  std::size_t all = 0;
  for (const auto& [address, host] : hosts_) all += host->targets.size();
  return all;
}

// Of all connections, what the others have open or may open at any time is not free.
std::size_t ServiceTalks::free_places(const HostTalk* talk) const {
  std::size_t taken = 0;
  for (const HostTalk* other : talks_) {
    if (other != talk) taken += std::max(other->sockets.size(), connections_of_every_host);
  }
  const std::size_t own = talk == nullptr ? 0 : talk->sockets.size();
  return most_connections_ > taken + own ? most_connections_ - taken - own : 0;
}

void ServiceTalks::start_waiting(Instant now) {
  while (!waiting_.empty() && (talks_.empty() || free_places(nullptr) >= connections_of_every_host)) {
    HostTalk& talk = *hosts_.at(waiting_.front());
    waiting_.pop_front();
    const ServiceTarget& target = talk.targets.begin()->second;
    const std::string host = target.name.empty() ? to_string(target.address.without_zone()) : target.name;
    const bool brackets = target.name.empty() && !target.address.is_v4();
    talk.agenda.emplace(brackets ? "[" + host + "]" : host, settings_.host);
    for (const auto& [port, one] : talk.targets) talk.agenda->add(port, one.manner, now);
    talks_.push_back(&talk);
    act(talk, now);
  }
}

void ServiceTalks::open(HostTalk& talk, const identify::HostAgenda::Act& act, Instant now) {
  auto& socket = talk.sockets[{act.port, act.action.connection}];
  socket =
      std::make_unique<ServiceSocket>(act.action.what == Action::What::open_tls,
                                      std::vector<std::string>{act.action.offers.begin(), act.action.offers.end()});
  if (settings_.keeps_transcripts) talk.transcripts[act.port].begin(act.action.connection, now);
  if (!socket->begin(talk.targets.at(act.port))) talk.retry_at = now + try_again;
}

void ServiceTalks::act(HostTalk& talk, Instant now) {
  talk.retry_at = Instant::max();
  for (auto& [place, socket] : talk.sockets) {
    if (socket->has_begun()) continue;
    talk.agenda->put_off(place.first, place.second, now);
    if (!socket->begin(talk.targets.at(place.first))) talk.retry_at = now + try_again;
  }
  const bool has_room = talk.retry_at == Instant::max();
  for (const auto& one : talk.agenda->act(now, has_room ? free_places(&talk) : 0)) {
    const Place place{one.port, one.action.connection};
    const Action& action = one.action;
    if (action.what == Action::What::open || action.what == Action::What::open_tls) {
      open(talk, one, now);
      continue;
    }
    const auto found = talk.sockets.find(place);
    if (found == talk.sockets.end()) continue;
    if (!action.bytes.empty()) talk.tell(place, now, {What::said, action.bytes});
    if (action.what == Action::What::say) {
      found->second->say(action.bytes);
      continue;
    }
    if (action.what == Action::What::begin_tls) {
      // Where it cannot be begun nothing is heard of it, and that is waited for as for anybody.
      (void)found->second->begin_tls(talk.targets.at(place.first));
      continue;
    }
    talk.note_arrival(one.port, *found->second, false);
    found->second->close(action.bytes, now + closing_time);
    closing_.push_back(std::move(found->second));
    talk.sockets.erase(found);
  }
}

void ServiceTalks::look(HostTalk& talk, const Place& place, Instant now) {
  const auto& [port, connection] = place;
  ServiceSocket::News news = talk.sockets.at(place)->look();
  if (news.connected) {
    if (news.tls) talk.tell(place, now, {What::tls_begin, news.tls->alpn});
    talk.agenda->on_connected(port, connection, now, std::move(news.tls));
  }
  if (!news.heard.empty()) {
    talk.tell(place, now, {What::heard, news.heard});
    talk.agenda->on_heard(port, connection, news.heard, now);
  }
  if (news.ending) {
    if (*news.ending == identify::Ending::closed) talk.tell(place, now, {What::fin});
    if (*news.ending == identify::Ending::reset) talk.tell(place, now, {What::rst});
    talk.note_arrival(port, *talk.sockets.at(place), true);
    talk.agenda->on_end(port, connection, *news.ending, now);
    talk.sockets.erase(place);
  }
}

Instant ServiceTalks::wake_at() const {
  Instant at = Instant::max();
  for (const HostTalk* talk : talks_) at = std::min({at, talk->agenda->wake_at(), talk->retry_at});
  for (const auto& socket : closing_) at = std::min(at, socket->deadline());
  return at;
}

void ServiceTalks::wait(int wake, Instant until) {
  std::vector<pollfd> watched{{wake, POLLIN, 0}};
  std::vector<std::pair<HostTalk*, Place>> places{{nullptr, {net::Port{0}, 0}}};
  for (HostTalk* const talk : talks_) {
    for (const auto& [place, socket] : talk->sockets) {
      if (!socket->has_begun()) continue;
      watched.push_back({socket->descriptor(), socket->events(), 0});
      places.emplace_back(talk, place);
    }
  }
  const std::size_t talked_on = watched.size();
  for (const auto& socket : closing_) watched.push_back({socket->descriptor(), socket->events(), 0});
  const auto deadline = until == Instant::max() ? std::nullopt : std::optional{until};
  if (::poll(watched.data(), watched.size(), milliseconds_until(deadline)) <= 0) return;
  const Instant now = MonotonicClock{}.now();
  for (std::size_t i = 1; i < talked_on; ++i) {
    if (watched[i].revents == 0) continue;
    auto& [talk, place] = places[i];
    // What was heard on one connection may have closed another.
    if (!talk->sockets.contains(place)) continue;
    look(*talk, place, now);
    act(*talk, now);
  }
  const std::size_t closed = watched.size() - talked_on;
  for (std::size_t i = 0; i < closed; ++i) {
    if (watched[talked_on + i].revents != 0) (void)closing_[i]->look();
  }
}

std::vector<ServiceTalks::Done> ServiceTalks::take_done(Instant now) {
  std::vector<Done> done;
  std::erase_if(closing_, [now](const auto& socket) { return socket->is_over(now); });
  for (HostTalk*& talk : talks_) {
    for (auto& one : talk->agenda->take_done()) {
      const auto target = talk->targets.find(one.port);
      if (target == talk->targets.end()) continue;
      const auto arrived = talk->arrived.find(one.port);
      one.service.unacknowledged = one.service.confidence == 0 && arrived != talk->arrived.end() && !arrived->second;
      const auto said = talk->transcripts.find(one.port);
      done.push_back({target->second, std::move(one.service),
                      said == talk->transcripts.end() ? std::string{} : said->second.text_of(target->second), one.cut});
      if (said != talk->transcripts.end()) talk->transcripts.erase(said);
      talk->targets.erase(target);
    }
    if (!talk->targets.empty()) continue;
    const net::IpAddress address = done.back().target.address;
    talk = nullptr;
    hosts_.erase(address);
  }
  std::erase(talks_, nullptr);
  return done;
}

std::vector<ServiceTalks::Done> ServiceTalks::work(int wake) {
  for (;;) {
    const Instant now = MonotonicClock{}.now();
    start_waiting(now);
    for (HostTalk* const talk : talks_) {
      const bool has_place = talk->agenda->needs_places() && free_places(talk) > 0;
      if (has_place || talk->agenda->wake_at() <= now || talk->retry_at <= now) act(*talk, now);
    }
    auto done = take_done(now);
    if (!done.empty()) return done;
    if (hosts_.empty() && closing_.empty()) return {};
    wait(wake, wake_at());
    pollfd woken{wake, POLLIN, 0};
    if (wake >= 0 && ::poll(&woken, 1, 0) > 0) return take_done(MonotonicClock{}.now());
  }
}

void ServiceTalks::stop() {
  waiting_.clear();
  talks_.clear();
  hosts_.clear();
  closing_.clear();
}

}  // namespace portolan::os
