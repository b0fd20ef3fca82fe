#include "os/identify/fingerprint_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/escape.h"
#include "identify/refine.h"
#include "os/files.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;  // of one file

std::unexpected<Error> unreadable(const std::string& directory, std::string_view why) {
  return fail(Errc::io, fmt::format("cannot read fingerprints in '{}': {}", escape_terminal(directory), why));
}

// In the order of their names, which is the same on every machine.
Result<std::vector<std::string>> files_in(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> files;
  for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".xml") files.push_back(at->path().string());
  }
  if (error) return unreadable(directory, error_text(error.value()));
  if (files.empty()) return unreadable(directory, "no file there ends in .xml (Recog has its own in a folder 'xml')");
  std::ranges::sort(files);
  return files;
}

Result<void> add_directory(const std::string& directory, bool is_ours, identify::Fingerprints& rules) {
  const auto files = files_in(directory);
  if (!files) return fail(files.error());
  for (const std::string& file : *files) {
    const auto text = read_regular_file(file, most_bytes);
    if (!text) return fail(text.error());
    if (auto added = rules.add(*text, file, is_ours); !added) return added;
  }
  return {};
}

}  // namespace

Result<identify::Fingerprints> read_fingerprints(const std::optional<std::string>& directory) {
  identify::Fingerprints rules;
  if (const auto shipped = find_data_file("fingerprints")) {
    if (auto added = add_directory(*shipped, true, rules); !added) return fail(added.error());
  }
  if (!directory) return rules;
  identify::Fingerprints theirs;
  if (auto added = add_directory(*directory, false, theirs); !added) return fail(added.error());
  // Of a collection some of it may be about other things; who misspells the only field would never know.
  if (std::ranges::none_of(theirs.fields(), identify::is_field)) {
    return unreadable(*directory, "no file there is about a field that services say (docs/identify.md has a list)");
  }
  rules.add(std::move(theirs));
  return rules;
}

}  // namespace portolan::os
