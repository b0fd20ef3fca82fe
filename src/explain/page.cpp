#include "explain/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "explain/ladder.h"
#include "explain/steps.h"
#include "report/scan/wording.h"

namespace portolan::explain {
namespace {

constexpr std::size_t indent = 2;

// What a word is too long for goes on in the next line.
std::string lines(std::string_view text, std::size_t width, std::size_t behind) {
  const std::string wrapped = wrap(text, width, behind);
  std::string result;
  std::string_view rest = wrapped;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t most = result.empty() ? width : width + behind;
    while (display_width(line) > most) {
      const std::size_t fits = bytes_that_fit(line, most);
      result += fmt::format("{}\n{}", line.substr(0, fits), std::string(behind, ' '));
      line.remove_prefix(fits);
    }
    result += line;
    if (!rest.empty()) result += '\n';
  }
  return result;
}

std::string heading(std::string_view text) { return fmt::format("\n{}\n\n", lines(text, page_width, 0)); }

std::string paragraph(std::string_view text) {
  return fmt::format("{}{}\n", std::string(indent, ' '), lines(text, page_width - indent, indent));
}

// Packets that mean the same share a paragraph.
struct Group {
  const Step* first = nullptr;
  std::vector<std::size_t> numbers;
  bool again = false;
};

std::vector<Group> groups_of(const std::vector<Step>& steps) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const auto same = [&](const Group& group) {
      return group.first->meaning == step.meaning && group.first->port == step.port &&
             group.first->protocol == step.protocol;
    };
    auto group = std::ranges::find_if(groups, same);
    if (group == groups.end()) group = groups.insert(groups.end(), Group{&step, {}, false});
    group->numbers.push_back(i + 1);
    group->again = group->again || step.again;
  }
  return groups;
}

std::string explained(const Group& group, const Question& question) {
  const Step& first = *group.first;
  const std::string port = first.port ? port_text(*first.port, first.protocol) : port_text(question);
  std::string text = meaning_text(group.first->meaning, port);
  if (group.again && !group.first->kept) append(text, " {}", again_text());
  const bool tells_distance = !group.first->ours && group.first->seen && question.target.zone() == 0 &&
                              group.first->meaning != Meaning::advertisement;
  if (tells_distance) {
    const auto distance = distance_text(group.first->ttl, question.target.is_v4());
    if (!distance.empty()) append(text, " {}", distance);
  }
  return text;
}

std::string packets_section(const std::vector<Step>& steps, const Question& question) {
  if (steps.empty()) return "";
  const auto groups = groups_of(steps);
  std::size_t column = 0;
  for (const Group& group : groups) column = std::max(column, join(group.numbers, ", ").size());
  constexpr std::size_t widest = 12;
  column = std::min(column, widest);
  std::string text = heading(packets_heading());
  for (const Group& group : groups) {
    const std::size_t behind = indent + column + 2;
    const std::string numbers = join(group.numbers, ", ");
    const std::string said = lines(explained(group, question), page_width - behind, behind);
    if (numbers.size() > column) {
      append(text, "{}{}\n{}{}\n", std::string(indent, ' '), lines(numbers, page_width - indent, indent),
             std::string(behind, ' '), said);
    } else {
      append(text, "{}{}{}\n", std::string(indent, ' '), numbers + std::string(column - numbers.size() + 2, ' '), said);
    }
  }
  return text;
}

std::string states_section(const std::vector<Step>& steps) {
  std::string text;
  for (std::size_t i = 1; i < tcp_state_count; ++i) {
    const auto state = static_cast<TcpState>(i);
    if (std::ranges::none_of(steps, [&](const Step& step) { return step.here == state || step.there == state; })) {
      continue;
    }
    constexpr std::size_t column = 16;
    const std::string name = std::string(indent, ' ') + std::string{name_of(state)};
    append(text, "{}{}{}\n", name, std::string(column - name.size(), ' '),
           lines(state_text(state), page_width - column, column));
  }
  return text.empty() ? "" : heading(states_heading()) + text;
}

std::string alternatives_section(const Story& story) {
  constexpr std::size_t looks_column = 5;
  constexpr std::size_t state_column = 38;
  constexpr std::size_t why_column = 53;
  std::string text = heading(alternatives_heading(story));
  for (const Alternative& one : alternatives_of(story.question)) {
    std::string line = is_what_happened(one, story) ? "  => " : "     ";
    line += translated(one.looks);
    line.append(std::max(display_width(line) + 1, state_column) - display_width(line), ' ');
    line += one.state;
    line.append(std::max(display_width(line) + 1, why_column) - display_width(line), ' ');
    append(text, "{}{}\n", line, lines(translated(one.why), page_width - why_column, why_column));
  }
  static_assert(looks_column < state_column);
  return text;
}

std::string notes(const Story& story) {
  std::string text;
  const auto add = [&](const std::vector<model::Remark>& remarks) {
    for (const model::Remark& remark : remarks) {
      if (report::is_detail(remark)) continue;
      text += paragraph(note_text(remark, story.question));
    }
  };
  add(story.remarks);
  if (story.host) add(story.host->remarks);
  return text;
}

}  // namespace

std::string page_of(const Story& story, const Facts& facts) {
  const Question& question = story.question;
  const auto steps = steps_of(story);
  std::string text = lines(title_text(question), page_width, 0) + "\n";
  if (question.other_addresses > 0) {
    append(text, "{}\n", lines(other_addresses_text(question.other_addresses), page_width, 0));
  }
  if (story.simulated) append(text, "{}\n", lines(simulated_text(), page_width, 0));
  if (story.connected && was_asked(story)) append(text, "{}\n", lines(connected_text(), page_width, 0));
  if (story.connection) append(text, "{}\n", lines(whole_text(), page_width, 0));
  if (story.connection && story.connection->unseen > 0) {
    append(text, "{}\n", lines(unseen_text(story.connection->unseen), page_width, 0));
  }
  append(text, "\n{}", ladder_of(story, steps));
  text += packets_section(steps, question) + states_section(steps);
  text += heading(result_heading(story)) + paragraph(result_text(story)) + notes(story);
  text += alternatives_section(story);
  if (question.port) {
    text += heading(service_heading()) + paragraph(service_text(question, facts));
  } else if (question.probe == nullptr) {
    text += heading(discovery_heading());
    bool first = true;
    for (const std::string_view said : discovery_texts()) {
      if (!first) text += '\n';
      first = false;
      text += paragraph(said);
    }
  }
  return text;
}

}  // namespace portolan::explain
