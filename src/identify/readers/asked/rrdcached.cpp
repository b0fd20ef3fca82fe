// rrdcached: "HELP" is answered by the number of lines that follow and by them, one a command (rrdcached(1), PROTOCOL).
#include <array>
#include <charconv>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{42'217};
constexpr std::string_view ask = "HELP\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 256);
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(line->text.data(), line->text.data() + line->text.size(), count);
  if (error != std::errc{} || count == 0 ||
      line->text.substr(static_cast<std::size_t>(end - line->text.data())) != " Command overview")
    return {};
  const auto commands = lines_of(line->rest);
  if (commands.size() < count || !line->rest.ends_with('\n')) return unfinished(talk, 8'192);
  bool updates = false;
  for (const std::string_view command : commands) updates = updates || command.starts_with("UPDATE ");
  if (commands.size() != count) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "RRDtool rrdcached";
  reading.facts.extra = updates ? "takes updates" : "";
  return reading;
}

}  // namespace

constinit const Reader rrdcached{
    .name = "rrdcached",
    .service = "rrdcached",
    .document = "rrdcached(1)",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "QUIT\n",
};

}  // namespace portolan::identify
