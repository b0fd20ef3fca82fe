#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/target_set.h"

namespace portolan::plan {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// Cuts a word at the commas between expressions ("10.0.0.1,10.0.0.2") and not at those inside an
// octet ("10.0.0.1,12", "10.0.1,2.5"). An IPv4 expression has three dots: a comma belongs inside as
// long as what stands on both its sides has no more than that.
class WordSplitter {
 public:
  explicit WordSplitter(std::vector<std::string>& out) : out_{out} {}

  void take(std::string_view piece) {
    const auto address = piece.substr(0, piece.find('/'));
    const bool octets = address.find_first_not_of("0123456789.*-") == std::string_view::npos;
    const auto dots = std::ranges::count(address, '.');
    if (open_ && octets && dots_ + dots <= 3) {
      (expression_ += ',') += piece;
      dots_ += dots;
    } else {
      finish();
      expression_ = piece;
      dots_ = dots;
    }
    started_ = true;
    open_ = octets && address.size() == piece.size();  // nothing follows a prefix length
  }

  void finish() {
    if (started_) out_.push_back(std::exchange(expression_, {}));
    started_ = open_ = false;
  }

 private:
  std::vector<std::string>& out_;
  std::string expression_;
  std::ptrdiff_t dots_ = 0;
  bool started_ = false;
  bool open_ = false;  // what is in expression_ may go on behind a comma
};

// One word without blanks. Commas at its ends only separate; an empty place between two commas
// stays, so that reading the expression complains about it.
void split_word(std::string_view word, std::vector<std::string>& out) {
  word.remove_prefix(std::min(word.find_first_not_of(','), word.size()));
  word = word.substr(0, word.find_last_not_of(',') + 1);
  WordSplitter splitter{out};
  while (!word.empty()) {
    const auto piece = word.substr(0, word.find(','));
    word.remove_prefix(std::min(piece.size() + 1, word.size()));
    splitter.take(piece);
  }
  splitter.finish();
}

void split_line(std::string_view line, std::vector<std::string>& out) {
  line = line.substr(0, line.find('#'));
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (line.empty()) return;
    const auto word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    split_word(word, out);
  }
}

}  // namespace

std::vector<std::string> split_expressions(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    split_line(line, out);
  }
  return out;
}

}  // namespace portolan::plan
