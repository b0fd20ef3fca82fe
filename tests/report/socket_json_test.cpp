#include "report/sockets/socket_json.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/json_value.h"
#include "report/sockets/socket_schema.h"
#include "report/sockets/summary_json.h"
#include "tests/places.h"
#include "tests/report/schemas.h"
#include "tests/report/socket_rows.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace testing;
using sockets::testing::tcp_row;
using sockets::testing::unix_row;

SocketListOptions with(std::span<const sockets::Column* const> columns) {
  SocketListOptions options;
  options.columns.assign(columns.begin(), columns.end());
  return options;
}

TEST(SocketJson, IsARecordALineFromStartToFinish) {
  FakeNames names;
  know_workers(names);
  std::vector<Row> rows = sample_rows();
  rows.erase(rows.begin() + 1, rows.begin() + 4);
  EXPECT_EQ(listed("json", rows, names, with_columns("proto,local,remote,inode,holders,no_owner"),
                   {{model::RemarkCode::list_changed, {"t\"cp"}}}),
            R"({"record":"start","schema":"portolan-sockets/1","program":"portolan","version":"0.1.0",)"
            R"("columns":["proto","local","remote","inode","holders","no_owner"]})"
            "\n"
            R"({"record":"socket","proto":"tcp","local":"0.0.0.0:443","inode":4711,"holders":[{"pid":812,"fd":6,)"
            R"("program":"nginx","command":"nginx: master process /usr/sbin/nginx","uid":33,"user":"www-data",)"
            R"("unit":"nginx.service","netns":"this","started":"2026-11-21T10:16:44Z"},{"pid":813,"fd":6,)"
            R"("program":"nginx","command":"nginx: worker process","uid":33,"user":"www-data","unit":"nginx.service",)"
            R"("netns":"this","started":"2026-11-21T10:16:44Z"}]})"
            "\n"
            R"({"record":"socket","proto":"unix","local":"/run/nginx.sock","inode":17,"no_owner":"kernel"})"
            "\n"
            R"({"record":"gap","message":"the list of t\"cp sockets changed while the kernel gave it: some may be )"
            R"(missing, or there twice","code":"list-changed","values":{"sockets":"t\"cp"}})"
            "\n"
            R"({"record":"finish","sockets":2,"gaps":1})"
            "\n");
}

TEST(SocketJson, NumbersTruthAndFractionsAreTheirOwnKind) {
  FakeNames names;
  Row row = tcp_row("::", 1, "2001:db8::1", 2);
  std::array<std::uint8_t, 104> info{};
  info[68] = 210;  // tcpi_rtt in microseconds
  info[100] = 9;
  row.tcp_info = info;
  SocketListOptions options = with_columns("v6only,rtt,retransmits,tcp_options,sockopts");
  const std::string text = listed("json", {row}, names, options);
  EXPECT_NE(text.find("{\"record\":\"socket\",\"v6only\":false,\"rtt\":0.21,\"retransmits\":9}\n"), std::string::npos)
      << text;
}

TEST(SocketJson, LargeNumbersHaveNoExponent) {
  FakeNames names;
  Row row = tcp_row("::", 1, "2001:db8::1", 2);
  std::array<std::uint8_t, 232> info{};
  info[205] = 0x01;  // tcpi_bytes_sent = 2^40
  const std::uint64_t busy_time = 100'000'000'000;
  std::memcpy(info.data() + 168, &busy_time, sizeof busy_time);  // tcpi_busy_time in microseconds
  row.tcp_info = info;
  const std::string text = listed("json", {row}, names, with_columns("busy_time,bytes_sent"));
  EXPECT_NE(text.find("\"busy_time\":100000000,\"bytes_sent\":1099511627776}"), std::string::npos) << text;
}

// All rows and columns, hostile text included.
std::string everything() {
  FakeNames names;
  know_workers(names);
  names.processes[813].program = "\x1b\"\\\xff\u202e";
  names.facts = {.state = sockets::FileFacts::State::there, .mode = 0660, .owner = 33};
  std::vector<Row> rows = sample_rows();
  rows.push_back(unix_row({"\0caf\u00e9\n\0x", 9}));
  static const std::vector<std::uint8_t> bytes(300, 1);
  rows[1].tcp_info = bytes;
  rows[1].memory = std::span{bytes}.first(36);
  rows[1].socket_options = 0x5;
  rows[1].mark = 1;
  rows[1].type_of_service = 1;
  rows[1].traffic_class = 1;
  rows[1].cgroup = 42;
  rows[1].congestion = "cubic";
  rows[1].upper_protocol = "tls";
  rows[1].timer = sockets::Timer::keepalive;
  rows[1].change = sockets::Change::state;
  rows[1].state_before = sockets::State::syn_sent;
  rows[1].changed_at = 1'795'256'204'125;
  for (const sockets::AddressFamily family : {sockets::AddressFamily::netlink, sockets::AddressFamily::packet,
                                              sockets::AddressFamily::vsock, sockets::AddressFamily::none}) {
    rows.emplace_back();
    rows.back().family = family;
    rows.back().state = sockets::State::established;
    rows.back().netlink_groups = 3;
    rows.back().local_port = rows.back().remote_port = 0xffff'ffff;
  }
  rows.back().protocol_name = "ALG";
  return listed("json", rows, names, with_columns("all"),
                {{model::RemarkCode::short_ones_missing}, {model::RemarkCode::list_changed, {"\x1b"}}});
}

