// The normal report in leet (-oS), as nmap has had it since 1998: for fun, and for programs that pass the option
// blindly.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "report/scan/normal.h"
#include "report/scan/registry.h"

namespace portolan::report {
namespace {

struct Swap {
  char letter;
  char leet;
};
constexpr std::array swaps{Swap{'a', '4'}, Swap{'e', '3'}, Swap{'i', '1'}, Swap{'o', '0'}, Swap{'s', 'z'},
                           Swap{'A', '4'}, Swap{'E', '3'}, Swap{'I', '!'}, Swap{'O', '0'}, Swap{'S', '$'}};

char other_case(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return c;
}

// Passes on what it is given in leet. The same report is always the same text.
class Leet final : public Output {
 public:
  explicit Leet(Output& output) : output_{output} {}

  Result<void> write(std::string_view bytes) override {
    std::string text{bytes};
    std::ranges::transform(text, text.begin(), [this](char c) { return letter(c); });
    return output_.write(text);
  }
  Result<void> flush() override { return output_.flush(); }

 private:
  // One letter of three is another one, one of three a capital.
  char letter(char c) {
    place_ = place_ * 5 + 3;
    const unsigned turn = (place_ >> 4U) % 3;
    const auto swap = std::ranges::find(swaps, c, &Swap::letter);
    if (turn == 0 && swap != swaps.end()) return swap->leet;
    return turn == 1 ? other_case(c) : c;
  }

  Output& output_;
  unsigned place_ = 1;
};

class Skiddie final : public model::Sink {
 public:
  Skiddie(Output& output, const ReportOptions& options) : leet_{output}, normal_{leet_, options} {}
  Result<void> on(const model::Event& event) override { return normal_.on(event); }

 private:
  Leet leet_;
  NormalReport normal_;
};

}  // namespace

constinit const Format skiddie_format{
    .name = "skiddie",
    .option = "-oS",
    .extension = "",
    .summary = "s|<rIpt kIddi3: the normal report in leet, for fun",
    .known_to_nmap = true,
    .in_order = true,
    .make = make<Skiddie>,
};

}  // namespace portolan::report
