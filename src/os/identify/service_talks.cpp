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

// The listener and two that ask.
constexpr std::size_t connections_a_port = 3;
// Of the descriptors that the system allows, so many are left to the scan and its reports.
constexpr std::size_t spare_descriptors = 128;
constexpr std::size_t most_ports_at_once = 300;
// Somebody who does not end his side of a closed connection is waited for so long.
constexpr Duration closing_time = 300ms;
// Where the machine has no socket to spare.
constexpr Duration try_again = 50ms;

std::size_t ports_at_once() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
  const std::size_t files = std::min<std::size_t>(limit.rlim_cur, 65'536);
  const std::size_t free = files > 2 * spare_descriptors ? files - spare_descriptors : files / 2;
  return std::clamp<std::size_t>(free / (2 * connections_a_port), 1, most_ports_at_once);
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

struct ServiceTalks::PortTalk {
  ServiceTarget target;
  identify::Agenda agenda;
  std::map<std::uint32_t, std::unique_ptr<ServiceSocket>> sockets = {};
  std::optional<Transcripts> transcripts = {};
  Instant retry_at = Instant::max();

  void tell(std::uint32_t connection, Instant at, const identify::TranscriptLine& line) {
    if (transcripts) transcripts->add(connection, at, line);
  }
};

ServiceTalks::ServiceTalks(const ServiceTalkSettings& settings) : settings_{settings}, most_talks_{ports_at_once()} {}
ServiceTalks::~ServiceTalks() = default;

void ServiceTalks::add(ServiceTarget target) { waiting_.push_back(std::move(target)); }

// Hosts take turns as far as their ports came mixed; one whose connections are all in use is passed over.
void ServiceTalks::start_waiting(Instant now) {
  const std::size_t ports_a_host = std::max<std::size_t>(1, settings_.connections_a_host / connections_a_port);
  for (std::size_t i = 0; i < waiting_.size() && talks_.size() < most_talks_;) {
    std::size_t& under_way = of_host_[waiting_[i].address];
    if (under_way >= ports_a_host) {
      ++i;
      continue;
    }
    ++under_way;
    ServiceTarget target = std::move(waiting_[i]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string host = target.name.empty() ? to_string(target.address.without_zone()) : target.name;
    const bool brackets = target.name.empty() && !target.address.is_v4();
    const net::Port port = target.port;
    identify::AgendaSettings agenda = settings_.agenda;
    agenda.only_listens = target.only_listen;
    talks_.push_back(std::make_unique<PortTalk>(
        std::move(target), identify::Agenda{port, brackets ? "[" + host + "]" : host, agenda, now}));
    if (settings_.keeps_transcripts) talks_.back()->transcripts.emplace();
    act(*talks_.back(), now);
  }
}

void ServiceTalks::act(PortTalk& talk, Instant now) {
  talk.retry_at = Instant::max();
  for (auto& [number, socket] : talk.sockets) {
    if (!socket->has_begun() && !socket->begin(talk.target)) talk.retry_at = now + try_again;
  }
  for (Action& action : talk.agenda.act(now)) {
    switch (action.what) {
      case Action::What::open:
      case Action::What::open_tls: {
        auto& socket = talk.sockets[action.connection];
        socket = std::make_unique<ServiceSocket>(action.what == Action::What::open_tls,
                                                 std::vector<std::string>{action.offers.begin(), action.offers.end()});
        if (talk.transcripts) talk.transcripts->begin(action.connection, now);
        if (!socket->begin(talk.target)) talk.retry_at = now + try_again;
        break;
      }
      case Action::What::say:
        talk.tell(action.connection, now, {What::said, action.bytes});
        if (const auto found = talk.sockets.find(action.connection); found != talk.sockets.end()) {
          found->second->say(action.bytes);
        }
        break;
      case Action::What::begin_tls:
        // Where it cannot be begun nothing is heard of it, and that is waited for as for anybody.
        if (const auto found = talk.sockets.find(action.connection); found != talk.sockets.end()) {
          (void)found->second->begin_tls(talk.target);
        }
        break;
      case Action::What::close:
        if (const auto found = talk.sockets.find(action.connection); found != talk.sockets.end()) {
          if (!action.bytes.empty()) talk.tell(action.connection, now, {What::said, action.bytes});
          found->second->close(action.bytes, now + closing_time);
          closing_.push_back(std::move(found->second));
          talk.sockets.erase(found);
        }
        break;
    }
  }
}

void ServiceTalks::look(PortTalk& talk, std::uint32_t connection, Instant now) {
  ServiceSocket& socket = *talk.sockets.at(connection);
  ServiceSocket::News news = socket.look();
  if (news.connected) {
    if (news.tls) talk.tell(connection, now, {What::tls_begin, news.tls->alpn});
    talk.agenda.on_connected(connection, now, std::move(news.tls));
  }
  if (!news.heard.empty()) {
    talk.tell(connection, now, {What::heard, news.heard});
    talk.agenda.on_heard(connection, news.heard, now);
  }
  if (news.ending) {
    if (*news.ending == identify::Ending::closed) talk.tell(connection, now, {What::fin});
    if (*news.ending == identify::Ending::reset) talk.tell(connection, now, {What::rst});
    talk.agenda.on_end(connection, *news.ending, now);
    talk.sockets.erase(connection);
  }
}

Instant ServiceTalks::wake_at() const {
  Instant at = Instant::max();
  for (const auto& talk : talks_) at = std::min({at, talk->agenda.wake_at(), talk->retry_at});
  for (const auto& socket : closing_) at = std::min(at, socket->deadline());
  return at;
}

void ServiceTalks::wait(int wake, Instant until) {
  std::vector<pollfd> watched{{wake, POLLIN, 0}};
  struct Place {
    PortTalk* talk;
    std::uint32_t connection;
  };
  std::vector<Place> places{{nullptr, 0}};
  for (const auto& talk : talks_) {
    for (const auto& [number, socket] : talk->sockets) {
      if (!socket->has_begun()) continue;
      watched.push_back({socket->descriptor(), socket->events(), 0});
      places.push_back({talk.get(), number});
    }
  }
  const std::size_t talked_on = watched.size();
  for (const auto& socket : closing_) watched.push_back({socket->descriptor(), socket->events(), 0});
  const auto deadline = until == Instant::max() ? std::nullopt : std::optional{until};
  if (::poll(watched.data(), watched.size(), milliseconds_until(deadline)) <= 0) return;
  const Instant now = MonotonicClock{}.now();
  for (std::size_t i = 1; i < talked_on; ++i) {
    if (watched[i].revents == 0) continue;
    // What was heard on one connection may have closed another.
    if (!places[i].talk->sockets.contains(places[i].connection)) continue;
    look(*places[i].talk, places[i].connection, now);
    act(*places[i].talk, now);
  }
  const std::size_t closed = watched.size() - talked_on;
  for (std::size_t i = 0; i < closed; ++i) {
    if (watched[talked_on + i].revents != 0) (void)closing_[i]->look();
  }
}

std::vector<ServiceTalks::Done> ServiceTalks::take_done(Instant now) {
  std::vector<Done> done;
  std::erase_if(closing_, [now](const auto& socket) { return socket->is_over(now); });
  for (auto& talk : talks_) {
    if (!talk->agenda.is_over()) continue;
    const auto host = of_host_.find(talk->target.address);
    if (--host->second == 0) of_host_.erase(host);
    std::string transcripts = talk->transcripts ? talk->transcripts->text_of(talk->target) : std::string{};
    done.push_back({std::move(talk->target), talk->agenda.found(), std::move(transcripts)});
    talk.reset();
  }
  std::erase(talks_, nullptr);
  return done;
}

std::vector<ServiceTalks::Done> ServiceTalks::work(int wake) {
  for (;;) {
    const Instant now = MonotonicClock{}.now();
    start_waiting(now);
    for (const auto& talk : talks_) {
      if (talk->agenda.wake_at() <= now || talk->retry_at <= now) act(*talk, now);
    }
    auto done = take_done(now);
    if (!done.empty()) return done;
    if (talks_.empty() && waiting_.empty() && closing_.empty()) return {};
    wait(wake, wake_at());
    pollfd woken{wake, POLLIN, 0};
    if (wake >= 0 && ::poll(&woken, 1, 0) > 0) return take_done(MonotonicClock{}.now());
  }
}

void ServiceTalks::stop() {
  waiting_.clear();
  talks_.clear();
  closing_.clear();
  of_host_.clear();
}

}  // namespace portolan::os
