#include "tests/house/source_tree.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/places.h"

namespace portolan::house {
namespace fs = std::filesystem;

std::string_view SourceFile::folder() const {
  std::string_view rest = path;
  if (!rest.starts_with("src/")) return "";
  rest.remove_prefix(4);
  return rest.substr(0, rest.find('/'));
}

std::string SourceFile::stem() const { return fs::path{path}.stem().string(); }

fs::path root() { return test::source_directory(); }

std::string text_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<SourceFile> files_of(const std::vector<std::string>& folders, const std::vector<std::string>& endings) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    if (!fs::is_directory(root() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator{root() / folder}) {
      const std::string path = entry.path().lexically_relative(root()).string();
      const bool wanted = std::ranges::any_of(endings, [&](const std::string& e) { return path.ends_with(e); });
      if (entry.is_regular_file() && wanted) files.push_back({path, text_of(entry.path())});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<Include> includes_of(std::string_view text) {
  constexpr std::string_view directive = "#include ";
  std::vector<Include> includes;
  for (std::string_view line : lines_of(text)) {
    if (!line.starts_with(directive) || line.size() < directive.size() + 2) continue;
    line.remove_prefix(directive.size());
    const bool is_system = line.front() == '<';
    line.remove_prefix(1);
    includes.push_back({line.substr(0, line.find(is_system ? '>' : '"')), is_system});
  }
  return includes;
}

}  // namespace portolan::house
