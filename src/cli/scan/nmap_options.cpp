#include "cli/scan/nmap_options.h"

#include <fmt/core.h>

#include <array>
#include <string_view>

#include "cli/arguments.h"
#include "cli/values.h"

namespace portolan::cli {
namespace {

using Apply = Result<void> (*)(ScanOptions&, const Given&);

Result<void> nothing(ScanOptions&, const Given&) { return {}; }
// nmap reads such numbers by atoi().
template <std::uint64_t Least>
Result<void> some_number(ScanOptions& options, const Given& given) {
  if (options.dialect == Dialect::nmap && leading_number(*given.value) >= std::int64_t{Least}) return {};
  const auto value = parse_count(given.spelling, *given.value, Least, 1'000'000'000);
  return value ? Result<void>{} : fail(value.error());
}
Result<void> some_time(ScanOptions&, const Given& given) {
  const auto value = parse_duration(given.spelling, *given.value);
  return value ? Result<void>{} : fail(value.error());
}

Result<void> refuse(ScanOptions&, const Given& given) {
  const OptionSpec& option = scan_option_table()[given.option];
  if (option.support == Support::hiding) {
    return fail(Errc::unsupported,
                fmt::format("{} ({}) is not there: portolan does not hide who scans", given.spelling, option.summary));
  }
  if (option.support == Support::declined) {
    return fail(Errc::unsupported, fmt::format("{} is not offered: {}", given.spelling, option.summary));
  }
  return fail(Errc::unsupported, fmt::format("{} ({}) is not built yet", given.spelling, option.summary));
}

using Spellings = std::array<std::string_view, 5>;

constexpr Option<ScanOptions> ignored(Spellings spellings, std::string_view why) {
  return {OptionSpec{.spellings = spellings, .summary = why, .support = Support::ignored}, nothing};
}
// Nobody notices a wrong value otherwise.
constexpr Option<ScanOptions> ignored(Spellings spellings, std::string_view value, Apply check, std::string_view why) {
  return {OptionSpec{.spellings = spellings,
                     .argument = Argument::required,
                     .value = value,
                     .summary = why,
                     .support = Support::ignored},
          check};
}
constexpr Option<ScanOptions> hiding(Spellings spellings, std::string_view what) {
  return {
      OptionSpec{.spellings = spellings, .argument = Argument::required, .summary = what, .support = Support::hiding},
      refuse};
}

constexpr Option<ScanOptions> declined(Spellings spellings, std::string_view why) {
  return {
      OptionSpec{.spellings = spellings, .argument = Argument::required, .summary = why, .support = Support::declined},
      refuse};
}

constexpr std::array rows{
    hiding({"-D"}, "decoys"),
    hiding({"-S"}, "a false source address"),
    hiding({"-sI"}, "scanning through an idle third machine"),
    hiding({"-b"}, "scanning through an FTP server"),
    hiding({"--spoof-mac"}, "a false link-layer address"),
    hiding({"--proxies", "--proxy"}, "scanning through proxies"),

    ignored({"--randomize-hosts", "--rH"}, "hosts are always asked in a shuffled order"),
    ignored({"--min-hostgroup"}, "<number>", some_number<0>, "hosts enter as others finish, in no groups"),
    ignored({"--max-hostgroup"}, "<number>", some_number<1>, "hosts enter as others finish, in no groups"),
    ignored({"--min-parallelism"}, "<number>", some_number<1>,
            "the pace is a rate, whose bounds are --min-rate and --max-rate"),
    ignored({"--max-parallelism"}, "<number>", some_number<1>,
            "the pace is a rate, whose bounds are --min-rate and --max-rate"),
    ignored({"--max-scan-delay"}, "<time>", some_time,
            "hosts that limit their answers are asked as often as they answer"),
    ignored({"--nogcc"}, "the pace of each host is its own already"),
    ignored({"--nsock-engine"}, "<name>", nothing, "there is one way to wait for packets"),
    ignored({"--send-eth", "--send-ip"}, "each path decides whether frames or packets are sent; -v says which"),
    ignored({"--log-errors"}, "errors stand on standard error, whatever is written to files"),
    ignored({"--release-memory"}, "what is no more needed is given back as the scan goes on"),
    ignored({"--deprecated-xml-osclass"},
            "classes stand inside their matches, where nmap has had them since version 5"),
    ignored({"-I"}, "nobody tells any more who holds a port (identd); nmap ignores it, too"),
    ignored({"-q"}, "the program keeps its name in lists of processes"),
    ignored({"-M"}, "<number>", some_number<1>, "as many sockets are open as the limits allow"),

    ignored({"--script-args"}, "<name=value>", nothing, "nothing that is asked takes arguments"),
    ignored({"--script-args-file"}, "<file>", nothing, "nothing that is asked takes arguments"),
    ignored({"--script-timeout"}, "<time>", some_time, "whatever is asked has its own deadline"),
    ignored({"--script-updatedb"}, "there is no database of scripts"),
    ignored({"--datadir"}, "<folder>", nothing, "no data file of nmap is read"),
    ignored({"--servicedb"}, "<file>", nothing, "no data file of nmap is read"),
    ignored({"--versiondb"}, "<file>", nothing, "no data file of nmap is read"),

    declined({"-iR"}, "random targets are nobody's own; name those that you answer for"),
    declined({"-oH"}, "no report is HTML; write XML by -oX and turn it into HTML by a stylesheet"),
};

}  // namespace

std::vector<Option<ScanOptions>> rows_of_nmap() { return {rows.begin(), rows.end()}; }

}  // namespace portolan::cli
