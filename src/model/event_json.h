// Events as lines of JSON, both ways. docs/ndjson.md tells the form, docs/ndjson.schema.json states it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/event.h"
#include "net/port_bitmap.h"

namespace portolan::model {

// The number is raised when a reader of the previous one would be misled; new fields and records do not raise it.
inline constexpr std::string_view scan_schema = "portolan-scan/2";

// Remembers which open ports were told before their host was done, so that none is told twice. Only those of hosts
// that are being scanned: a host's entry goes with its record.
class EventWriter {
 public:
  // Appends the event, a line or more.
  void write(std::string& out, const Event& event);
  // Appends the line that stands where a stream was cut off and goes on: what it told of hosts without a record counts
  // no more, because they are asked again.
  static void write_resumed(std::string& out, WallTime time);
  // The host is done and its record is not written.
  void forget(const net::IpAddress& host) { reported_.erase(host); }

 private:
  void write_host(std::string& out, const HostRecord& host);

  std::unordered_map<net::IpAddress, net::PortBitmap> reported_;
};

// Takes the lines of one stream in their order. A line that is unknown or holds more than this version knows is no
// error; the beginning of a line, which a kill may leave behind, is one. Ports are given back to their hosts. Memory:
// the listed ports of hosts that are not done yet.
class EventReader {
 public:
  // The events that the line completes: one or none. Errc::parse, with the field's name, where a line breaks its own
  // promise; Errc::unsupported for a stream of a later schema.
  Result<std::vector<Event>> read(std::string_view line);

 private:
  Result<std::vector<Event>> host_with_ports(HostRecord host);

  bool schema_1_ = false;
  std::unordered_map<net::IpAddress, std::vector<PortRecord>> ports_;
};

// The members of a remark, `code` and `values`, in an object that is begun.
void write_remark(JsonWriter& json, const Remark& remark);

// The JSON Schema of one line.
std::string scan_json_schema();

}  // namespace portolan::model
