// For what connections to a port are opened, and in which order: what the port hints at; then HTTP, which most servers
// understand or refuse in words of their own, and TLS; then what else is commonly met. There are more protocols than
// connections, so that those come first whose servers would have done with HTTP and TLS what was seen. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "identify/reader.h"
#include "net/port.h"

namespace portolan::identify {

// The protocol that is most commonly met.
inline constexpr std::string_view commonest = "http";

struct Opening {
  const Reader* reader = nullptr;  // whose question is put; nullptr: TLS, and listen
  bool hinted = false;             // is asked at once, whoever listens
  bool listens = false;            // without TLS, and says nothing
  // Nothing else is asked meanwhile.
  [[nodiscard]] bool is_alone() const { return !hinted && reader != nullptr && reader->name == commonest; }
};

// Whether the port is known for it; inside TLS one that is known for either means the same.
bool is_hinted(const Reader& reader, net::Port port, bool in_tls);
bool is_tls_hinted(std::span<const Reader* const> readers, net::Port port);

struct OpeningsWanted {
  net::Port port;
  std::span<const Reader* const> readers;
  int intensity = 7;        // as AgendaSettings has it
  bool only_hints = false;  // the same
  bool in_tls = false;      // all is asked inside TLS
};

class Openings {
 public:
  void plan(const OpeningsWanted& wanted);
  [[nodiscard]] bool is_empty() const { return next_ >= all_.size(); }
  [[nodiscard]] std::size_t left() const { return is_empty() ? 0 : all_.size() - next_; }
  // Not where it is empty.
  [[nodiscard]] const Opening& next() const { return all_[next_]; }
  Opening take() { return all_[next_++]; }
  void put_first(const Opening& opening);
  void drop_rest() { all_.resize(std::min(next_, all_.size())); }

  // What became of a question of HTTP (or a handshake, `asked` is nullptr) that nobody answered. Others tell nothing.
  void note_foreign(const Reader* asked, Foreign what);
  // Who may be there by what was said to others is asked before those of whom nothing was heard; once.
  void ask_next(const Reader& reader);

 private:
  [[nodiscard]] int misfit(const Opening& opening) const;

  std::vector<Opening> all_;
  std::size_t next_ = 0;
  std::optional<Foreign> to_http_;  // what became of it
  std::optional<Foreign> to_tls_;
};

}  // namespace portolan::identify
