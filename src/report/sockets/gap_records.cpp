#include "report/sockets/gap_records.h"

#include <fmt/core.h>

#include "base/error_name.h"
#include "base/escape.h"
#include "model/event_json.h"

namespace portolan::report {
namespace {

constexpr std::uint64_t root = 0;

std::string hidden_text(std::uint64_t processes, std::uint64_t user) {
  const std::string which = processes == 1 ? "the network namespace of one process"
                                           : fmt::format("the network namespaces of {} processes", processes);
  if (user == root) return fmt::format("{} cannot be looked at, not even by this root", which);
  return fmt::format("{} of {} cannot be looked at without root", which,
                     processes == 1 ? "another user" : "other users");
}

std::string unknown_text(const model::Remark& gap) {
  const std::string why = words_of_error(gap.text(0));
  if (gap.text(1).empty()) return fmt::format("who listens is not known: {}", why);
  return fmt::format("who listens is not known: cannot list the {} sockets of this machine: {}", gap.text(1), why);
}

std::string not_understood_text(std::uint64_t count, std::string_view one, std::string_view many,
                                std::string_view where) {
  return count == 1 ? fmt::format("one {} {} was not understood", one, where)
                    : fmt::format("{} {} {} were not understood", count, many, where);
}

}  // namespace

std::string gap_text(const model::Remark& gap) {
  using enum model::RemarkCode;
  switch (gap.code) {
    case namespaces_hidden:
      return hidden_text(gap.number(0), gap.number(1));
    case namespace_missing:
      return fmt::format("the sockets of network namespace {} are missing: {}", gap.number(0),
                         words_of_error(gap.text(1)));
    case list_changed:
      return fmt::format("the list of {} sockets changed while the kernel gave it: some may be missing, or there twice",
                         gap.text(0));
    case answers_not_understood:
      return not_understood_text(gap.number(0), "answer", "answers",
                                 fmt::format("of the kernel about {} sockets", gap.text(1)));
    case lines_not_understood:
      return not_understood_text(gap.number(0), "line", "lines", fmt::format("of /proc/net/{}", gap.text(1)));
    case no_such_list:
      return fmt::format("this kernel has no list of {} sockets", gap.text(0));
    case failed_units_unknown:
      return "systemctl does not answer, so units that have failed are not marked";
    case ends_not_heard:
      return fmt::format("cannot hear from the kernel which sockets end: {}", words_of_error(gap.text(0)));
    case short_ones_missing:
      return "more sockets ended at once than could be heard of: some short ones are missing";
    case lists_from_files:
      return fmt::format("the kernel's sock_diag cannot be asked ({}): the lists come from /proc/net, which tells less",
                         words_of_error(gap.text(0)));
    case processes_unknown:
      return fmt::format("who holds which socket cannot be found out: {}", words_of_error(gap.text(0)));
    case proc_missing:
      return "/proc is not mounted: who holds which socket is not known, and the lists that only /proc/net has are "
             "missing";
    case networks_unknown:
      return "/proc is not mounted: of other network namespaces only those in /run/netns are known";
    case registry_unknown:
      return fmt::format("portolan's own names of services cannot be read ({}): only the system's are known",
                         words_of_error(gap.text(0)));
    case namespace_gone:
      return fmt::format("there is no network namespace '{}' any more", escape_terminal(gap.text(0)));
    case listeners_unknown:
      return unknown_text(gap);
    default:
      return std::string{kind_of(gap.code).name};
  }
}

model::Remark listeners_unknown(const Error& error) {
  return {model::RemarkCode::listeners_unknown,
          {cause_of(error), error.about.empty() ? std::string{} : error.about.front()}};
}

void finish_stream(JsonStream& stream, std::string_view things, std::uint64_t count,
                   std::span<const model::Remark> gaps) {
  for (const model::Remark& gap : gaps) {
    JsonWriter& json = stream.record("gap");
    json.member("message", gap_text(gap));
    write_remark(json, gap);
    stream.end();
  }
  JsonWriter& json = stream.record("finish");
  json.member(things, count);
  json.member("gaps", std::uint64_t{gaps.size()});
  stream.end();
}

}  // namespace portolan::report
