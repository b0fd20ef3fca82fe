// The words of `portolan talk` to a plan. Pure: names come through what is handed in.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "cli/option.h"
#include "plan/target_set.h"
#include "run/talk.h"

namespace portolan::cli {

struct TalkOptions {
  std::vector<std::string> operands = {};
  bool only_v4 = false;
  bool only_v6 = false;
  bool udp = false;
  bool tls = false;
  std::string starttls = {};  // "": none
  bool insecure = false;
  std::optional<Duration> timeout = {};
  bool crlf = false;
  bool hex = false;
  std::string record = {};  // "": none
  bool verbose = false;
  bool help = false;
  bool version = false;
};

// In the order of help.
std::span<const Option<TalkOptions>> talk_option_table();

// Errc::parse and Errc::usage, one sentence each.
Result<TalkOptions> parse_talk_options(std::span<const std::string> words);

// The sentence about a record that would stand between what the other side says.
std::string record_is_output(const std::string& path);

// All but the addresses of a name: what is wrong with the words is found before anything is asked or sent. Errors: as
// above.
struct TalkTarget {
  run::TalkPlan plan;
  std::string host;
  plan::TargetOptions::Families families = plan::TargetOptions::Families::both;
};
Result<TalkTarget> prepare_talk(const TalkOptions& options, const catalog::Services& services);
// Errors: what the look-up says, and Errc::usage for an address of the other family or what is no single host.
Result<run::TalkPlan> resolve_talk(TalkTarget target, const plan::Resolve& resolve, const plan::ZoneOf& zone_of);

}  // namespace portolan::cli
