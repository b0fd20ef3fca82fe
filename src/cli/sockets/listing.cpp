#include "cli/sockets/listing.h"

#include <fmt/core.h>

#include "base/message.h"
#include "cli/arguments.h"
#include "os/catalogues.h"
#include "os/privileges.h"
#include "os/terminal/terminal.h"
#include "report/sockets/gap_records.h"

namespace portolan::cli {
namespace {

constexpr int standard_output = 1;

Result<ListingOptions> parse_listing_options(std::span<const ListingOption> table, std::span<const std::string> given) {
  const auto arguments = parse_arguments(specs_of(table), given, Dashes::two);
  if (!arguments) return fail(arguments.error());
  ListingOptions options;
  for (const Given& option : arguments->options) {
    if (const auto done = table[option.option].apply(options, option); !done) return fail(done.error());
  }
  options.operands = arguments->operands;
  return options;
}

}  // namespace

int run_listing(const Invocation& invocation, std::span<const ListingOption> table, const HelpPage& page,
                const std::function<Result<int>(const ListingOptions&)>& body) {
  const auto options = parse_listing_options(table, invocation.words);
  if (!options) return complain(options.error().message), status_refused;
  if (options->help) return print(help_text(page));
  if (options->version) return print(version_text(invocation.dialect));
  const auto status = body(*options);
  if (status) return *status;
  return end_with(status.error());
}

std::optional<std::size_t> table_width(const ListingOptions& options) {
  if (options.wide || !os::is_terminal(standard_output)) return std::nullopt;
  return os::terminal_width(standard_output);
}

catalog::Services services_or_none(std::vector<model::Remark>& gaps) {
  auto services = os::read_services();
  if (services) return std::move(*services);
  gaps.push_back({model::RemarkCode::registry_unknown, {cause_of(services.error())}});
  return std::move(*catalog::Services::parse(""));
}

std::string privilege_note(std::size_t without_privilege, bool is_root) {
  if (is_root) {
    return counted("note: one socket is perhaps held by processes that even this root may not look at",
                   "note: {0} sockets are perhaps held by processes that even this root may not look at",
                   without_privilege);
  }
  return counted(
      "note: one socket is held by processes of other users, which only root may look at: the same command with sudo "
      "in front shows them",
      "note: {0} sockets are held by processes of other users, which only root may look at: the same command with sudo "
      "in front shows them",
      without_privilege);
}

void report_gaps(std::span<const model::Remark> gaps, std::size_t without_privilege) {
  for (const model::Remark& gap : gaps) complain(said("note: {}", report::gap_text(gap)));
  if (without_privilege > 0) complain(privilege_note(without_privilege, os::effective_user() == 0));
}

}  // namespace portolan::cli
