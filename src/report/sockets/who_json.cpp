#include <array>
#include <chrono>

#include "base/json_record.h"
#include "base/json_stream.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/service_records.h"
#include "report/sockets/stream_schema.h"
#include "report/sockets/who_answer.h"

namespace portolan::report {
namespace {

using sockets::Process;
using sockets::Service;

// What every record about a holder has.
struct HolderRecord {
  Word protocol;
  std::optional<std::uint32_t> port;  // it and the next three, or `path`
  std::string_view service;
  std::string where;
  std::vector<PlaceRecord> addresses;
  std::string path;
  OwnerRecord owner;
  std::string_view command;
  std::optional<model::WallTime> started;
  bool socket_activated = false;
};
void describe(auto& visitor, const HolderRecord& holder) {
  visitor.member("protocol", holder.protocol);
  visitor.optional("port", holder.port);
  visitor.optional("service", holder.service);
  visitor.optional("where", holder.where);
  visitor.optional("addresses", holder.addresses);
  visitor.optional("path", holder.path);
  describe(visitor, holder.owner);
  visitor.optional("command", holder.command);
  visitor.optional("started", holder.started);
  visitor.optional("socket_activated", holder.socket_activated);
}

struct AnswerRecord {
  HolderRecord holder;
  std::uint64_t connections = 0;
};
void describe(auto& visitor, const AnswerRecord& answer) {
  describe(visitor, answer.holder);
  visitor.member("connections", answer.connections);
}

struct UserRecord {
  HolderRecord holder;
  Word state;
  std::string_view remote;
};
void describe(auto& visitor, const UserRecord& user) {
  describe(visitor, user.holder);
  visitor.optional("state", user.state);
  visitor.optional("remote", user.remote);
}

struct ElsewhereRecord {
  std::uint64_t network_namespace = 0;
  std::string_view name;
  HolderRecord holder;
};
void describe(auto& visitor, const ElsewhereRecord& elsewhere) {
  visitor.member("network_namespace", elsewhere.network_namespace);
  visitor.optional("name", elsewhere.name);
  describe(visitor, elsewhere.holder);
}

struct BindRecord {
  Word result;
};
void describe(auto& visitor, const BindRecord& bind) { visitor.member("result", bind.result); }

HolderRecord holder_of(const Service& service, sockets::RowNames& names) {
  HolderRecord record;
  record.protocol = {std::string{name_of(service.protocol)}};
  if (service.path.empty()) {
    record.port = service.port;
    record.service = names.registered_service(service.protocol, service.port);
    record.where = places_text(service.places, service.network_namespace, names);
    record.addresses = places_of(service, names);
  } else {
    record.path = path_text(service);
  }
  record.owner = owner_of(service, names);
  record.socket_activated = service.held_by_systemd;
  const Process* process = service.pids.empty() ? nullptr : names.process(service.pids.front());
  if (process == nullptr) return record;
  record.command = process->command;
  if (process->started != 0) {
    record.started = model::WallTime{std::chrono::seconds{static_cast<std::int64_t>(process->started)}};
  }
  if (process->user) {
    record.owner.uid = process->user;
    record.owner.user = names.user(*process->user);
  }
  return record;
}

}  // namespace

std::string who_json(const Who& who, sockets::RowNames& names, std::span<const model::Remark> gaps) {
  std::string out;
  JsonStream stream{out};
  stream.start(who_schema).member("question", std::string_view{who.question});
  stream.end();
  for (const WhoAnswer& answer : who.answers) {
    write_record(stream, "answer", AnswerRecord{holder_of(answer.service, names), answer.connections});
  }
  for (const WhoUser& user : who.users) {
    write_record(stream, "user", UserRecord{holder_of(user.holder, names), {std::string{user.state}}, user.remote});
  }
  for (const WhoElsewhere& other : who.elsewhere) {
    write_record(stream, "elsewhere",
                 ElsewhereRecord{other.network_namespace, names.network_namespace(other.network_namespace),
                                 holder_of(other.service, names)});
  }
  for (const Service& other : who.namesakes) write_record(stream, "namesake", holder_of(other, names));
  if (who.availability != sockets::Availability::not_asked) {
    write_record(stream, "bind", BindRecord{{std::string{name_of(who.availability)}}});
  }
  finish_stream(stream, "answers", who.answers.size(), gaps);
  return out;
}

std::string who_json_schema() {
  StreamForm form{.command = "portolan who --json",
                  .schema = who_schema,
                  .things = "answers",
                  .start = stream_start_schema(who_schema)};
  form.start.required("question", schema_reference("text"));
  return stream_json_schema(
      form, std::array{record_schema<AnswerRecord>("answer"), record_schema<UserRecord>("user"),
                       record_schema<ElsewhereRecord>("elsewhere"), record_schema<HolderRecord>("namesake"),
                       record_schema<BindRecord>("bind")});
}

}  // namespace portolan::report
