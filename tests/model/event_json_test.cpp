#include "model/event_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/json_value.h"
#include "tests/model/arbitrary_events.h"
#include "tests/places.h"
#include "tests/report/schemas.h"

namespace portolan::model {
namespace {

using namespace testing;

std::string written(const std::vector<Event>& events) {
  EventWriter writer;
  std::string out;
  for (const Event& event : events) writer.write(out, event);
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

std::vector<Event> read(const std::vector<std::string>& lines) {
  EventReader reader;
  std::vector<Event> events;
  for (const std::string& line : lines) {
    auto more = reader.read(line);
    if (!more) ADD_FAILURE() << more.error().message << " in " << line;
    if (more) events.insert(events.end(), more->begin(), more->end());
  }
  return events;
}

std::vector<Event> without_open_ports(std::vector<Event> events) {
  std::erase_if(events, [](const Event& event) { return std::holds_alternative<OpenPort>(event); });
  return events;
}

// The value with what the next version might have added: a field in every object, a remark in every list of them.
void append_next(JsonWriter& json, const JsonValue& value, std::string_view of = "") {
  if (const auto* text = value.text()) return json.value(*text);
  if (const auto* number = value.number()) return json.raw(number->text);
  if (const auto truth = value.truth()) return json.value(*truth);
  if (const auto* array = value.array()) {
    json.begin_array();
    if (of == "remarks") json.raw(R"({"code":"not-invented-yet","values":{"how":"so"}})");
    for (const JsonValue& element : *array) append_next(json, element);
    return json.end_array();
  }
  json.begin_object();
  json.name("new");
  json.raw(R"({"of":["the",{"next":1.5e3}],"kind":null})");
  for (const auto& [name, member] : *value.object()) {
    json.name(name);
    append_next(json, member, name);
  }
  json.end_object();
}

std::string of_next_version(const std::string& text) {
  std::string out;
  JsonWriter json{out};
  for (const std::string& line : lines_of(text)) {
    append_next(json, parse_json(line).value());
    out += "\n{\"record\":\"not_invented_yet\",\"host\":\"?\"}\n";
    out += "{\"record\":\"remark\",\"code\":\"not-invented-yet\"}\n";
  }
  return out;
}

RC_GTEST_PROP(EventJson, WhatIsWrittenIsReadBack, ()) {
  const std::vector<Event> all = events();
  RC_ASSERT(without_open_ports(read(lines_of(written(all)))) == without_open_ports(all));
}

RC_GTEST_PROP(EventJson, AnOpenPortIsReadBack, ()) {
  PortRecord open = port_record();
  open.state = PortState::open;
  const std::vector<Event> all{OpenPort{address(), open}};
  RC_ASSERT(read(lines_of(written(all))) == all);
}

RC_GTEST_PROP(EventJson, WhatTheNextVersionAddsIsPassedOver, ()) {
  const std::vector<Event> all = events();
  const std::string next = of_next_version(written(all));
  RC_ASSERT(without_open_ports(read(lines_of(next))) == without_open_ports(all));
}

RC_GTEST_PROP(EventJson, ALineIsOneObjectWhateverItHolds, ()) {
  for (const std::string& line : lines_of(written(events()))) {
    const auto value = parse_json(line);
    RC_ASSERT(value.has_value());
    RC_ASSERT(value->member("record") != nullptr);
    RC_ASSERT(line.find('\x1b') == std::string::npos);
  }
}

TEST(EventJson, AnOpenPortIsWrittenAtOnceAndNotAgainWithItsHost) {
  HostRecord host;
  host.address = net::IpAddress::v4(0xc6120002);
  PortRecord open;
  open.port = net::Port{22};
  open.state = PortState::open;
  PortRecord closed;
  closed.port = net::Port{23};
  closed.state = PortState::closed;
  host.ports = {open, closed};
  const auto lines = lines_of(written({OpenPort{host.address, open}, OpenPort{host.address, open}, host, host}));
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_TRUE(lines[0].contains(R"("port":22)"));
  EXPECT_TRUE(lines[1].contains(R"("port":23)"));
  EXPECT_TRUE(lines[2].starts_with(R"({"record":"host")"));
  EXPECT_TRUE(lines[3].contains(R"("port":22)"));  // the same host once more begins anew
  const std::vector<Event> back = read(lines);
  ASSERT_EQ(back.size(), 4U);
  EXPECT_EQ(back[0], Event(OpenPort{host.address, open}));
  EXPECT_EQ(back[1], Event(host));
  EXPECT_EQ(back[3], Event(host));
}

TEST(EventJson, APortWhoseServiceIsKnownComesOnceMoreAndTheLaterCounts) {
  HostRecord host;
  host.address = net::IpAddress::v4(0xc6120002);
  PortRecord open;
  open.port = net::Port{22};
  open.state = PortState::open;
  PortRecord known = open;
  known.identified.emplace().name = "ssh";
  host.ports = {known};
  const auto lines = lines_of(written({OpenPort{host.address, open}, host}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_FALSE(lines[0].contains("identified"));
  EXPECT_TRUE(lines[1].contains(R"("identified":{"confidence":0,"name":"ssh"})"));
  const std::vector<Event> back = read(lines);
  ASSERT_FALSE(back.empty());
  EXPECT_EQ(back.back(), Event(host));
}

std::string error_of(std::string_view line) {
  EventReader reader;
  const auto events = reader.read(line);
  return events ? "" : events.error().message;
}

TEST(EventJson, WhereAStreamGoesOnPortsOfHostsThatWereNotDoneCountNoMore) {
  HostRecord host;
  host.address = net::IpAddress::v4(0xc6120002);
  PortRecord port;
  port.port = net::Port{22};
  port.state = PortState::open;
  std::string text = written({OpenPort{host.address, port}});
  EventWriter::write_resumed(text, {});
  EXPECT_TRUE(text.ends_with("{\"record\":\"resume\",\"time\":\"1970-01-01T00:00:00.000Z\"}\n")) << text;
  port.port = net::Port{80};
  host.ports = {port};
  EventWriter{}.write(text, host);
  const std::vector<Event> events = read(lines_of(text));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(std::get<HostRecord>(events.back()), host);
}

TEST(EventJson, ALineThatBreaksItsPromiseIsRefusedWithTheField) {
  EXPECT_EQ(error_of("{"), "no JSON from byte 2 on");
  EXPECT_EQ(error_of("7"), "an object without 'record'");
  EXPECT_EQ(error_of(R"({"record":7})"), "an object without 'record'");
  const auto port = [](std::string_view number) {
    return R"({"record":"port","address":"198.18.0.2","protocol":"tcp","port":)" + std::string{number} +
           R"(,"state":"open","reason":"syn-ack"})";
  };
  EXPECT_EQ(error_of(port("22")), "");
  for (const char* wrong : {"65536", "-1", "2.5", "\"22\"", "null", "1e1"}) {
    EXPECT_EQ(error_of(port(wrong)), "the field 'port' of a 'port' record is missing or makes no sense") << wrong;
  }
  EXPECT_EQ(error_of(R"({"record":"host","address":"::1"})"),
            "the field 'status' of a 'host' record is missing or makes no sense");
}

// As a kill may leave it behind.
RC_GTEST_PROP(EventJson, TheBeginningOfALineIsRefused, ()) {
  for (const std::string& line : lines_of(written(events()))) {
    for (std::size_t size = 1; size < line.size(); ++size) {
      RC_ASSERT(!EventReader{}.read(std::string_view{line}.substr(0, size)).has_value());
    }
  }
}

TEST(EventJson, AReasonOfALaterVersionIsNone) {
  EventReader reader;
  const auto events = reader.read(
      R"({"record":"port","address":"::1","protocol":"tcp","port":1,"state":"open","reason":"by-telepathy"})");
  ASSERT_TRUE(events && events->size() == 1);
  EXPECT_EQ(std::get<OpenPort>(events->front()).port.reason, Reason::none);
}

TEST(EventJson, AStreamOfALaterSchemaIsRefused) {
  EventReader reader;
  const auto events = reader.read(R"({"record":"start","schema":"portolan-scan/3"})");
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, Errc::unsupported);
  EXPECT_EQ(events.error().message, "the schema is portolan-scan/3, and this version reads portolan-scan/2");
}

std::vector<Event> recording(const std::string& name) {
  std::ifstream file{portolan::test::source_directory() + "/tests/model/ndjson_schema_1/" + name};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return read(lines_of(text.str()));
}

template <class T>
std::vector<T> all_of(const std::vector<Event>& events) {
  std::vector<T> found;
  for (const Event& event : events) {
    if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
  }
  return found;
}

TEST(SchemaOne, APortScanIsRead) {
  const std::vector<Event> events = recording("ports.ndjson");
  ASSERT_EQ(all_of<ScanStarted>(events).size(), 1U);
  EXPECT_EQ(all_of<ScanStarted>(events)[0].scans.at(0).ports.size(), 2000U);
  EXPECT_EQ(all_of<OpenPort>(events).size(), 3U);
  EXPECT_EQ(all_of<TaskBegin>(events).at(0).task.name, "SYN Stealth Scan");
  EXPECT_EQ(all_of<TaskEnd>(events).size(), 1U);
  const auto hosts = all_of<HostRecord>(events);
  ASSERT_EQ(hosts.size(), 2U);
  EXPECT_EQ(hosts[0].ports.size(), 3U);
  ASSERT_EQ(hosts[0].extra.size(), 1U);
  EXPECT_EQ(hosts[0].extra[0].state, PortState::closed);
  EXPECT_EQ(hosts[0].extra[0].count, 1997U);
  EXPECT_EQ(hosts[0].extra[0].reasons.at(0).ports.size(), 1997U);
  EXPECT_EQ(hosts[0].round_trip.value().smoothed, std::chrono::microseconds{209});
  EXPECT_EQ(hosts[1].remarks, (std::vector<Remark>{{RemarkCode::noted, {"no route leads to 198.18.0.1"}}}));
  EXPECT_EQ(all_of<ScanFinished>(events).at(0).loss, (Loss{80, 0}));
}

TEST(SchemaOne, EveryRecordingIsReadToItsEnd) {
  for (const char* name : {"connect.ndjson", "list.ndjson", "ping.ndjson", "stopped.ndjson"}) {
    const std::vector<Event> events = recording(name);
    EXPECT_EQ(all_of<ScanStarted>(events).size(), 1U) << name;
    EXPECT_EQ(all_of<ScanFinished>(events).size(), 1U) << name;
    EXPECT_FALSE(all_of<HostRecord>(events).empty()) << name;
  }
  EXPECT_EQ(all_of<ScanStarted>(recording("list.ndjson"))[0].depth, ScanDepth::list);
  EXPECT_EQ(all_of<Remark>(recording("connect.ndjson")).size(), 0U);
  EXPECT_TRUE(all_of<HostRecord>(recording("stopped.ndjson")).at(0).interrupted);
}

TEST(SchemaOne, AWarningIsARemarkThatHoldsIt) {
  EventReader reader;
  ASSERT_TRUE(reader.read(R"({"record":"start","schema":1,"time":"2026-11-21T10:16:44.000Z","arguments":[],)"
                          R"("stage":"ports","scans":[]})"));
  const auto events = reader.read(R"({"record":"warning","message":"be warned"})");
  ASSERT_TRUE(events && events->size() == 1);
  EXPECT_EQ(events->front(), Event(Remark{RemarkCode::noted, {"be warned"}}));
}

// A scan has one for each open port: 16.8 million of a /24 that answers on all of them.
TEST(PortRecord, IsSmall) { EXPECT_LE(sizeof(PortRecord), 96U); }

// The published schema is what the records' description makes.
TEST(ScanJsonSchema, IsPublishedAsItIsMade) { report::testing::expect_published("ndjson", scan_json_schema()); }

}  // namespace
}  // namespace portolan::model
