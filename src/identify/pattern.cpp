#include "identify/pattern.h"

#include <fmt/core.h>

#include <array>
#include <cstdint>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace portolan::identify {
namespace {

constexpr std::size_t longest_pattern = 16'384;
constexpr std::uint32_t most_nested = 100;
// A sane pattern takes some hundred steps for a banner; who takes more is hostile, or its writer careless.
constexpr std::uint32_t most_steps = 50'000;
constexpr std::uint32_t deepest = 5'000;
constexpr std::uint32_t most_kibibytes = 2'048;

struct FreeContexts {
  void operator()(pcre2_compile_context_8* context) const { pcre2_compile_context_free_8(context); }
  void operator()(pcre2_match_context_8* context) const { pcre2_match_context_free_8(context); }
  void operator()(pcre2_match_data_8* data) const { pcre2_match_data_free_8(data); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeContexts>;

PCRE2_SPTR8 bytes_of(std::string_view text) { return reinterpret_cast<PCRE2_SPTR8>(text.data()); }

// One for all matches, which only read it; nullptr without memory.
pcre2_match_context_8* match_limits() {
  static const Owned<pcre2_match_context_8> context = [] {
    Owned<pcre2_match_context_8> made{pcre2_match_context_create_8(nullptr)};
    if (made == nullptr) return made;
    pcre2_set_match_limit_8(made.get(), most_steps);
    pcre2_set_depth_limit_8(made.get(), deepest);
    pcre2_set_heap_limit_8(made.get(), most_kibibytes);
    return made;
  }();
  return context.get();
}

}  // namespace

void Pattern::Free::operator()(pcre2_real_code_8* code) const { pcre2_code_free_8(code); }

Result<Pattern> Pattern::compile(std::string_view text, const Options& options) {
  const Owned<pcre2_compile_context_8> context{pcre2_compile_context_create_8(nullptr)};
  if (context == nullptr) return fail(Errc::limit, "there is not enough memory for a pattern");
  pcre2_set_max_pattern_length_8(context.get(), longest_pattern);
  pcre2_set_parens_nest_limit_8(context.get(), most_nested);
  // \C would stop between the bytes of a character. Verbs at the beginning of a pattern can lower the limits, and not
  // raise them (pcre2pattern(3)).
  std::uint32_t bits = PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  bits |= options.any_case ? PCRE2_CASELESS : 0U;
  bits |= options.dot_is_all ? PCRE2_DOTALL : 0U;
  bits |= options.is_utf ? PCRE2_UTF | PCRE2_MATCH_INVALID_UTF : PCRE2_NEVER_UTF;
  int error = 0;
  PCRE2_SIZE at = 0;
  pcre2_code_8* const code = pcre2_compile_8(bytes_of(text), text.size(), bits, &error, &at, context.get());
  if (code != nullptr) return Pattern{code};
  constexpr std::size_t room = 256;
  std::array<PCRE2_UCHAR8, room> words{};
  (void)pcre2_get_error_message_8(error, words.data(), words.size());
  return fail(Errc::parse, fmt::format("{} at character {}", reinterpret_cast<const char*>(words.data()), at + 1));
}

std::size_t Pattern::groups() const {
  std::uint32_t count = 0;
  (void)pcre2_pattern_info_8(code_.get(), PCRE2_INFO_CAPTURECOUNT, &count);
  return count;
}

void Pattern::speed_up() { (void)pcre2_jit_compile_8(code_.get(), PCRE2_JIT_COMPLETE); }

Pattern::Fit Pattern::match(std::string_view text, std::vector<std::string_view>& groups) const {
  pcre2_match_context_8* const context = match_limits();
  const Owned<pcre2_match_data_8> data{pcre2_match_data_create_from_pattern_8(code_.get(), nullptr)};
  if (context == nullptr || data == nullptr) return Fit::gave_up;
  // A null pointer would be no empty text to it.
  if (text.data() == nullptr) text = "";
  const int found = pcre2_match_8(code_.get(), bytes_of(text), text.size(), 0, 0, data.get(), context);
  if (found == PCRE2_ERROR_NOMATCH) return Fit::no;
  if (found <= 0) return Fit::gave_up;
  const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer_8(data.get());
  groups.assign(this->groups() + 1, {});
  for (std::size_t i = 0; i < static_cast<std::size_t>(found) && i < groups.size(); ++i) {
    const PCRE2_SIZE begin = ends[2 * i];
    const PCRE2_SIZE end = ends[2 * i + 1];
    // \K in an assertion may put the end before the beginning.
    if (begin == PCRE2_UNSET || end == PCRE2_UNSET || begin > end || end > text.size()) continue;
    groups[i] = text.substr(begin, end - begin);
  }
  return Fit::yes;
}

}  // namespace portolan::identify
