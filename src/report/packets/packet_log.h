// What stands behind --packet-trace and --pcap: sees the packets of all engines of a scan, tells what each means to the
// scan, and writes them down as lines for people and as a capture. Nothing of it exists where neither is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/watched_link.h"
#include "report/output.h"
#include "report/packets/questions.h"
#include "report/packets/shared_output.h"

namespace portolan::report {

struct CapturedPacket;

struct PacketLogOptions {
  std::vector<SharedOutput*> lines = {};    // where each packet becomes a line
  bool meanings = true;                     // with what it means to the scan
  Output* capture = nullptr;                // where it becomes a packet of a pcapng file; nullptr: nowhere
  Questions::ZoneName zone_name = nullptr;  // of links of link-local addresses
  std::string program = {};                 // who writes that file
  Instant began{};                          // what times of lines count from
  Duration epoch{};                         // the Epoch's distance from Instant{}: added to an instant, it is the time
  bool capture_is_all = false;              // the scan is made for that file alone, and ends where that does
  // The capture can be written no further, and ends; the scan goes on. Called once, by the thread of any engine.
  std::function<void(const Error&)> capture_ended = {};
};

// Of packets that several engines hear, since each has a packet socket of its own: which of them have been told.
class SharedHearing {
 public:
  // Whether `engine` is the first one that hears this packet. Packets of equal bytes are told as often as the engine
  // that hears most of them does. Of the latest `most` different ones.
  bool is_news(std::size_t engine, wire::Bytes bytes);

 private:
  static constexpr std::size_t most = 4'096;
  struct Heard {
    std::uint32_t told = 0;
    std::vector<std::uint32_t> by_engine;
  };
  std::unordered_map<std::uint64_t, Heard> heard_;  // by hash
  std::deque<std::uint64_t> order_;
};

class PacketLog {
 public:
  explicit PacketLog(PacketLogOptions options);
  ~PacketLog();
  PacketLog(const PacketLog&) = delete;
  PacketLog& operator=(const PacketLog&) = delete;

  // For one more engine, before any has begun; as long-lived as the log. Its calls fail where a capture that is all has
  // ended; otherwise what cannot be written ends no scan.
  engine::PacketWatch& watch();
  // What was written reaches its readers.
  void flush();
  // Why the capture is not complete; nullptr where it is.
  [[nodiscard]] const Error* failure() const;

 private:
  class Watch;
  // All of these with the lock held.
  void sent(const engine::Departure& departure);
  void received(std::size_t engine, const engine::Received& frame);
  void add_line(std::string_view word, Instant at, std::string_view what, std::string_view meaning);
  void capture(const CapturedPacket& packet);
  void check(const Result<void>& written);
  void let_go();
  [[nodiscard]] Result<void> is_wanted() const;

  mutable std::mutex mutex_;
  PacketLogOptions options_;
  Questions questions_;
  SharedHearing hearing_;
  std::deque<std::unique_ptr<Watch>> watches_;
  bool has_news_ = false;  // since the last flush
  std::string line_;       // room for one
  std::string packet_;     // the same
  std::optional<Error> failure_;
};

}  // namespace portolan::report
