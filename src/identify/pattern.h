// Regular expressions of somebody else, held against bytes of somebody else: PCRE2 with limits on what one match may
// take. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct pcre2_real_code_8;

namespace portolan::identify {

class Pattern {
 public:
  struct Options {
    bool any_case = false;
    bool dot_is_all = false;  // it fits ends of lines too
    bool is_utf = false;      // letters of any script; what is no UTF-8 in the text is fitted by nothing
  };
  // ^ and $ stand at the ends of lines as well. Errc::parse: what is wrong with it, and at which character.
  static Result<Pattern> compile(std::string_view text, const Options& options);

  [[nodiscard]] std::size_t groups() const;
  // Makes it some ten times as fast, where this machine can do that. Not while it is used by another thread.
  void speed_up();

  enum class Fit : std::uint8_t {
    no,
    yes,
    gave_up,  // it would have taken too long, or too much memory
  };
  // Of yes: what each group fits, all of it first; a group that took no part has no data(). They point into `text`.
  Fit match(std::string_view text, std::vector<std::string_view>& groups) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  explicit Pattern(pcre2_real_code_8* code) : code_{code} {}
  std::unique_ptr<pcre2_real_code_8, Free> code_;
};

}  // namespace portolan::identify
