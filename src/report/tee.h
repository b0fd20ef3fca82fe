// One stream of events to several sinks.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/sink.h"

namespace portolan::report {

class Tee : public model::Sink {
 public:
  enum class Kind : std::uint8_t {
    report,     // what the stream is for
    companion,  // progress, warnings
  };

  // Called in the order of adding; `sink` outlives the tee. A live status line goes first: it makes
  // room before others print.
  void add(model::Sink& sink, Kind kind = Kind::report) { branches_.push_back({&sink, kind}); }

  // Every sink hears of everything even when one of them fails: a full disk under one report does not
  // cut the others short. The first error is returned. A sink whose reader has gone (Errc::reader_gone) hears no more,
  // which is an error only when no report is left.
  Result<void> on(const model::Event& event) override;

 private:
  struct Branch {
    model::Sink* sink = nullptr;
    Kind kind = Kind::report;
    bool gone = false;
  };
  std::vector<Branch> branches_;
  std::optional<Error> gone_;  // of the first reader who went
};

}  // namespace portolan::report
