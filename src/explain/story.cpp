#include "explain/story.h"

namespace portolan::explain {

bool was_asked(const Story& story) {
  using model::Reason;
  if (!story.moments.empty()) return true;
  if (!story.connected || !story.host) return false;
  const Reason reason = story.host->reason;
  return !story.host->ports.empty() || (reason != Reason::no_route && reason != Reason::localhost_response);
}

}  // namespace portolan::explain
