#include "cli/scan/dress_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/escape.h"
#include "base/hash.h"
#include "cli/arguments.h"
#include "cli/values.h"
#include "wire/dress.h"

namespace portolan::cli {
namespace {

struct FlagName {
  std::string_view name;
  std::uint8_t flags;
};
// RFC 9293 §3.1, from the highest bit down.
constexpr std::array<FlagName, 12> flag_names{{{"CWR", 0x80},
                                               {"ECE", 0x40},
                                               {"URG", 0x20},
                                               {"ACK", 0x10},
                                               {"PSH", 0x08},
                                               {"PUSH", 0x08},
                                               {"RST", 0x04},
                                               {"RESET", 0x04},
                                               {"SYN", 0x02},
                                               {"FIN", 0x01},
                                               {"ALL", 0xff},
                                               {"NONE", 0x00}}};

std::unexpected<Error> unusable(std::string_view option, std::string_view text, std::string_view why) {
  return fail(Errc::usage, fmt::format("{}: '{}' {}", option, escape_terminal(text), why));
}

Result<void> check_length(std::string_view option, std::size_t size) {
  if (size <= wire::longest_data) return {};
  return fail(Errc::usage, fmt::format("{}: these are {} bytes; more than {} do not fit into every packet", option,
                                       size, wire::longest_data));
}

}  // namespace

Result<std::uint8_t> parse_tcp_flags(std::string_view option, std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  std::uint8_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hexadecimal ? 16 : 10);
  if (!digits.empty() && error == std::errc{} && end == digits.data() + digits.size()) return number;
  std::string letters{text};
  std::ranges::transform(letters, letters.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  std::uint8_t flags = 0;
  for (std::string_view rest = letters; !rest.empty();) {
    const auto found =
        std::ranges::find_if(flag_names, [&](const FlagName& flag) { return rest.starts_with(flag.name); });
    if (found == flag_names.end()) return unusable(option, text, "is neither names like SYNFIN nor a number up to 255");
    flags |= found->flags;
    rest.remove_prefix(found->name.size());
    if (rest.size() > 1 && (rest.front() == ',' || rest.front() == '|')) rest.remove_prefix(1);
  }
  if (letters.empty()) return unusable(option, text, "names no flag; NONE stands for none at all");
  return flags;
}

Result<std::vector<std::uint8_t>> parse_hex_data(std::string_view option, std::string_view text) {
  std::string digits;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    digits = text.substr(2);
  } else {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.substr(i).starts_with("\\x"))
        ++i;
      else
        digits += text[i];
    }
  }
  constexpr std::string_view why = "is no even number of hexadecimal digits";
  if (digits.empty() || digits.size() % 2 != 0) return unusable(option, text, why);
  std::vector<std::uint8_t> bytes(digits.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* first = digits.data() + 2 * i;
    if (std::from_chars(first, first + 2, bytes[i], 16).ptr != first + 2) return unusable(option, text, why);
  }
  if (const auto done = check_length(option, bytes.size()); !done) return fail(done.error());
  return bytes;
}

namespace {

// Options of RFC 791 §3.1 with as much room as there is, for routers to write into.
std::vector<std::uint8_t> noted_on_the_way(std::vector<std::uint8_t> head) {
  head.resize(wire::longest_ip_options);
  return head;
}

// "\x00*36" is 36 zeros. nullopt for what is no such list; of one that is too long, one byte too many.
std::optional<std::vector<std::uint8_t>> repeated_bytes(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  while (!text.empty()) {
    if (text.starts_with("\\x")) text.remove_prefix(2);
    std::uint8_t byte = 0;
    const std::string_view digits = text.substr(0, 2);
    const auto [after, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() < 2 || wrong != std::errc{} || after != digits.data() + digits.size()) return {};
    text.remove_prefix(2);
    std::size_t times = 1;
    if (text.starts_with('*')) {
      const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), times);
      if (error == std::errc::result_out_of_range) times = wire::longest_ip_options + 1;
      if (end == text.data() + 1 || times == 0) return {};
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    bytes.insert(bytes.end(), std::min(times, wire::longest_ip_options + 1 - bytes.size()), byte);
    if (bytes.size() > wire::longest_ip_options) break;
  }
  return bytes;
}

// As a router reads them: option by option, until one makes no sense (RFC 791 §3.1).
bool holds_source_route(std::span<const std::uint8_t> options) {
  constexpr std::uint8_t end = 0;
  constexpr std::uint8_t no_operation = 1;
  constexpr std::uint8_t loose = 131;
  constexpr std::uint8_t strict = 137;
  for (std::size_t at = 0; at < options.size() && options[at] != end;) {
    if (options[at] == loose || options[at] == strict) return true;
    const std::size_t size = options[at] == no_operation ? 1 : at + 1 < options.size() ? options[at + 1] : 0;
    if (size == 0) return false;
    at += size;
  }
  return false;
}

}  // namespace

