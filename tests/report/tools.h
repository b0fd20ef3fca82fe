// Other people's programs, run by tests that compare with them.
#pragma once

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace portolan::report::testing {

struct Outcome {
  int status = -1;
  std::string output;  // standard output and error
};

// `command` is a shell line that the test wrote itself.
inline Outcome run(const std::string& command) {
  Outcome outcome;
  // English, whoever runs the tests.
  FILE* pipe = popen(("export LC_ALL=C.UTF-8 LANGUAGE=; " + command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  while ((got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) outcome.output.append(buffer.data(), got);
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

inline bool has_program(const std::string& name) { return run("command -v " + name).status == 0; }
// Debian's own interpreter: its packages are what is looked for, whatever else is first in PATH.
inline constexpr const char* python = "/usr/bin/python3";
inline bool has_python_module(const std::string& module) {
  return run(std::string{python} + " -c 'import " + module + "'").status == 0;
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-report-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{file(name), std::ios::binary} << text;
    return file(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream{file(name), std::ios::binary}.rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace portolan::report::testing
