#include "report/sockets/gap_records.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace portolan::report {
namespace {

TEST(GapText, PutsEveryCodeAboutListsIntoWords) {
  using enum model::RemarkCode;
  const auto number = [](unsigned value) { return std::uint64_t{value}; };
  const std::vector<std::pair<model::Remark, std::string>> sentences{
      {{namespaces_hidden, {number(1), number(1000)}},
       "the network namespace of one process of another user cannot be looked at without root"},
      {{namespaces_hidden, {number(2), number(1000)}},
       "the network namespaces of 2 processes of other users cannot be looked at without root"},
      {{namespaces_hidden, {number(1), number(0)}},
       "the network namespace of one process cannot be looked at, not even by this root"},
      {{namespaces_hidden, {number(3), number(0)}},
       "the network namespaces of 3 processes cannot be looked at, not even by this root"},
      {{namespace_missing, {number(4026531840), "EPERM"}},
       "the sockets of network namespace 4026531840 are missing: Operation not permitted"},
      {{namespace_missing, {number(4026531840), "EINVAL"}},
       "network namespace 4026531840 went away before its sockets were listed"},
      {{namespace_missing, {number(4026531840), "ESRCH"}},
       "network namespace 4026531840 went away before its sockets were listed"},
      {{list_changed, {"tcp"}},
       "the list of tcp sockets changed while the kernel gave it: some may be missing, or there twice"},
      {{answers_not_understood, {number(1), "tcp"}}, "one answer of the kernel about tcp sockets was not understood"},
      {{answers_not_understood, {number(2), "tcp"}}, "2 answers of the kernel about tcp sockets were not understood"},
      {{lines_not_understood, {number(1), "udp"}}, "one line of /proc/net/udp was not understood"},
      {{lines_not_understood, {number(7), "udp"}}, "7 lines of /proc/net/udp were not understood"},
      {{no_such_list, {"sctp"}}, "this kernel has no list of sctp sockets"},
      {{failed_units_unknown}, "systemctl does not answer, so units that have failed are not marked"},
      {{ends_not_heard, {"EPERM"}}, "cannot hear from the kernel which sockets end: Operation not permitted"},
      {{short_ones_missing}, "more sockets ended at once than could be heard of: some short ones are missing"},
      {{lists_from_files, {"EACCES"}},
       "the kernel's sock_diag cannot be asked (Permission denied): the lists come from /proc/net, which tells less"},
      {{processes_unknown, {"EMFILE"}},
       "who holds which socket cannot be found out: Too many open files (raise `ulimit -n`)"},
      {{proc_missing},
       "/proc is not mounted: who holds which socket is not known, and the lists that only /proc/net has are missing"},
      {{networks_unknown}, "/proc is not mounted: of other network namespaces only those in /run/netns are known"},
      {{registry_unknown, {"ENOENT"}},
       "portolan's own names of services cannot be read (No such file or directory): only the system's are known"},
      {{namespace_gone, {"w\x1b"}}, "there is no network namespace 'w\\x1B' any more"},
      {{listeners_unknown, {"EACCES", ""}}, "who listens is not known: Permission denied"},
      {{listeners_unknown, {"EACCES", "tcp"}},
       "who listens is not known: cannot list the tcp sockets of this machine: Permission denied"},
  };
  std::set<model::RemarkCode> worded;
  for (const auto& [gap, sentence] : sentences) {
    EXPECT_EQ(gap_text(gap), sentence);
    EXPECT_EQ(gap.values.size(), kind_of(gap.code).values.size()) << sentence;
    worded.insert(gap.code);
  }
  const std::set<model::RemarkCode> about_lists{
      namespaces_hidden,    namespace_missing, list_changed,         answers_not_understood,
      lines_not_understood, no_such_list,      failed_units_unknown, ends_not_heard,
      short_ones_missing,   listeners_unknown, lists_from_files,     processes_unknown,
      proc_missing,         networks_unknown,  registry_unknown,     namespace_gone};
  EXPECT_EQ(worded, about_lists);
}

TEST(ListenersUnknown, HoldsTheCauseAndTheListOfAnError) {
  using model::RemarkCode::listeners_unknown;
  EXPECT_EQ(report::listeners_unknown({Errc::io, "a sentence", "EACCES", {"tcp"}}),
            (model::Remark{listeners_unknown, {"EACCES", "tcp"}}));
  EXPECT_EQ(report::listeners_unknown({Errc::privilege, "a sentence"}),
            (model::Remark{listeners_unknown, {"privilege", ""}}));
}

}  // namespace
}  // namespace portolan::report
