// Rules that say more of a service by a field of its words: whose product that is, of which version, on which system.
// They stand in files in Recog's XML schema; docs/identify.md tells how one is written. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace portolan::identify {

// What a rule says, by Recog's names: "service.product", "os.cpe23".
class FingerprintValues {
 public:
  // "" where it is not said.
  [[nodiscard]] std::string_view operator[](std::string_view name) const;
  void set(std::string_view name, std::string value);
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return values_; }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

// Of one file, whose first rule that fits says it.
struct FingerprintMatch {
  FingerprintValues values;
  bool is_ours = false;
};

class Fingerprints {
 public:
  Fingerprints();
  Fingerprints(Fingerprints&&) noexcept;
  Fingerprints& operator=(Fingerprints&&) noexcept;
  ~Fingerprints();

  // No more than so many bytes of a field are looked at.
  static constexpr std::size_t longest_field = 2'048;

  // Adds the rules of a file, behind those that are there. `path` is for errors, and its name without ".xml" the field
  // where the file names none. Errc::parse: one sentence with file and line where it is no such file, a rule says what
  // the schema has not, its pattern does not compile, or an example of it does not fit (of ours tests try them).
  // Nothing of it is added then.
  Result<void> add(std::string_view text, std::string_view path, bool is_ours);

  // The rules of others, behind those that are there.
  void add(Fingerprints others);

  // In the order in which the files came. May be called by several threads at once.
  [[nodiscard]] std::vector<FingerprintMatch> match(std::string_view field, std::string_view text) const;

  [[nodiscard]] std::size_t rules() const;
  // Fields that there are rules about, each once, in order.
  [[nodiscard]] std::vector<std::string_view> fields() const;

 private:
  struct File;
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace portolan::identify
