// The project's own files as text, for tests that keep the house in order.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::house {

struct SourceFile {
  std::string path;  // from the root of the repository: "src/net/port.h"
  std::string text;
  // "net" for src/net/port.h; "" outside of src/.
  [[nodiscard]] std::string_view folder() const;
  // "port" for src/net/port.h.
  [[nodiscard]] std::string stem() const;
  [[nodiscard]] bool is_header() const { return path.ends_with(".h"); }
};

// Every file below `folders` whose name ends in one of `endings`, sorted by path. A folder that is not
// there holds none.
std::vector<SourceFile> files_of(const std::vector<std::string>& folders, const std::vector<std::string>& endings);

std::filesystem::path root();
// "" where there is no such file.
std::string text_of(const std::filesystem::path& path);
std::vector<std::string_view> lines_of(std::string_view text);

struct Include {
  std::string_view name;  // what stands between the brackets or quotes
  bool is_system = false;
};
std::vector<Include> includes_of(std::string_view text);

}  // namespace portolan::house