Result<std::vector<std::uint8_t>> parse_ip_options(std::string_view option, std::string_view text) {
  constexpr std::uint8_t no_operation = 1;
  constexpr std::uint8_t record_route = 7;
  constexpr std::uint8_t timestamp = 68;
  if (text == "R") return noted_on_the_way({no_operation, record_route, wire::longest_ip_options - 1, 4});
  if (text == "T") return noted_on_the_way({timestamp, wire::longest_ip_options, 5, 0});
  if (text == "U") return noted_on_the_way({timestamp, wire::longest_ip_options, 5, 1});
  auto bytes = repeated_bytes(text);
  if (text.starts_with('S') || text.starts_with('L') || (bytes && holds_source_route(*bytes))) {
    return fail(Errc::usage,
                fmt::format("{}: source routes are not offered: they lead packets round filters, and hosts "
                            "and routers drop them (RFC 7126 §4.3)",
                            option));
  }
  if (!bytes || bytes->empty()) {
    return unusable(option, text, "is neither R, T or U nor hexadecimal bytes, as 0x94040000 or \\x01*4");
  }
  if (bytes->size() > wire::longest_ip_options) {
    return fail(Errc::usage, fmt::format("{}: these are more than the {} bytes that IPv4's header has room for "
                                         "(RFC 791 section 3.1)",
                                         option, wire::longest_ip_options));
  }
  bytes->resize((bytes->size() + 3) / 4 * 4);  // "end of options" fills the last word
  return *std::move(bytes);
}

Result<std::vector<std::uint8_t>> parse_text_data(std::string_view option, std::string_view text) {
  if (text.empty()) return unusable(option, text, "holds nothing to send");
  if (const auto done = check_length(option, text.size()); !done) return fail(done.error());
  return std::vector<std::uint8_t>{text.begin(), text.end()};
}

