#include "cli/arguments.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/escape.h"
#include "base/message.h"
#include "base/odd_dash.h"
#include "cli/suggest.h"

namespace portolan::cli {
namespace {

struct Match {
  std::size_t option = 0;
  std::string_view spelling;
};

class Parser {
 public:
  Parser(std::span<const OptionSpec* const> table, std::span<const std::string> words, Dashes dashes)
      : table_{table}, words_{words}, dashes_{dashes} {}

  Result<Arguments> run() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word == "--") break;
      if (const auto done = take(word); !done) return fail(done.error());
    }
    for (; next_ < words_.size(); ++next_) arguments_.operands.push_back(words_[next_]);
    return std::move(arguments_);
  }

 private:
  Result<void> take(const std::string& word) {
    if (auto complaint = odd_dash_complaint(word)) return fail(Errc::parse, *std::move(complaint));
    if (word.size() < 2 || word.front() != '-') {
      arguments_.operands.push_back(word);
      return {};
    }
    if (word.starts_with("--")) return take_name(word, std::string_view{word}.substr(2), false);
    if (dashes_ == Dashes::two) return take_letters(word);
    const bool is_letter = is_letter_option(word[1]);
    if (word.size() > 2 || !is_letter) {
      // glibc: behind one dash too, long names are tried first; only what is none of them is letters.
      return take_name(word, std::string_view{word}.substr(1), is_letter);
    }
    return take_letters(word);
  }

  void give(Given given) {
    given.next_word = next_;
    arguments_.options.push_back(std::move(given));
  }

  // `or_letters`: what is no long name may still be a cluster of short options.
  Result<void> take_name(const std::string& word, std::string_view body, bool or_letters) {
    const std::size_t equals = body.find('=');
    const std::string_view name = body.substr(0, equals);
    std::vector<Match> partial;
    for (std::size_t i = 0; i < table_.size(); ++i) {
      for (const std::string_view spelling : table_[i]->spellings) {
        if (spelling.empty() || form_of(*table_[i], spelling) != Form::name) continue;
        const std::string_view known = spelling.substr(spelling.starts_with("--") ? 2 : 1);
        if (known == name) return give_name({i, spelling}, body, equals);
        if (known.starts_with(name)) partial.push_back({i, spelling});
      }
    }
    if (partial.size() == 1) return give_name(partial.front(), body, equals);
    if (partial.size() > 1) return fail(Errc::parse, ambiguous(word, partial));
    if (or_letters) return take_letters(word);
    return fail(Errc::parse, unknown(word));
  }

  Result<void> give_name(Match match, std::string_view body, std::size_t equals) {
    const OptionSpec& option = *table_[match.option];
    Given given{match.option, std::string{match.spelling}, std::nullopt};
    if (equals != std::string_view::npos) {
      if (option.argument == Argument::none) {
        return fail(Errc::parse, said("option {0} takes no argument, but '{1}' is given to it", match.spelling,
                                      escape_terminal(body.substr(equals + 1))));
      }
      given.value = body.substr(equals + 1);
    } else if (option.argument == Argument::required) {
      if (next_ == words_.size()) return fail(Errc::parse, needs_argument(option, match.spelling));
      given.value = words_[next_++];
    }
    give(std::move(given));
    return {};
  }

  Result<void> take_letters(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      const std::string_view rest = std::string_view{word}.substr(at + 1);
      if (dashes_ != Dashes::two && (word[at] == 's' || word[at] == 'P')) return take_family(word[at], rest);
      const auto match = find({'-', word[at]});
      if (!match) return fail(Errc::parse, unknown(dashes_ == Dashes::two ? std::string{'-', word[at]} : word));
      const OptionSpec& option = *table_[match->option];
      Given given{match->option, std::string{match->spelling}, std::nullopt};
      if (option.argument == Argument::none) {
        give(std::move(given));
        continue;
      }
      if (!rest.empty()) {
        given.value = rest;
      } else if (option.argument == Argument::required) {
        if (next_ == words_.size()) return fail(Errc::parse, needs_argument(option, match->spelling));
        given.value = words_[next_++];
      }
      give(std::move(given));
      return {};
    }
    return {};
  }

  // -s takes its letters from the next word too, as any short option with an argument; -P does not. A word that begins
  // with none of them is meant for something else.
  Result<void> take_family(char family, std::string_view letters) {
    if (letters.empty() && family == 's' && next_ < words_.size()) {
      const std::string_view next = words_[next_++];
      if (!next.empty() && find({'-', family, next.front()})) letters = next;
    }
    if (letters.empty() && family == 'P' && dashes_ == Dashes::nmap) letters = "E";
    if (letters.empty()) return fail(Errc::parse, said("-{0} needs a letter: {1}", family, members(family)));
    if (family == 'P') return take_ping(letters);
    for (const char letter : letters) {
      const std::string spelling{'-', family, letter};
      const auto match = find(spelling);
      if (!match) return fail(Errc::parse, unknown(spelling));
      give({match->option, spelling, std::nullopt});
    }
    return {};
  }

  // What follows the letter belongs to it: -PS22,80.
  Result<void> take_ping(std::string_view letters) {
    const std::string spelling{'-', 'P', letters.front()};
    const std::string_view rest = letters.substr(1);
    const auto match = find(spelling);
    if (!match) return fail(dashes_ == Dashes::nmap ? Errc::usage : Errc::parse, unknown(spelling));
    Given given{match->option, spelling, std::nullopt};
    const bool takes_it = table_[match->option]->argument != Argument::none;
    if (!rest.empty() && takes_it) given.value = rest;
    if (!rest.empty() && !takes_it && dashes_ != Dashes::nmap) {
      return fail(Errc::parse, said("option {0} takes no argument, but '{1}' is given to it; write every -P option as "
                                    "a word of its own",
                                    spelling, escape_terminal(rest)));
    }
    give(std::move(given));
    return {};
  }

  // Whether glibc would find the letter among nmap's short options.
  [[nodiscard]] bool is_letter_option(char letter) const {
    return letter == 's' || letter == 'P' || find({'-', letter}).has_value();
  }

  [[nodiscard]] std::optional<Match> find(const std::string& spelling) const {
    for (std::size_t i = 0; i < table_.size(); ++i) {
      for (const std::string_view known : table_[i]->spellings) {
        if (known == spelling && form_of(*table_[i], known) != Form::name) return Match{i, known};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string members(char family) const {
    std::string text;
    for (const OptionSpec* option : table_) {
      const std::string_view usual = option->spellings.front();
      if (option->support != Support::built || usual.size() != 3 || usual[1] != family) continue;
      text += fmt::format("{}{}", text.empty() ? "" : ", ", usual);
    }
    return text;
  }

  static std::string needs_argument(const OptionSpec& option, std::string_view spelling) {
    return said("option {0} needs an argument: {0} {1}", spelling, option.value);
  }

  static std::string ambiguous(const std::string& word, const std::vector<Match>& partial) {
    std::string all_but_last;
    for (std::size_t i = 0; i + 1 < partial.size(); ++i) {
      all_but_last += fmt::format("{}{}", i == 0 ? "" : ", ", partial[i].spelling);
    }
    return said("option '{0}' is ambiguous, it may be {1} or {2}", escape_terminal(word), all_but_last,
                partial.back().spelling);
  }

  [[nodiscard]] std::string unknown(std::string_view word) const {
    word = word.substr(0, word.find('='));
    std::vector<std::string_view> known;
    for (const OptionSpec* option : table_) {
      if (option->support != Support::built && option->support != Support::missing) continue;
      for (const std::string_view spelling : option->spellings) {
        if (!spelling.empty()) known.push_back(spelling);
      }
    }
    // Any letter is close to any other.
    const auto best = word.size() > 2 ? closest(word, known) : std::nullopt;
    return best ? said("unknown option '{0}'; did you mean {1}?", escape_terminal(word), *best)
                : said("unknown option '{}'; --help lists all options", escape_terminal(word));
  }

  std::span<const OptionSpec* const> table_;
  std::span<const std::string> words_;
  Dashes dashes_;
  std::size_t next_ = 0;
  Arguments arguments_;
};

}  // namespace

std::optional<std::string> odd_dash_complaint(std::string_view word) {
  const auto first = odd_dash_in(word);
  if (!first || first->at != 0) return std::nullopt;
  std::string_view rest = word;
  for (auto dash = first; dash && dash->at == 0; dash = odd_dash_in(rest)) {
    rest.remove_prefix(dash->bytes);
    rest.remove_prefix(std::min(rest.find_first_not_of('-'), rest.size()));
  }
  const std::string shown = escape_terminal(word);
  if (rest.empty()) return said("'{0}' is {1}, not the '-' of the keyboard", shown, translated(first->name));
  const std::string option = escape_terminal(rest);
  return said("'{0}' begins with {1}, which is not the '-' of options: type -{2} or --{2} on the keyboard", shown,
              translated(first->name), option);
}

Result<Arguments> parse_arguments(std::span<const OptionSpec* const> table, std::span<const std::string> words,
                                  Dashes dashes) {
  return Parser{table, words, dashes}.run();
}

}  // namespace portolan::cli
