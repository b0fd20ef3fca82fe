#include "report/scan/system_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "report/scan/service_text.h"

namespace portolan::report {
namespace {

using model::SystemGuess;
using model::SystemRecord;
using model::SystemStack;

// Whole percent, never more than was found, and nothing is 100 % sure. Likelihoods are stated in thousandths, of which
// no binary fraction may lose one.
int percent_of(double likelihood) { return std::clamp(static_cast<int>(std::lround(likelihood * 1000)) / 10, 0, 99); }

std::string with_percent(std::string_view what, double likelihood) {
  return fmt::format("{} ({}%)", what, percent_of(likelihood));
}

std::string ports_of_stack(const SystemStack& stack) {
  std::vector<std::string> ports;
  constexpr std::size_t most = 5;
  for (const net::Port port : stack.ports) {
    if (ports.size() == most) {
      ports.emplace_back("...");
      break;
    }
    ports.push_back(fmt::format("{}", port.value()));
  }
  return fmt::format("{} {}", stack.ports.size() == 1 ? "port" : "ports", join(ports, ", "));
}

// Some are their vendor's only one, and called so.
std::string running_text(const SystemGuess& guess) {
  std::string text = guess.vendor == guess.family ? guess.family : guess.vendor + " " + guess.family;
  if (!guess.generation.empty()) text += " " + guess.generation;
  return text;
}

// Each text once, with how likely it is that one of its guesses is right.
template <class Text>
std::vector<std::pair<std::string, double>> gathered(const std::vector<SystemGuess>& guesses, Text text) {
  std::vector<std::pair<std::string, double>> all;
  for (const SystemGuess& guess : guesses) {
    std::string one = text(guess);
    if (one.empty()) continue;
    const auto known = std::ranges::find(all, one, &std::pair<std::string, double>::first);
    if (known == all.end()) {
      all.emplace_back(std::move(one), guess.likelihood);
    } else {
      known->second += guess.likelihood;
    }
  }
  return all;
}

template <class Text>
std::string listed(const std::vector<SystemGuess>& guesses, std::string_view between, Text text) {
  std::vector<std::string> all;
  for (const auto& [one, likelihood] : gathered(guesses, text)) all.push_back(one);
  return join(all, between);
}

template <class Text>
std::string listed_with_percent(const std::vector<SystemGuess>& guesses, Text text) {
  std::vector<std::string> all;
  for (const auto& [one, likelihood] : gathered(guesses, text)) all.push_back(with_percent(one, likelihood));
  return join(all, ", ");
}

std::string type_of(const SystemGuess& guess) { return guess.type; }
std::string name_of(const SystemGuess& guess) { return guess.name; }
std::string uri_of(const SystemGuess& guess) { return guess.cpe.empty() ? "" : cpe_uri(guess.cpe); }

void add_lines(std::vector<std::string>& lines, const SystemStack& stack, bool evidence) {
  if (!stack.determined) {
    lines.emplace_back("No system determined: what answers is none of those that are known here, or too little of it");
    if (stack.guesses.empty()) return;
  } else {
    lines.push_back("Device type: " + listed(stack.guesses, "|", type_of));
    lines.push_back("Running: " + listed_with_percent(stack.guesses, running_text));
    const std::string cpes = listed(stack.guesses, " ", uri_of);
    if (!cpes.empty()) lines.push_back("OS CPE: " + cpes);
  }
  const bool alone = stack.determined && stack.guesses.size() == 1;
  lines.push_back((alone ? "OS details: " : "Aggressive OS guesses: ") + listed_with_percent(stack.guesses, name_of));
  if (!evidence) return;
  for (const SystemGuess& guess : stack.guesses) {
    if (!guess.fits.empty()) lines.push_back(fmt::format("  for {}: {}", guess.name, join(guess.fits, "; ")));
    if (!guess.differs.empty()) lines.push_back(fmt::format("  against {}: {}", guess.name, join(guess.differs, "; ")));
  }
}

void add_match(std::string& text, const SystemGuess& guess, std::string_view place) {
  const int accuracy = percent_of(guess.likelihood);
  append(text, "<osmatch name=\"{}{}\" accuracy=\"{}\" line=\"0\">\n", escape_xml(guess.name), place, accuracy);
  append(text, "<osclass type=\"{}\" vendor=\"{}\" osfamily=\"{}\"", escape_xml(guess.type), escape_xml(guess.vendor),
         escape_xml(guess.family));
  if (!guess.generation.empty()) append(text, " osgen=\"{}\"", escape_xml(guess.generation));
  append(text, " accuracy=\"{}\">", accuracy);
  if (!guess.cpe.empty()) append(text, "<cpe>{}</cpe>", escape_xml(cpe_uri(guess.cpe)));
  text += "</osclass>\n</osmatch>\n";
}

void add_used(std::string& text, const SystemRecord& system) {
  const auto used = [&text](std::string_view state, std::string_view protocol, const std::optional<net::Port>& port) {
    if (port) append(text, "<portused state=\"{}\" proto=\"{}\" portid=\"{}\"/>\n", state, protocol, port->value());
  };
  used("open", "tcp", system.open);
  used("closed", "tcp", system.closed);
  used("closed", "udp", system.closed_udp);
}

// Eight times the binary logarithm of how far the steps between them lie apart, as nmap counts. Two steps at random lie
// within 2^15 (an index of 120) of each other once in some 16,000 hosts.
constexpr int highest_predictable = 120;
constexpr std::size_t enough_sequences = 3;
int sequence_index(const std::vector<std::uint32_t>& sequences) {
  std::vector<double> steps;
  double sum = 0;
  for (std::size_t i = 1; i < sequences.size(); ++i) {
    const std::uint32_t step = sequences[i] - sequences[i - 1];
    steps.push_back(std::min(step, std::uint32_t{0} - step));
    sum += steps.back();
  }
  const double mean = sum / static_cast<double>(steps.size());
  double squares = 0;
  for (const double step : steps) squares += (step - mean) * (step - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(steps.size()));
  return deviation <= 1 ? 0 : static_cast<int>(std::lround(8 * std::log2(deviation)));
}

std::string_view identification_words(std::string_view kind) {
  if (kind == "zero") return "All zeros";
  return kind == "counting" ? "Incremental" : "Randomized";
}

template <class Number>
std::string hexadecimal(const std::vector<Number>& numbers) {
  std::vector<std::string> all;
  for (const Number number : numbers) all.push_back(fmt::format("{:X}", number));
  return join(all, ",");
}

void add_sequences(std::string& text, const SystemRecord& system) {
  if (system.sequences.size() >= enough_sequences) {
    const int index = sequence_index(system.sequences);
    append(text, "<tcpsequence index=\"{}\" difficulty=\"{}\" values=\"{}\"/>\n", index,
           index > highest_predictable ? "random" : "predictable", hexadecimal(system.sequences));
  }
  if (system.identification_class.empty()) return;
  append(text, "<ipidsequence class=\"{}\" values=\"{}\"/>\n", identification_words(system.identification_class),
         hexadecimal(system.identifications));
}

}  // namespace

std::vector<std::string> system_lines(const model::HostRecord& host, bool evidence) {
  std::vector<std::string> lines;
  if (!host.system) return lines;
  const std::vector<SystemStack>& stacks = host.system->stacks;
  if (stacks.size() > 1) {
    lines.push_back(fmt::format("{} systems answer at this address: ports are forwarded to others", stacks.size()));
  }
  for (const SystemStack& stack : stacks) {
    if (stacks.size() > 1) lines.push_back(fmt::format("At {}:", ports_of_stack(stack)));
    add_lines(lines, stack, evidence);
  }
  return lines;
}

std::string system_fields(const model::HostRecord& host) {
  if (!host.system) return "";
  std::string text;
  const std::vector<SystemStack>& stacks = host.system->stacks;
  if (stacks.size() == 1 && stacks.front().determined) {
    append(text, "\tOS: {}", listed_with_percent(stacks.front().guesses, name_of));
  }
  if (host.system->sequences.size() >= enough_sequences) {
    append(text, "\tSeq Index: {}", sequence_index(host.system->sequences));
  }
  if (!host.system->identification_class.empty()) {
    append(text, "\tIP ID Seq: {}", identification_words(host.system->identification_class));
  }
  return text;
}

std::string system_elements(const model::HostRecord& host) {
  if (!host.system) return "";
  std::string text = "<os>";
  add_used(text, *host.system);
  for (const SystemStack& stack : host.system->stacks) {
    if (!stack.determined) continue;
    const bool first = &stack == &host.system->stacks.front();
    const std::string place = first ? "" : fmt::format(" (at {})", ports_of_stack(stack));
    for (const SystemGuess& guess : stack.guesses) add_match(text, guess, place);
  }
  text += "</os>\n";
  add_sequences(text, *host.system);
  return text;
}

}  // namespace portolan::report
