// What services say: any bytes in any number of turns, read by every reader, and heard by an agenda.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "identify/agenda.h"
#include "identify/datagram_agenda.h"
#include "identify/registry.h"
#include "identify/transcript.h"
#include "payload/registry.h"

using namespace portolan;

namespace {

std::vector<identify::Turn> turns_in(std::string_view text) {
  std::vector<identify::Turn> turns(1);
  for (const char c : text) {
    if (c == '\0' && turns.size() < 2 * identify::most_turns) {
      turns.emplace_back();
    } else {
      identify::Turn& turn = turns.back();
      // Said and heard take turns.
      ((turns.size() % 2 == 0) ? turn.said : turn.heard) += c;
    }
  }
  return turns;
}

// As the answers to one of the scan's questions and to what is asked then: two bytes say which question, and how long
// the first answer is.
void read_as_datagrams(std::string_view text) {
  constexpr std::size_t head_size = 2;
  if (text.size() < head_size) return;
  const auto number = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const payload::Payload& payload = *payload::registry.at(number(0) % payload::registry.size());
  const std::string_view first = text.substr(head_size, number(1));
  const std::string_view more = text.substr(head_size + first.size());
  identify::DatagramAgenda asked{
      net::Port{payload.ports.front()}, {identify::question_of(payload), std::string{first}}, false};
  while (asked.act(Instant{})) asked.on_heard(more, Instant{});
  if (asked.found().confidence > identify::documented) __builtin_trap();
  const identify::DatagramAgenda unasked{net::Port{7'777}, {std::string{first}, std::string{more}}, true};
  if (!unasked.is_over()) __builtin_trap();
  identify::DatagramAgenda silent{net::Port{7'777}, identify::openings_for(net::Port{7'777}, 7)};
  for (int i = 0; i < 4 && silent.act(silent.wake_at()); ++i) silent.on_heard(i < 2 ? first : more, Instant{});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  std::vector<identify::Turn> turns = turns_in(text);
  for (const identify::Reader* reader : identify::registry) {
    // As its own question's answer, and as anybody's.
    for (const bool asks : {false, true}) {
      if (asks && reader->question != nullptr) turns.front().said = reader->question("server.example");
      for (const bool over : {false, true}) {
        const identify::Reading reading = reader->read({turns, over, "server.example", false});
        if (reading.confidence > identify::documented) __builtin_trap();
      }
    }
  }
  read_as_datagrams(text);
  identify::Agenda agenda{net::Port{7'777}, "server.example", {}, Instant{}};
  for (const identify::Action& action : agenda.act(Instant{})) {
    agenda.on_connected(action.connection, Instant{});
    agenda.on_heard(action.connection, text, Instant{});
    (void)agenda.act(Instant{});
    agenda.on_end(action.connection, identify::Ending::closed, Instant{});
  }
  (void)agenda.act(Instant{});
  (void)identify::read_transcript(text);
  return 0;
}
