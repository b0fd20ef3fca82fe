#include "report/sockets/gap_records.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error_name.h"
#include "base/escape.h"
#include "base/message.h"
#include "model/event_json.h"

namespace portolan::report {
namespace {

constexpr std::uint64_t root = 0;

std::string hidden_text(std::size_t processes, std::uint64_t user) {
  if (user == root) {
    return counted("the network namespace of one process cannot be looked at, not even by this root",
                   "the network namespaces of {0} processes cannot be looked at, not even by this root", processes);
  }
  return counted("the network namespace of one process of another user cannot be looked at without root",
                 "the network namespaces of {0} processes of other users cannot be looked at without root", processes);
}

// Of what is not there any more the kernel says that it is wrong to ask for it, in one way or another.
std::string missing_text(std::uint64_t inode, std::string_view cause) {
  constexpr std::array<std::string_view, 4> gone{"EINVAL", "ENOENT", "ESRCH", "ENODEV"};
  if (std::ranges::find(gone, cause) != gone.end()) {
    return said("network namespace {} went away before its sockets were listed", inode);
  }
  return said("the sockets of network namespace {0} are missing: {1}", inode, words_of_error(cause));
}

std::string unknown_text(const model::Remark& gap) {
  const std::string why = words_of_error(gap.text(0));
  if (gap.text(1).empty()) return said("who listens is not known: {}", why);
  return said("who listens is not known: cannot list the {0} sockets of this machine: {1}", gap.text(1), why);
}

using Text = std::string (*)(const model::Remark& gap);
struct Sentence {
  model::RemarkCode code;
  Text text;
};

// About the kernel's lists.
constexpr std::array list_sentences{
    Sentence{model::RemarkCode::namespaces_hidden,
             [](const model::Remark& gap) { return hidden_text(gap.number(0), gap.number(1)); }},
    Sentence{model::RemarkCode::namespace_missing,
             [](const model::Remark& gap) { return missing_text(gap.number(0), gap.text(1)); }},
    Sentence{model::RemarkCode::list_changed,
             [](const model::Remark& gap) {
               return said(
                   "the list of {} sockets changed while the kernel gave it: some may be missing, or there twice",
                   gap.text(0));
             }},
    Sentence{model::RemarkCode::answers_not_understood,
             [](const model::Remark& gap) {
               return counted("one answer of the kernel about {1} sockets was not understood",
                              "{0} answers of the kernel about {1} sockets were not understood", gap.number(0),
                              gap.text(1));
             }},
    Sentence{model::RemarkCode::lines_not_understood,
             [](const model::Remark& gap) {
               return counted("one line of /proc/net/{1} was not understood",
                              "{0} lines of /proc/net/{1} were not understood", gap.number(0), gap.text(1));
             }},
    Sentence{model::RemarkCode::no_such_list,
             [](const model::Remark& gap) { return said("this kernel has no list of {} sockets", gap.text(0)); }},
    Sentence{model::RemarkCode::ends_not_heard,
             [](const model::Remark& gap) {
               return said("cannot hear from the kernel which sockets end: {}", words_of_error(gap.text(0)));
             }},
    Sentence{model::RemarkCode::short_ones_missing,
             [](const model::Remark& /*gap*/) {
               return std::string{
                   translated("more sockets ended at once than could be heard of: some short ones are missing")};
             }},
    Sentence{model::RemarkCode::lists_from_files,
             [](const model::Remark& gap) {
               return said(
                   "the kernel's sock_diag cannot be asked ({}): the lists come from /proc/net, which tells less",
                   words_of_error(gap.text(0)));
             }},
    Sentence{model::RemarkCode::namespace_gone,
             [](const model::Remark& gap) {
               return said("there is no network namespace '{}' any more", escape_terminal(gap.text(0)));
             }},
    Sentence{model::RemarkCode::listeners_unknown, unknown_text},
};

// About what stands beside the lists: processes, units, names.
constexpr std::array fact_sentences{
    Sentence{model::RemarkCode::failed_units_unknown,
             [](const model::Remark& /*gap*/) {
               return std::string{translated("systemctl does not answer, so units that have failed are not marked")};
             }},
    Sentence{model::RemarkCode::processes_unknown,
             [](const model::Remark& gap) {
               return said("who holds which socket cannot be found out: {}", words_of_error(gap.text(0)));
             }},
    Sentence{model::RemarkCode::proc_missing,
             [](const model::Remark& /*gap*/) {
               return std::string{translated(
                   "/proc is not mounted: who holds which socket is not known, and the lists that only /proc/net has "
                   "are missing")};
             }},
    Sentence{model::RemarkCode::networks_unknown,
             [](const model::Remark& /*gap*/) {
               return std::string{
                   translated("/proc is not mounted: of other network namespaces only those in /run/netns are known")};
             }},
    Sentence{model::RemarkCode::registry_unknown,
             [](const model::Remark& gap) {
               return said("portolan's own names of services cannot be read ({}): only the system's are known",
                           words_of_error(gap.text(0)));
             }},
};

std::optional<std::string> sentence_in(std::span<const Sentence> sentences, const model::Remark& gap) {
  const auto found = std::ranges::find(sentences, gap.code, &Sentence::code);
  return found == sentences.end() ? std::nullopt : std::optional{found->text(gap)};
}

}  // namespace

std::string gap_text(const model::Remark& gap) {
  if (auto text = sentence_in(list_sentences, gap)) return *std::move(text);
  if (auto text = sentence_in(fact_sentences, gap)) return *std::move(text);
  return std::string{kind_of(gap.code).name};
}

model::Remark listeners_unknown(const Error& error) {
  return {model::RemarkCode::listeners_unknown,
          {cause_of(error), error.about.empty() ? std::string{} : error.about.front()}};
}

void finish_stream(JsonStream& stream, std::string_view things, std::uint64_t count,
                   std::span<const model::Remark> gaps) {
  const InEnglish english;
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
