// Sees a scan of one port or host, and keeps what an explanation needs: its packets both ways, and what came of it.
#pragma once

#include <cstddef>

#include "engine/watched_link.h"
#include "explain/story.h"
#include "model/sink.h"
#include "plan/plan.h"
#include "report/packets/questions.h"

namespace portolan::explain {

class Witness final : public engine::PacketWatch, public model::Sink {
 public:
  // `began`: what the times of the story count from.
  Witness(const Question& question, const plan::Plan& plan, Instant began);

  Result<void> sent(const engine::Departure& departure) override;
  Result<void> received(const engine::Received& frame) override;
  Result<void> on(const model::Event& event) override;

  // All that was seen. Once.
  [[nodiscard]] Story take(model::ScanFinished finished);

  // No story is longer: what comes then is not kept.
  static constexpr std::size_t most_moments = 256;

 private:
  // Others may hear from the same host at the same time, and everybody hears ARP.
  [[nodiscard]] bool is_for_us(const engine::Received& frame);
  void keep(Moment moment);

  Instant began_;
  report::Questions questions_;
  std::size_t link_answers_due_ = 0;  // to questions of ours by ARP and its like
  Story story_;
};

}  // namespace portolan::explain
