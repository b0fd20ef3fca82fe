#include "report/packets/packet_log.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/hash.h"
#include "base/text.h"
#include "report/packets/icmp_words.h"
#include "report/packets/packet_line.h"
#include "report/packets/pcapng.h"

namespace portolan::report {
namespace {

constexpr net::Mac no_mac{};

CapturedPacket::Way way_of(const engine::Received& frame) {
  using enum CapturedPacket::Way;
  if (!frame.to_everybody) return to_us;
  constexpr std::size_t destination = 16;  // in an IPv4 header
  const bool is_multicast =
      frame.type == net::EtherType::ipv6 ||
      (frame.type == net::EtherType::ipv4 && frame.bytes.size() > destination && frame.bytes[destination] >> 4U == 0xe);
  return is_multicast ? multicast : broadcast;
}

// The kernel's own source port is known to nobody.
std::string connect_text(const net::IpAddress& source, std::string_view target, unsigned port) {
  return source.is_v4() ? fmt::format("TCP {} > {}:{}", to_string(source), target, port)
                        : fmt::format("TCP {} > [{}]:{}", to_string(source), target, port);
}

// What a connect() came to.
std::string connected_text(const wire::Packet& packet) {
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
    return fmt::format("{} => {}", connect_text(packet.destination, to_string(packet.source), tcp->source.value()),
                       tcp->rst ? "Connection refused" : "Connected");
  }
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (error == nullptr) return connect_text(packet.destination, to_string(packet.source), 0);
  const std::uint8_t type = packet.transport[0];
  const std::uint8_t code = packet.transport[1];
  return fmt::format("{} => {}, told by {}",
                     connect_text(packet.destination, to_string(error->quoted_destination), error->quoted_u16(2)),
                     packet.source.is_v4() ? icmp_words(type, code) : icmpv6_words(type, code),
                     to_string(packet.source));
}

}  // namespace

bool SharedHearing::is_news(std::size_t engine, wire::Bytes bytes) {
  const std::uint64_t hash = siphash({}, bytes);
  const auto [entry, is_new] = heard_.try_emplace(hash);
  if (is_new) {
    order_.push_back(hash);
    if (order_.size() > most) {
      heard_.erase(order_.front());
      order_.pop_front();
    }
  }
  Heard& heard = entry->second;
  heard.by_engine.resize(std::max(heard.by_engine.size(), engine + 1));
  if (++heard.by_engine[engine] <= heard.told) return false;
  ++heard.told;
  return true;
}

class PacketLog::Watch final : public engine::PacketWatch {
 public:
  Watch(PacketLog& log, std::size_t engine) : log_{log}, engine_{engine} {}
  void begin_sending() override { log_.mutex_.lock(); }
  void end_sending() override { log_.mutex_.unlock(); }
  Result<void> sent(const engine::Departure& departure) override {
    log_.sent(departure);
    return log_.is_wanted();
  }
  Result<void> received(const engine::Received& frame) override {
    const std::scoped_lock lock{log_.mutex_};
    log_.received(engine_, frame);
    return log_.is_wanted();
  }
  Result<void> about_to_wait() override {
    const std::scoped_lock lock{log_.mutex_};
    log_.let_go();
    return log_.is_wanted();
  }

 private:
  PacketLog& log_;
  std::size_t engine_;
};

PacketLog::PacketLog(PacketLogOptions options) : options_{std::move(options)}, questions_{options_.zone_name} {
  if (options_.capture == nullptr) return;
  check(options_.capture->write(pcapng_head(options_.program)));
  has_news_ = true;
  flush();
}
PacketLog::~PacketLog() = default;

engine::PacketWatch& PacketLog::watch() {
  return *watches_.emplace_back(std::make_unique<Watch>(*this, watches_.size()));
}

