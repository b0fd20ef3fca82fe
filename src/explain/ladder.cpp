#include "explain/ladder.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "explain/texts.h"

namespace portolan::explain {
namespace {

constexpr std::size_t margin = 16;  // number and time stand there
constexpr std::size_t inside = page_width - margin - 2;
constexpr std::size_t details_indent = 4;

std::string cut(std::string text, std::size_t columns) {
  constexpr std::string_view mark = "...";
  if (display_width(text) <= columns) return text;
  text.resize(bytes_that_fit(text, columns - mark.size()));
  return text.append(mark);
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t width = display_width(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

// One text at each end of the ladder; below each other where they do not fit beside each other.
std::string at_both_ends(const std::string& left, const std::string& right) {
  const std::string blank(margin, ' ');
  constexpr std::size_t room = page_width - margin;
  const std::size_t gap = 2;
  const auto on_the_right = [&](const std::string& text) {
    const std::string fits = cut(text, room);
    return std::string(page_width - display_width(fits), ' ') + fits;
  };
  if (right.empty()) return blank + cut(left, room) + "\n";
  if (left.empty()) return on_the_right(right) + "\n";
  const std::size_t both = display_width(left) + gap + display_width(right);
  if (both > room) return blank + cut(left, room) + "\n" + on_the_right(right) + "\n";
  return blank + padded(left, room - display_width(right)) + right + "\n";
}

std::string time_text(Duration at) {
  const double seconds = seconds_of(at);
  constexpr double most_milliseconds = 10;  // in seconds
  return seconds < most_milliseconds ? fmt::format("{:>8.3f} ms", seconds * 1e3) : fmt::format("{:>8.3f} s ", seconds);
}

std::string rung(std::string_view left, std::string_view within) {
  return padded(std::string{left}, margin) + "|" + padded(std::string{within}, inside) + "|\n";
}

// "--- SYN --------->" or "<--------- RST ---"; broken where nobody saw the packet.
std::string arrow(const Step& step, bool names_port) {
  constexpr std::size_t edge = 4;  // dashes and the blank behind them
  std::string label = step.label;
  if (names_port && step.port && step.protocol != net::Protocol::ip) append(label, " ({})", step.port->value());
  if (step.again) label = again_label(label);
  label = cut(std::move(label), inside - 3 * edge);
  std::string shaft;
  const std::size_t rest = inside - edge - display_width(label) - 2;  // a blank and the head
  for (std::size_t i = 0; i < rest; ++i) shaft += step.seen || i % 2 == 0 ? '-' : ' ';
  const std::string_view stub = step.seen ? "---" : "- -";
  if (step.kept) return fmt::format("{} {} --X", stub, label);
  if (step.ours) return fmt::format("{} {} {}>", stub, label, shaft);
  std::ranges::reverse(shaft);
  return fmt::format("<{} {} {}", shaft, label, stub);
}

std::string lines_of(const Step& step, std::size_t number, bool names_port) {
  const std::string time = step.at ? time_text(*step.at) : std::string{};
  std::string text = rung(fmt::format("{:>2} {}", number, time), arrow(step, names_port));
  if (step.details.empty()) return text;
  std::string rest = wrap(join(step.details, ", "), inside - details_indent - 1, 0);
  for (;;) {
    const std::size_t end = rest.find('\n');
    const std::string line = cut(rest.substr(0, end), inside - details_indent - 1);
    text += rung("", std::string(details_indent, ' ') + line);
    if (end == std::string::npos) return text;
    rest.erase(0, end + 1);
  }
}

// What is carried, in a line of its own.
std::string words_line(const Step& step) {
  return rung("",
              std::string(details_indent, ' ') + cut(fmt::format("\"{}\"", step.words), inside - details_indent - 1));
}

// The states of both ends, each at its own.
std::string states_line(const Step& step) {
  const std::string here = fmt::format(" {}", name_of(step.here));
  const std::string there = fmt::format("{} ", name_of(step.there));
  return rung("", padded(here, inside - display_width(there)) + there);
}

// This machine's address, where a packet tells it.
std::string address_here(const Story& story) {
  for (const Moment& moment : story.moments) {
    const auto packet = wire::parse(moment.type, moment.bytes);
    if (packet) return to_string((moment.ours ? packet->source : packet->destination).without_zone());
  }
  return "";
}

bool ends_in_silence(const Story& story) {
  if (!story.host || !was_asked(story)) return false;
  const auto& ports = story.host->ports;
  return (ports.empty() ? story.host->reason : ports.front().reason) == model::Reason::no_response;
}

}  // namespace

std::string ladder_of(const Story& story, const std::vector<Step>& steps) {
  if (steps.empty()) {
    const bool unseen = story.connection && story.connection->hears_nothing;
    return fmt::format("{}\n", unseen ? nothing_seen_text() : nothing_sent_text());
  }
  const Ends ends = ends_text(story.question);
  std::string text = at_both_ends(address_here(story), host_text(story.question));
  text += at_both_ends(std::string{ends.here}, ends.there);
  text += rung("", "");
  std::pair<TcpState, TcpState> states;  // as they were drawn last
  for (std::size_t i = 0; i < steps.size(); ++i) {
    text += lines_of(steps[i], i + 1, !story.question.port);
    if (!steps[i].words.empty()) text += words_line(steps[i]);
    const std::pair now{steps[i].here, steps[i].there};
    if (now == states) continue;
    states = now;
    text += states_line(steps[i]);
  }
  if (ends_in_silence(story)) {
    const std::string silence{silence_text()};
    const std::size_t before = (inside - std::min(inside, display_width(silence))) / 2;
    text += rung("", std::string(before, ' ') + cut(silence, inside));
  }
  return text + rung("", "");
}

}  // namespace portolan::explain
