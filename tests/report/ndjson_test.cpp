#include "report/scan/ndjson.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/places.h"
#include "tests/report/records.h"
#include "tests/report/schemas.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace testing;

std::string told(NdjsonReport& report, MemoryOutput& output, const model::HostRecord& host) {
  output.text.clear();
  EXPECT_TRUE(report.on(host));
  return output.text;
}

TEST(NdjsonReport, StartSaysSchemaCommandAndScans) {
  MemoryOutput output;
  NdjsonReport report{output, {}};
  EXPECT_TRUE(report.on(started({"portolan", "scan", "a b"})));
  EXPECT_EQ(output.text, R"({"record":"start","schema":"portolan-scan/2","program":"portolan","version":"0.1.0",)"
                         R"("time":"2026-11-21T10:16:44.000Z","arguments":["portolan","scan","a b"],"depth":"ports",)"
                         R"("scans":[{"type":"syn","protocol":"tcp","count":100,"ports":"1-100"}]})"
                         "\n");
}

TEST(NdjsonReport, AnOpenPortIsToldAtOnceAndNeverTwice) {
  MemoryOutput output;
  NdjsonReport report{output, {}};
  const std::string line =
      R"({"record":"port","address":"198.18.0.2","protocol":"tcp","port":22,"state":"open","reason":"syn-ack",)"
      R"("reason_ttl":64,"service":"ssh"})"
      "\n";
  EXPECT_TRUE(report.on(model::OpenPort{address("198.18.0.2"), open_port(22, "ssh")}));
  EXPECT_EQ(output.text, line);
  EXPECT_TRUE(report.on(model::OpenPort{address("198.18.0.2"), open_port(22, "ssh")}));
  EXPECT_EQ(output.text, line);
  const std::string host = told(report, output, host_on_link());
  EXPECT_EQ(host.find("\"port\":22"), std::string::npos);
  EXPECT_NE(host.find("\"port\":80"), std::string::npos);
}

TEST(NdjsonReport, AHostsPortsComeBeforeIt) {
  MemoryOutput output;
  NdjsonReport report{output, {}};
  model::HostRecord host = host_on_link();
  host.ports = {closed_port(23, "telnet")};
  host.remarks = {{model::RemarkCode::limits_answers, {12.5}}};
  host.other_addresses = {address("2001:db8::2")};
  EXPECT_EQ(told(report, output, host),
            R"({"record":"port","address":"198.18.0.2","protocol":"tcp","port":23,"state":"closed","reason":"reset",)"
            R"("reason_ttl":64,"service":"telnet"})"
            "\n"
            R"({"record":"host","address":"198.18.0.2","status":"up","reason":"arp-response",)"
            R"("names":[{"name":"alpha.test","kind":"user"}],"other_addresses":["2001:db8::2"],)"
            R"("mac":"00:1B:21:00:00:02","vendor":"Intel Corporate",)"
            R"("round_trip":{"smoothed":0.000005,"variation":0,"timeout":0.1},)"
            R"("started":"2026-11-21T10:16:45.000Z","ended":"2026-11-21T10:16:47.000Z",)"
            R"("port_scanned":true,"timed_out":false,"interrupted":false,)"
            R"("counts":[{"state":"closed","reason":"reset","protocol":"tcp","count":99}],)"
            R"("unlisted":[{"state":"closed","count":98,)"
            R"("reasons":[{"reason":"reset","protocol":"tcp","count":98,"ports":"1-21,23-79,81-100"}]}],)"
            R"("remarks":[{"code":"limits-answers","values":{"rate":12.5}}]})"
            "\n");
}

TEST(NdjsonReport, OnlyOpenHidesTheOthersButStillCountsThem) {
  ReportOptions options;
  options.open_only = true;
  MemoryOutput output;
  NdjsonReport report{output, options};
  model::HostRecord host = host_on_link();
  host.ports.push_back(closed_port(443, "https"));
  const std::string text = told(report, output, host);
  EXPECT_EQ(text.find("\"port\":443"), std::string::npos);
  EXPECT_NE(text.find(R"({"state":"closed","reason":"reset","protocol":"tcp","count":99})"), std::string::npos);
  host.ports.erase(host.ports.begin(), host.ports.begin() + 2);
  EXPECT_EQ(told(report, output, host), "");
}

