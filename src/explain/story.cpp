#include "explain/story.h"

#include <algorithm>

namespace portolan::explain {

bool asks_protocol(const Question& question) {
  return question.port && question.probe->asks == probe::Asks::ip_protocols;
}

bool was_asked(const Story& story) {
  using model::Reason;
  if (std::ranges::any_of(story.moments, [](const Moment& moment) { return !moment.kept; })) return true;
  if (!story.connected || !story.host) return false;
  const Reason reason = story.host->reason;
  return !story.host->ports.empty() || (reason != Reason::no_route && reason != Reason::localhost_response);
}

bool was_kept(const Story& story) {
  return !story.finished.success && std::ranges::any_of(story.moments, &Moment::kept);
}

std::string_view name_of(Connection::End end) {
  using enum Connection::End;
  switch (end) {
    case refused:
      return "refused";
    case silent:
      return "silent";
    case not_sent:
      return "not-sent";
    case in_order:
      return "in-order";
    case reset:
      return "reset";
    case hung_up:
      return "hung-up";
    case left:
      break;
  }
  return "left";
}

}  // namespace portolan::explain
