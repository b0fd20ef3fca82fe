// What was asked of one port or host, and what happened: all that an explanation is made from. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/record.h"
#include "net/ip_address.h"
#include "net/path.h"
#include "net/port.h"
#include "probe/probe.h"

namespace portolan::explain {

struct Question {
  net::IpAddress target;
  std::string link = {};                // name of the target's zone; "" where it has none
  std::string name = {};                // as it was typed, "" where an address was
  std::size_t other_addresses = 0;      // of that name, which are not asked
  std::optional<net::Port> port = {};   // or IP protocol; none: whether the host is there
  const probe::Probe* probe = nullptr;  // nullptr: in all the ways that a scan finds hosts by; only without a port
  // Without a port, where the probe asks such: the ports, or IP protocols, whose answers tell that the host is there.
  std::vector<net::Port> ping = {};
  bool whole = false;  // a connection of the kernel's from its beginning to its end, its packets watched; with a port
};

// One packet on the way, from its network header on.
struct Moment {
  Duration at{};      // since the first packet, or since the connection was asked for
  bool ours = false;  // sent by this machine
  net::EtherType type = net::EtherType::ipv4;
  std::vector<std::uint8_t> bytes;
  // An answer that the kernel told of and nobody saw: what stands in its header beside ports and flags is made up.
  bool told = false;
  bool kept = false;  // this machine itself refused to send it
};

// How a connection went, beside its packets (Question::whole).
struct Connection {
  enum class End : std::uint8_t {
    refused,   // there was none: somebody said no
    silent,    // there was none: nobody said anything
    not_sent,  // there was none: no packet of it left this machine
    in_order,  // FIN both ways
    reset,     // by the other side
    hung_up,   // reset by this machine
    left,      // this side has ended, and the other has not in time
  };
  End end = End::silent;
  std::string cause = {};      // why connect() failed, as the name of an errno; "" where it did not, or not in time
  std::string said = {};       // by this machine, before anything had come
  std::string heard = {};      // the first bytes that came, at most `most_heard`
  std::uint64_t unseen = 0;    // packets for which the watch had no room
  bool hears_nothing = false;  // there was a connection, and none of its packets passed: they bear other addresses

  static constexpr std::size_t most_heard = 4'096;
};
std::string_view name_of(Connection::End end);  // "in-order": for records

struct Story {
  Question question;
  bool simulated = false;
  // By connections of the kernel's, which shows no packets: of what is drawn nothing has been seen.
  bool connected = false;
  std::vector<net::Port> ports;           // that were asked, where `connected`
  std::vector<Moment> moments;            // ascending
  std::optional<model::HostRecord> host;  // what came of it; nullopt where the scan failed before
  std::optional<Connection> connection;   // where the question was one for it
  std::vector<model::Remark> remarks;
  model::ScanFinished finished;
};

// Whether it is about an IP protocol, where others are about a port.
bool asks_protocol(const Question& question);
// Whether anybody was asked anything: there is not always a way, and not always a need.
bool was_asked(const Story& story);
// Whether nothing came of it because this machine refused to send what was to be asked.
bool was_kept(const Story& story);

}  // namespace portolan::explain
