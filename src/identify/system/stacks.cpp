#include "identify/system/stacks.h"

#include <algorithm>

#include "base/text.h"
#include "identify/system/classes.h"
#include "identify/system/judgement.h"
#include "model/stack_ports.h"

namespace portolan::identify {
namespace {

using model::StackAnswer;
using model::StackQuestion;

bool is_about_open_port(const StackAnswer& answer) {
  return answer.question == StackQuestion::syn_full || answer.question == StackQuestion::syn_again ||
         answer.question == StackQuestion::syn_plain || answer.question == StackQuestion::syn_fin;
}

// Answers of this stack: those of its ports, and of the first one all that are about no open port.
std::vector<StackAnswer> share_of(const model::SystemRecord& system, const std::vector<net::Port>& ports, bool first) {
  std::vector<StackAnswer> share;
  std::ranges::copy_if(system.answers, std::back_inserter(share), [&](const StackAnswer& answer) {
    return is_about_open_port(answer) ? ports.empty() || std::ranges::binary_search(ports, answer.port)
                                      : first && answer.question != StackQuestion::scan;
  });
  return share;
}

void note_sequence(model::SystemRecord& system, const std::vector<StackAnswer>& answers) {
  for (const StackAnswer& answer : answers) {
    if (answer.kind != StackAnswer::Kind::syn_ack) continue;
    system.sequences.push_back(answer.sequence);
    if (!answer.ipv6) system.identifications.push_back(answer.identification);
  }
  system.identification_class = identification_class(system.identifications);
}

}  // namespace

std::string_view family_named(std::string_view system) {
  const std::string named = lower_case(system);
  // As its kernel calls itself: uname(1) on macOS; RouterOS and the like are a Linux underneath.
  if (named == "darwin") return "macOS";
  if (named == "routeros") return "Linux";
  for (const SystemClass& one : system_classes()) {
    if (lower_case(one.family) == named) return one.family;
  }
  return "";
}

void judge_system(model::SystemRecord& system, bool hardly_likely, const std::string& told) {
  auto groups = model::ports_by_stack(system.answers);
  // Connections tell nothing of stacks.
  if (groups.empty()) groups.emplace_back();
  system.stacks.clear();
  system.sequences.clear();
  system.identifications.clear();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::vector<StackAnswer> share = share_of(system, groups[i], i == 0);
    Signs signs = signs_of(share);
    // Whose words they are is not known where there are several.
    if (groups.size() == 1) signs.set(Sign::told, told);
    model::SystemStack stack = stack_of(signs, {.hardly_likely = hardly_likely});
    stack.ports = std::move(groups[i]);
    if (stack.ports.empty() && system.open) stack.ports.push_back(*system.open);
    system.stacks.push_back(std::move(stack));
    if (i == 0) note_sequence(system, share);
  }
}

}  // namespace portolan::identify
