// What the commands about ports and services (ports, who, services) have in common.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/option_actions.h"
#include "model/remark.h"

namespace portolan::cli {

struct ListingOptions {
  bool help = false;
  bool version = false;
  bool json = false;
  bool wide = false;
  bool tcp = false;
  bool udp = false;
  bool sctp = false;
  std::vector<std::string> operands = {};
};
using ListingOption = Option<ListingOptions>;

inline constexpr std::string_view listing_rest = "The rest";
inline constexpr ListingOption json_option{
    {.spellings = {"--json"}, .group = "How", .summary = "one object a line (docs/ports.md)"},
    set<&ListingOptions::json>};
inline constexpr ListingOption wide_option{
    {.spellings = {"-W", "--wide"}, .group = "How", .summary = "do not cut lines at the edge of a terminal"},
    set<&ListingOptions::wide>};
inline constexpr ListingOption help_option{
    {.spellings = {"-h", "--help"}, .group = listing_rest, .summary = "this text"}, set<&ListingOptions::help>};
inline constexpr ListingOption version_option{
    {.spellings = {"-V", "--version"}, .group = listing_rest, .summary = "the version"}, set<&ListingOptions::version>};

// Takes the line apart, answers --help and --version, and calls `body` for the rest. Its errors become one sentence and
// status_refused where the words were wrong (Errc::parse, Errc::usage), else status_failed.
int run_listing(const Invocation& invocation, std::span<const ListingOption> table, const HelpPage& page,
                const std::function<Result<int>(const ListingOptions&)>& body);

// Columns of the terminal to which a table is cut; nullopt: nothing is cut.
std::optional<std::size_t> table_width(const ListingOptions& options);

// The registry of services that portolan ships. Where it cannot be read, one that knows none, and a gap that says so.
catalog::Services services_or_none(std::vector<model::Remark>& gaps);

// That so many sockets have a holder that this user may not look at. It names no command line: what was typed may need
// quotes, and another path for root.
std::string privilege_note(std::size_t without_privilege, bool is_root);
// A line each to standard error; that privilege is missing is said once.
void report_gaps(std::span<const model::Remark> gaps, std::size_t without_privilege);

}  // namespace portolan::cli
