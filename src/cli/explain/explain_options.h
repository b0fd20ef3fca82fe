// The words of `portolan explain` to a question. Pure: names and facts come through ExplainSources.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/option.h"
#include "explain/offline.h"
#include "explain/story.h"
#include "plan/target_set.h"

namespace portolan::cli {

struct ExplainOptions {
  std::vector<std::string> operands = {};
  std::string technique = {};               // "" where none was chosen
  std::optional<std::string> offline = {};  // the word behind --offline
  bool connect = false;
  bool only_v4 = false;
  bool only_v6 = false;
  bool unprivileged = false;
  bool json = false;
  bool help = false;
  bool version = false;
};

// In the order of help.
std::span<const Option<ExplainOptions>> explain_option_table();

// Errc::parse and Errc::usage, one sentence each.
Result<ExplainOptions> parse_explain_options(std::span<const std::string> words);

struct ExplainSources {
  plan::Resolve resolve;
  plan::ZoneOf zone_of;
  std::function<std::string(std::uint32_t index)> zone_name = {};  // of an interface; "" where there is none
  const catalog::Services& services;
  bool raw_packets = true;  // whether this process may send them
};

struct PreparedQuestion {
  explain::Question question;
  std::optional<explain::World> world = {};  // nullopt: the real one
};

// Errors: Errc::parse and Errc::usage for what makes no sense, Errc::privilege, and what the look-up says.
Result<PreparedQuestion> prepare_question(const ExplainOptions& options, const ExplainSources& sources);

}  // namespace portolan::cli
