#include "identify/recognise.h"

#include <array>
#include <utility>

#include "identify/registry.h"

namespace portolan::identify {
namespace {

bool is_echo(const Talk& talk) {
  const std::string_view said = talk.turns.front().said;
  const std::string_view heard = talk.first();
  return talk.turns.size() == 1 && !said.empty() && !heard.empty() && said.starts_with(heard) &&
         (heard.size() > 1 || said.size() == 1);
}

// Its words are ours, whatever protocol they were of; only who was asked knows what such an answer means there.
Recognised read_echo_of(const Talk& talk, const Reader& asked) {
  for (const Reader* const reader : std::array{&asked, &echo}) {
    Reading reading = reader->read(talk);
    if (reading.is == Reading::Is::yes || (reading.is == Reading::Is::more && !talk.is_over)) {
      return {reader, std::move(reading)};
    }
  }
  return {};
}

}  // namespace

Recognised recognise(const Talk& talk, std::span<const Reader* const> readers, const Reader* asked) {
  if (asked != nullptr && is_echo(talk)) return read_echo_of(talk, *asked);
  Recognised best;
  for (const Reader* const reader : readers) {
    Reading its = reader->read(talk);
    best.is_turned_away = best.is_turned_away || its.turned_away;
    const bool is_better = best.reader == nullptr || its.confidence > best.reading.confidence;
    if (its.is != Reading::Is::yes || !is_better) continue;
    best.reader = reader;
    best.reading = std::move(its);
  }
  return best;
}

}  // namespace portolan::identify