// Between begin_sending() and end_sending(), which hold the lock.
void PacketLog::sent(const engine::Departure& departure) {
  const engine::Shot& shot = departure.shot;
  const net::Path& path = shot.attempt.path;
  const std::string name = questions_.name_of(shot);
  if (!departure.refused) questions_.remember(shot);
  if (!options_.lines.empty()) {
    const std::string packet = shot.probe->connects ? connect_text(path.source, questions_.shown(shot.attempt.target),
                                                                   shot.attempt.port.value())
                                                    : packet_line(departure.head.type, departure.bytes);
    if (departure.refused) {
      add_line("KEPT", departure.at, packet, "this machine refused to send it: " + name);
    } else if (shot.probe->connects) {
      add_line("CONN", departure.at, packet + " => Operation now in progress", name);
    } else {
      add_line("SENT", departure.at, packet, name);
    }
  }
  if (departure.refused || shot.probe->connects) return;
  using enum net::Path::Kind;
  using Device = CapturedPacket::Device;
  capture({.at = departure.at.time_since_epoch() + options_.epoch,
           .way = CapturedPacket::Way::sent,
           .device = path.kind == ethernet ? Device::ethernet
                     : path.kind == local  ? Device::loopback
                                           : Device::unknown,
           .interface = path.interface,
           .sender = path.source_mac == no_mac ? std::nullopt : std::optional{path.source_mac},
           .type = departure.head.type,
           .bytes = departure.bytes,
           .comment = name});
}

void PacketLog::received(std::size_t engine, const engine::Received& frame) {
  const bool shared = watches_.size() > 1 && !frame.deduced;
  if (shared && !hearing_.is_news(engine, frame.bytes)) return;
  const std::string meaning = questions_.meaning_of(frame);
  if (frame.deduced) {
    const auto packet = wire::parse(frame.type, frame.bytes);
    if (!packet) return;
    return add_line("CONN", frame.at, connected_text(*packet), meaning);
  }
  if (!options_.lines.empty()) add_line("RCVD", frame.at, packet_line(frame.type, frame.bytes), meaning);
  capture({.at = frame.at.time_since_epoch() + options_.epoch,
           .way = way_of(frame),
           .device = frame.from ? CapturedPacket::Device::ethernet : CapturedPacket::Device::unknown,
           .interface = frame.interface,
           .sender = frame.from,
           .type = frame.type,
           .bytes = frame.bytes,
           .length = frame.length,
           .comment = meaning});
}

void PacketLog::add_line(std::string_view word, Instant at, std::string_view what, std::string_view meaning) {
  if (options_.lines.empty()) return;
  line_.clear();
  append(line_, "{} ({:.4f}s) {}", word, seconds_of(at - options_.began), what);
  if (options_.meanings) append(line_, " - {}", meaning);
  line_ += '\n';
  // At once, in front of what the report says of it. Who reads the lines no more is the report's to find out.
  for (SharedOutput* output : options_.lines) (void)output->put_lines(line_);
  has_news_ = true;
}

void PacketLog::capture(const CapturedPacket& packet) {
  if (options_.capture == nullptr) return;
  packet_.clear();
  append_pcapng(packet_, packet);
  check(options_.capture->write(packet_));
  has_news_ = true;
}

void PacketLog::check(const Result<void>& written) {
  if (written || options_.capture == nullptr) return;
  failure_ = written.error();
  options_.capture = nullptr;
  if (options_.capture_ended && !options_.capture_is_all) options_.capture_ended(*failure_);
}

Result<void> PacketLog::is_wanted() const {
  return failure_ && options_.capture_is_all ? Result<void>{fail(*failure_)} : Result<void>{};
}

const Error* PacketLog::failure() const {
  const std::scoped_lock lock{mutex_};
  return failure_ ? &*failure_ : nullptr;  // which stays as it is once it is there
}

void PacketLog::flush() {
  const std::scoped_lock lock{mutex_};
  let_go();
}

void PacketLog::let_go() {
  if (!std::exchange(has_news_, false)) return;
  for (SharedOutput* output : options_.lines) (void)output->flush();
  if (options_.capture != nullptr) check(options_.capture->flush());
}

}  // namespace portolan::report