TEST(NdjsonReport, FinishTellsLossAndFailure) {
  MemoryOutput output;
  NdjsonReport report{output, {}};
  model::ScanFinished finish = finished(1, 2);
  finish.loss = {.asked = 500, .lost = 9};
  finish.expected_missed_open = 0.02;
  finish.success = false;
  finish.error = "the \"link\" broke";
  EXPECT_TRUE(report.on(finish));
  EXPECT_EQ(output.text,
            R"({"record":"finish","time":"2026-11-21T10:16:49.000Z","elapsed":4.59,"success":false,)"
            R"("interrupted":false,"error":"the \"link\" broke","hosts":{"up":1,"down":1,"total":2},)"
            R"("probes_sent":102,"answers_seen":100,"loss":{"asked":500,"lost":9},"expected_missed_open":0.02})"
            "\n");
}

// As hostile as the kernel lets a name be.
std::string eth0(std::uint32_t /*index*/) { return "eth\"0"; }

std::string everything() {
  ReportOptions options;
  options.verbosity = 1;
  options.stats_every = 1s;
  options.zone_name = eth0;
  MemoryOutput output;
  NdjsonReport report{output, options};
  EXPECT_TRUE(report.on(started({"portolan", "\xff\x1b\"\\", "caf\u00e9 \u202e"})));
  EXPECT_TRUE(report.on(model::TaskBegin{task("tcp-syn", noon(), 1)}));
  model::Progress progress;
  progress.task = task("tcp-syn", noon(1s));
  progress.fraction = std::numeric_limits<double>::quiet_NaN();
  progress.rate = std::numeric_limits<double>::infinity();
  progress.remaining = 2500ms;
  progress.scan_remaining = 90s;
  progress.elapsed = 1s;
  EXPECT_TRUE(report.on(progress));
  EXPECT_TRUE(report.on(model::OpenPort{address("198.18.0.2"), open_port(22, "ssh")}));
  EXPECT_TRUE(report.on(remark("line\nbreak")));
  EXPECT_TRUE(report.on(model::TaskEnd{task("tcp-syn", noon(2s))}));
  model::HostRecord host = host_on_link();
  host.names.push_back({"\xc3\x28hostile", model::HostName::Kind::ptr});
  host.ports.push_back(port(81, model::PortState::filtered, model::Reason::host_unreach, "", 63));
  host.ports.back().reason_address = address("fe80::1%2");
  host.timed_out = true;
  EXPECT_TRUE(report.on(host));
  EXPECT_TRUE(report.on(silent_host("fe80::9%2")));
  model::HostRecord listed;
  listed.address = address("198.18.0.7");
  EXPECT_TRUE(report.on(listed));
  EXPECT_TRUE(report.on(finished(1, 2)));
  return output.text;
}

TEST(NdjsonReport, ALinkLocalHostNamesItsInterface) {
  ReportOptions options;
  options.verbosity = 1;
  MemoryOutput output;
  NdjsonReport nameless{output, options};
  EXPECT_TRUE(nameless.on(silent_host("fe80::9%2")));
  EXPECT_EQ(output.text.find("interface"), std::string::npos);
  options.zone_name = eth0;
  NdjsonReport report{output, options};
  EXPECT_TRUE(report.on(silent_host("2001:db8::9")));
  EXPECT_EQ(output.text.find("interface"), std::string::npos);
  EXPECT_TRUE(report.on(silent_host("fe80::9%2")));
  EXPECT_NE(output.text.find(R"("address":"fe80::9%2","status":"down","reason":"no-response","interface":"eth\"0",)"),
            std::string::npos)
      << output.text;
}

TEST(NdjsonReport, PythonReadsEveryLine) {
  if (run(std::string{python} + " -c pass").status != 0) GTEST_SKIP() << "python3 is not installed";
  const Folder folder;
  const std::string script = folder.write("check.py", R"(
import json, sys
lines = open(sys.argv[1], encoding='utf-8', newline='\n').read().split('\n')
assert lines.pop() == ''
records = [json.loads(line, parse_constant=lambda word: sys.exit('not JSON: ' + word)) for line in lines]
kinds = [record['record'] for record in records]
assert kinds[0] == 'start' and kinds[-1] == 'finish', kinds
assert kinds.count('port') == 3 and kinds.count('host') == 3 and kinds.count('remark') == 1, kinds
ports = [(r['address'], r['protocol'], r['port']) for r in records if r['record'] == 'port']
assert len(ports) == len(set(ports)), ports
assert kinds.index('port') < kinds.index('remark')          # the open port came at once
host = next(r for r in records if r['record'] == 'host')
assert sum(count['count'] for count in host['counts']) == 101, host
assert records[0]['arguments'] == ['portolan', '\ufffd\x1b"\\', 'caf\u00e9 \u202e'], records[0]
)");
  const Outcome outcome = run(std::string{python} + " " + script + " " + folder.write("scan.ndjson", everything()));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(NdjsonReport, KeepsToItsPublishedSchema) {
  if (!can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(breaches("ndjson", everything()), "");
}

}  // namespace
}  // namespace portolan::report