TEST(SocketJson, PythonReadsEveryLine) {
  if (run(std::string{python} + " -c pass").status != 0) GTEST_SKIP() << "python3 is not installed";
  const Folder folder;
  const std::string script = folder.write("check.py", R"(
import json, sys
def once(pairs):
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)
lines = open(sys.argv[1], encoding='utf-8', newline='\n').read().split('\n')
assert lines.pop() == ''
records = [json.loads(line, object_pairs_hook=once) for line in lines]
kinds = [record['record'] for record in records]
assert kinds == ['start'] + ['socket'] * 10 + ['gap'] * 2 + ['finish'], kinds
assert records[-1]['sockets'] == 10 and records[-1]['gaps'] == 2
assert all(value is not None for record in records for value in record.values())
assert records[5]['local'] == '/run/nginx.sock' and records[6]['path'] == '@caf\u00e9\n\x00x', records[6]
assert records[2]['holders'][0]['program'] == '\x1b"\\\ufffd\u202e', records[2]
assert records[2]['cookie'] == '1001' and records[2]['sockopts'] == ['recverr', 'freebind'], records[2]
assert all(set(record) - {'record'} <= set(records[0]['columns']) for record in records[1:11])
)");
  const Outcome outcome = run(std::string{python} + " " + script + " " + folder.write("sockets.ndjson", everything()));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(SocketJson, KeepsToItsPublishedSchema) {
  if (!can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  FakeNames names;
  know_workers(names);
  const Folder folder;
  const std::string script = folder.write("check.py", R"(
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
checker = jsonschema.validators.validator_for(schema)
checker.check_schema(schema)
validator = checker(schema)
records = [json.loads(line) for line in open(sys.argv[2], encoding='utf-8', newline='\n')]
for record in records:
    validator.validate(record)
described = next(form for form in schema['oneOf'] if form['properties']['record']['const'] == 'socket')['properties']
columns = set(records[0]['columns'])
assert columns <= set(described), columns - set(described)
if len(sys.argv) > 3: assert set(described) - {'record'} == columns, set(described) ^ columns   # and nothing that is none
# The schema must be able to say no.
sockets = [record for record in records if record['record'] == 'socket']
for name in sorted({name for record in sockets for name in record} - {'record'}):
    bad = dict(sockets[0]); bad[name] = None
    assert not validator.is_valid(bad), name
assert not validator.is_valid(dict(records[-1], record='gap'))
assert not validator.is_valid(dict(records[0], schema='portolan-sockets/2'))
)");
  const std::string check = std::string{python} + " " + script + " " + schema_path("sockets") + " ";
  const Outcome all = run(check + folder.write("all.ndjson", everything()) + " all");
  EXPECT_EQ(all.status, 0) << all.output;
  const Outcome usual =
      run(check + folder.write("usual.ndjson", listed("json", sample_rows(), names, with(sockets::json_columns()))));
  EXPECT_EQ(usual.status, 0) << usual.output;
}

sockets::Summary some_numbers() {
  sockets::Summary summary;
  for (const Row& row : sample_rows()) summary.add(row);
  return summary;
}

TEST(SocketJson, ASummaryStandsInTheFrameOfEveryStream) {
  sockets::Summary one;
  one.add(tcp_row("0.0.0.0", 443, "0.0.0.0", 0));
  const std::string lines = summary_json(one, std::array{model::Remark{model::RemarkCode::proc_missing, {}}});
  EXPECT_THAT(lines, ::testing::StartsWith(R"({"record":"start","schema":"portolan-sockets/1",)"));
  EXPECT_THAT(lines, ::testing::HasSubstr("\n{\"record\":\"summary\",\"kinds\":{\"tcp\":{\"total\":1,"));
  EXPECT_THAT(lines, ::testing::HasSubstr("\n{\"record\":\"gap\","));
  EXPECT_THAT(lines, ::testing::EndsWith("\n{\"record\":\"finish\",\"sockets\":1,\"gaps\":1}\n"));
}

TEST(SocketJson, ASummaryKeepsToThePublishedSchema) {
  if (!can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  const std::array gaps{model::Remark{model::RemarkCode::list_changed, {"tcp"}}};
  EXPECT_EQ(breaches("sockets", summary_json(some_numbers(), gaps)), "");
}

// The published schema is what the table of columns makes.
TEST(SocketJson, ItsSchemaIsPublishedAsItIsMade) { expect_published("sockets", socket_json_schema()); }

TEST(SocketJson, EveryColumnIsInItsDocument) {
  const std::string document = run("cat " + test::source_directory() + "/docs/sockets-json.md").output;
  // What a reader of JSON sees of each sockets::Kind.
  constexpr std::array<std::string_view, 8> kinds{"text", "number", "truth", "list", "text", "text", "number", "text"};
  for (const sockets::Column& column : sockets::columns()) {
    const std::string line =
        fmt::format("| `{}` | {} | {} |\n", column.name, kinds[static_cast<std::size_t>(column.kind)], column.meaning);
    EXPECT_NE(document.find(line), std::string::npos) << "it lacks: " << line;
  }
}

}  // namespace
}  // namespace portolan::report
