#include "explain/story_json.h"

#include <array>
#include <string_view>
#include <vector>

#include "base/json_record.h"
#include "base/message.h"
#include "base/text.h"
#include "explain/steps.h"
#include "model/json_fields.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/stream_schema.h"

namespace portolan::explain {
namespace {

constexpr std::string_view schema = "portolan-explain/1";

struct QuestionRecord {
  net::IpAddress address;
  std::string name;
  std::size_t other_addresses = 0;
  std::optional<net::Port> port;
  std::optional<net::Protocol> protocol;
  std::string technique;
  bool simulated = false;
  bool connected = false;
  bool whole = false;
};
void describe(auto& visitor, const QuestionRecord& question) {
  visitor.member("address", question.address);
  visitor.optional("name", question.name);
  visitor.optional("other_addresses", question.other_addresses);
  visitor.optional("port", question.port);
  visitor.optional("protocol", question.protocol);
  visitor.optional("technique", question.technique);
  visitor.member("simulated", question.simulated);
  visitor.member("connected", question.connected);
  visitor.optional("whole", question.whole);
}

struct PacketRecord {
  std::size_t number = 0;
  std::optional<Duration> time;
  bool sent = false;
  bool seen = false;
  bool again = false;
  bool kept = false;
  std::string label;
  Word meaning;
  std::vector<std::string> details;
  std::string words;
  std::optional<net::Port> port;
  std::optional<net::IpAddress> sender;
  std::uint8_t ttl = 0;
  Word state_here;
  Word state_there;
};
void describe(auto& visitor, const PacketRecord& packet) {
  visitor.member("number", packet.number);
  visitor.optional("time", packet.time);
  visitor.member("sent", packet.sent);
  visitor.member("seen", packet.seen);
  visitor.optional("again", packet.again);
  visitor.optional("kept", packet.kept);
  visitor.member("label", packet.label);
  visitor.member("meaning", packet.meaning);
  visitor.optional("details", packet.details);
  visitor.optional("words", packet.words);
  visitor.optional("port", packet.port);
  visitor.optional("sender", packet.sender);
  visitor.optional("ttl", packet.ttl);
  visitor.optional("state_here", packet.state_here);
  visitor.optional("state_there", packet.state_there);
}

struct ConnectionRecord {
  Word end;
  std::string cause;
  std::string said;
  std::string heard;
  std::uint64_t unseen = 0;
};
void describe(auto& visitor, const ConnectionRecord& connection) {
  visitor.member("end", connection.end);
  visitor.optional("cause", connection.cause);
  visitor.optional("said", connection.said);
  visitor.optional("heard", connection.heard);
  visitor.optional("unseen", connection.unseen);
}

struct AlternativeRecord {
  std::string_view state;
  bool silent = false;
  bool happened = false;
};
void describe(auto& visitor, const AlternativeRecord& alternative) {
  visitor.member("state", alternative.state);
  visitor.member("silent", alternative.silent);
  visitor.member("happened", alternative.happened);
}

struct ResultRecord {
  std::string_view state;  // of the port, or of the host where no port was asked
  model::Reason reason = model::Reason::none;
  std::optional<net::IpAddress> reason_address;
  model::HostState host = model::HostState::unknown;
  std::string service;
  std::string description;
  std::vector<model::Remark> remarks;
};
void describe(auto& visitor, const ResultRecord& result) {
  visitor.member("state", result.state);
  visitor.member("reason", result.reason);
  visitor.optional("reason_address", result.reason_address);
  visitor.member("host", result.host);
  visitor.optional("service", result.service);
  visitor.optional("description", result.description);
  visitor.optional("remarks", result.remarks);
}

QuestionRecord record_of(const Story& story) {
  const Question& question = story.question;
  QuestionRecord record{.address = question.target,
                        .name = question.name,
                        .other_addresses = question.other_addresses,
                        .port = question.port,
                        .protocol = {},
                        .technique = {},
                        .simulated = story.simulated,
                        .connected = story.connected,
                        .whole = question.whole};
  if (question.port) record.protocol = probe::protocol_of(question.probe->asks);
  if (question.probe != nullptr) record.technique = question.probe->name;
  return record;
}

PacketRecord record_of(const Step& step, std::size_t number) {
  return {.number = number,
          .time = step.at,
          .sent = step.ours,
          .seen = step.seen,
          .again = step.again,
          .kept = step.kept,
          .label = step.label,
          .meaning = {std::string{name_of(step.meaning)}},
          .details = step.details,
          .words = step.words,
          .port = step.protocol == net::Protocol::ip ? std::nullopt : step.port,
          .sender = step.sender,
          .ttl = step.ttl,
          .state_here = {lower_case(name_of(step.here))},
          .state_there = {lower_case(name_of(step.there))}};
}

ResultRecord result_of(const Story& story, const Facts& facts) {
  ResultRecord record{.state = name_of(model::HostState::unknown),
                      .reason = {},
                      .reason_address = {},
                      .host = {},
                      .service = facts.service,
                      .description = facts.description,
                      .remarks = story.remarks};
  if (!story.host) return record;
  const model::HostRecord& host = *story.host;
  record.host = host.state;
  record.remarks.insert(record.remarks.end(), host.remarks.begin(), host.remarks.end());
  if (host.ports.empty()) {
    record.state = name_of(host.state);
    record.reason = host.reason;
  } else {
    const model::PortRecord& port = host.ports.front();
    record.state = name_of(port.state);
    record.reason = port.reason;
    record.reason_address = port.reason_address;
  }
  return record;
}

}  // namespace

std::string json_of(const Story& story, const Facts& facts) {
  const InEnglish english;
  std::string out;
  JsonStream stream{out};
  stream.start(schema);
  stream.end();
  write_record(stream, "question", record_of(story));
  const auto steps = steps_of(story);
  for (std::size_t i = 0; i < steps.size(); ++i) write_record(stream, "packet", record_of(steps[i], i + 1));
  if (story.connection) {
    const Connection& connection = *story.connection;
    write_record(stream, "connection",
                 ConnectionRecord{.end = {std::string{name_of(connection.end)}},
                                  .cause = connection.cause,
                                  .said = connection.said,
                                  .heard = connection.heard,
                                  .unseen = connection.unseen});
  }
  write_record(stream, "result", result_of(story, facts));
  for (const Alternative& one : alternatives_of(story.question)) {
    write_record(stream, "alternative", AlternativeRecord{one.state, one.silent, is_what_happened(one, story)});
  }
  report::finish_stream(stream, "packets", steps.size(), {});
  return out;
}

std::string json_schema() {
  return report::stream_json_schema(
      {.command = "portolan explain --json",
       .schema = schema,
       .things = "packets",
       .start = report::stream_start_schema(schema)},
      std::array{record_schema<QuestionRecord>("question"), record_schema<PacketRecord>("packet"),
                 record_schema<ConnectionRecord>("connection"), record_schema<ResultRecord>("result"),
                 record_schema<AlternativeRecord>("alternative")});
}

}  // namespace portolan::explain
