#include "identify/readers/starttls.h"

#include <algorithm>
#include <ranges>

namespace portolan::identify {

void go_on_into_tls(Reading& reading, const Talk& talk, const StartTlsWords& words) {
  if (!talk.may_upgrade || talk.in_tls) return;
  const auto asked = std::ranges::find(talk.turns, words.asks, &Turn::said);
  if (asked == talk.turns.end()) {
    reading.say = words.asks;
    return;
  }
  if (&*asked != &talk.turns.back()) return;
  if (talk.upgraded) {
    reading.say = words.asks_inside;
    return;
  }
  const auto agrees = words.agrees(asked->heard);
  if (!agrees && !talk.is_over) reading.is = Reading::Is::more;
  reading.upgrade = agrees == true;
}

std::string_view last_answer_to(const Talk& talk, std::string_view question) {
  for (const Turn& turn : talk.turns | std::views::reverse) {
    if (turn.said == question) return turn.heard;
  }
  return {};
}

}  // namespace portolan::identify