Result<std::vector<std::uint8_t>> parse_data_length(std::string_view option, std::string_view text) {
  const auto size = parse_count(option, text, 0, wire::longest_data);
  if (!size) return fail(size.error());
  std::vector<std::uint8_t> bytes(*size);
  Random random{1};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

namespace {

// nmap takes an empty argument for nothing: no flag, no data, no options.
bool means_nothing(const ScanOptions& options, const Given& given) {
  return options.dialect == Dialect::nmap && given.value->empty();
}

void dressed(ScanOptions& options, const Given& given) {
  if (options.dressed_by.empty()) options.dressed_by = given.spelling;
}

Result<void> hop_limit(ScanOptions& options, const Given& given) {
  const auto value = parse_count(given.spelling, *given.value, 0, 255);
  if (!value) return fail(value.error());
  options.dress.hop_limit = static_cast<std::uint8_t>(*value);
  dressed(options, given);
  return {};
}

Result<void> source_port(ScanOptions& options, const Given& given) {
  const auto value = parse_count(given.spelling, *given.value, 0, 65'535);
  if (!value) return fail(value.error());
  options.dress.source_port = net::Port{static_cast<std::uint16_t>(*value)};
  dressed(options, given);
  return {};
}

Result<void> tcp_flags(ScanOptions& options, const Given& given) {
  const auto value =
      means_nothing(options, given) ? Result<std::uint8_t>{0} : parse_tcp_flags(given.spelling, *given.value);
  if (!value) return fail(value.error());
  options.dress.tcp_flags = *value;
  dressed(options, given);
  return {};
}

template <auto Parse>
Result<void> data(ScanOptions& options, const Given& given) {
  if (!options.dress.data.empty()) {
    return fail(Errc::usage, fmt::format("{}: there is data to send already; one of --data, --data-string and "
                                         "--data-length is enough",
                                         given.spelling));
  }
  auto value = Parse(given.spelling, *given.value);
  if (!value) return fail(value.error());
  options.dress.data = std::move(*value);
  dressed(options, given);
  return {};
}

template <auto Parse>
Result<void> data_or_nothing(ScanOptions& options, const Given& given) {
  return means_nothing(options, given) ? Result<void>{} : data<Parse>(options, given);
}

Result<void> bad_checksum(ScanOptions& options, const Given& given) {
  options.dress.bad_checksum = true;
  dressed(options, given);
  return {};
}

Result<void> ip_options(ScanOptions& options, const Given& given) {
  if (means_nothing(options, given)) return {};
  auto value = parse_ip_options(given.spelling, *given.value);
  if (!value) return fail(value.error());
  options.dress.ip_options = std::move(*value);
  dressed(options, given);
  return {};
}

// Each -f is eight bytes more.
template <std::uint16_t Bytes>
Result<void> fragment(ScanOptions& options, const Given& given) {
  constexpr std::size_t longest = wire::longest_data / 8 * 8;
  options.dress.fragment = static_cast<std::uint16_t>(std::min(longest, std::size_t{options.dress.fragment} + Bytes));
  dressed(options, given);
  return {};
}

Result<void> fragment_size(ScanOptions& options, const Given& given) {
  constexpr std::uint64_t unit = 8;  // of offsets (RFC 791 §3.1)
  const auto value = parse_count(given.spelling, *given.value, unit, wire::longest_data);
  if (!value) return fail(value.error());
  if (*value % unit != 0) return unusable(given.spelling, *given.value, "is no multiple of eight");
  options.dress.fragment = static_cast<std::uint16_t>(*value);
  dressed(options, given);
  return {};
}

Result<void> adler32(ScanOptions& options, const Given& given) {
  options.dress.adler32 = true;
  dressed(options, given);
  return {};
}

constexpr Argument required = Argument::required;

}  // namespace

std::vector<Option<ScanOptions>> dress_rows(std::string_view group) {
  return {
      {{.spellings = {"--scanflags"},
        .argument = required,
        .value = "<flags>",
        .group = group,
        .summary = "flags of TCP probes, as SYNFIN or a number; the answers mean what the scan type says"},
       tcp_flags},
      {{.spellings = {"-g", "--source-port"},
        .argument = required,
        .value = "<port>",
        .group = group,
        .summary = "send from this port"},
       source_port},
      {{.spellings = {"--ttl"},
        .argument = required,
        .value = "<number>",
        .group = group,
        .summary = "time to live, or hop limit"},
       hop_limit},
      {{.spellings = {"--data"},
        .argument = required,
        .value = "<hex>",
        .group = group,
        .summary = "send these bytes behind the header, as 0xcafe; with -sU instead of the payload"},
       data<parse_hex_data>},
      {{.spellings = {"--data-string"},
        .argument = required,
        .value = "<text>",
        .group = group,
        .summary = "the same with this text"},
       data_or_nothing<parse_text_data>},
      {{.spellings = {"--data-length"},
        .argument = required,
        .value = "<number>",
        .group = group,
        .summary = "the same with so many bytes that mean nothing"},
       data_or_nothing<parse_data_length>},
      {{.spellings = {"--badsum"},
        .group = group,
        .summary = "wrong checksums: hosts drop such packets, so whoever answers is something in between"},
       bad_checksum},
      {{.spellings = {"--ip-options"},
        .argument = required,
        .value = "<options>",
        .group = group,
        .summary = "options of IPv4: R to have routers note themselves, T the time, U both, or bytes as 0x94040000"},
       ip_options},
      {{.spellings = {"-f"}, .group = group, .summary = "in fragments of 8 bytes; twice, of 16"}, fragment<8>},
      {{.spellings = {"--ff"}, .group = group, .summary = "in fragments of 16 bytes"}, fragment<16>},
      {{.spellings = {"--mtu"},
        .argument = required,
        .value = "<bytes>",
        .group = group,
        .summary = "in fragments of so many behind the IP header, a multiple of eight"},
       fragment_size},
      {{.spellings = {"--adler32"}, .group = group, .summary = "the sum that SCTP had before CRC32c"}, adler32},
  };
}

Result<void> check_dress(const ScanOptions& options, const plan::Plan& plan,
                         std::span<const probe::Probe* const> techniques) {
  if (options.dressed_by.empty() || plan.depth == plan::ScanDepth::list) return {};
  if (!plan.privileged && options.techniques.empty()) {
    return fail(Errc::privilege,
                fmt::format("{} is about raw packets, which need CAP_NET_RAW; run it as root, or leave it out",
                            options.dressed_by));
  }
  const auto connecting = std::ranges::find_if(techniques, &probe::Probe::connects);
  if (plan.depth == plan::ScanDepth::ports && connecting != techniques.end()) {
    return fail(Errc::usage,
                fmt::format("{} is about packets that a scan builds itself, and {} asks by connections of the kernel's",
                            options.dressed_by, (*connecting)->scan_option.spelling));
  }
  const bool tcp =
      std::ranges::any_of(techniques, [](const probe::Probe* one) { return one->asks == probe::Asks::tcp_ports; });
  if (options.dress.tcp_flags && !tcp) {
    return fail(Errc::usage, "--scanflags sets the flags of TCP, and no TCP ports are asked");
  }
  if (!options.dress.ip_options.empty() && options.only_v6) {
    return fail(Errc::usage, "--ip-options stand in IPv4's header, and -6 scans by IPv6");
  }
  return {};
}

}  // namespace portolan::cli
