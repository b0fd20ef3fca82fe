// Asks the installed nmap what an expression means. Nothing is sent: either the scan has no targets,
// or it is a list scan without names.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace portolan::plan {

// Standard output of a shell command; "" where it cannot be run.
inline std::string output_of(const std::string& command) {
  std::string output;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  if (!pipe) return output;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe.get())) > 0;) output.append(buffer, n);
  return output;
}

inline bool nmap_is_installed() { return output_of("nmap -V 2>/dev/null").starts_with("Nmap version"); }

inline std::string shell_quoted(const std::string& word) { return "'" + word + "'"; }

}  // namespace portolan::plan
