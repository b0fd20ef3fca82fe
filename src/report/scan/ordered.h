// Hosts in the order in which they were named, for reports that are read from top to bottom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "model/sink.h"

namespace portolan::report {

// Holds finished hosts until all before them have come. A host that would make
// the held ones take more than `most_bytes` ends the wait for whatever is missing before the first of them; what is
// missing follows out of order when it comes. Everything held goes on before ScanFinished. Other events pass at once.
class Ordered : public model::Sink {
 public:
  static constexpr std::size_t usual_bytes = std::size_t{8} << 20U;
  explicit Ordered(std::unique_ptr<model::Sink> sink, std::size_t most_bytes = usual_bytes)
      : sink_{std::move(sink)}, most_bytes_{most_bytes} {}

  // An error may be that of a host that was held.
  Result<void> on(const model::Event& event) override;

 private:
  Result<void> host(const model::Event& event, const model::HostRecord& host);
  Result<void> go_on();
  Result<void> give_first();
  Result<void> give_all();

  struct Held {
    model::Event host;
    std::size_t bytes = 0;
  };
  std::unique_ptr<model::Sink> sink_;
  std::size_t most_bytes_;
  std::uint64_t next_ = 0;              // every position before it is told or waited for no more
  std::map<std::uint64_t, Held> held_;  // by position, all beyond next_
  std::size_t bytes_ = 0;               // what held_ takes
};

}  // namespace portolan::report
