#include "run/explain.h"

#include <utility>

#include "engine/scan.h"
#include "engine/watched_link.h"
#include "explain/plan.h"
#include "explain/witness.h"
#include "os/catalogues.h"
#include "os/monotonic_clock.h"
#include "os/seed.h"
#include "os/wall_clock.h"
#include "plan/plan.h"
#include "run/open_doors.h"

namespace portolan::run {

struct OpenQuestion::Parts {
  explain::Question question;
  plan::Plan plan;
  const catalog::Services& services;
  OpenDoors doors;
  os::MonotonicClock clock{};
  os::VendorLists vendors{};
};

OpenQuestion::OpenQuestion(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
OpenQuestion::~OpenQuestion() = default;

Result<std::unique_ptr<OpenQuestion>> OpenQuestion::open(const explain::Question& question, bool privileged,
                                                         const catalog::Services& services) {
  auto plan = explain::plan_of(question, privileged);
  if (!plan) return fail(plan.error());
  plan->seed = os::draw_seed();
  auto doors = OpenDoors::open(*plan, {}, -1);
  if (!doors) return fail(doors.error());
  auto parts = std::make_unique<Parts>(question, std::move(*plan), services, std::move(*doors));
  return std::unique_ptr<OpenQuestion>{new OpenQuestion{std::move(parts)}};
}

explain::Story OpenQuestion::put() {
  Parts& parts = *parts_;
  explain::Witness witness{parts.question, parts.plan, parts.clock.now()};
  engine::WatchedLink link{parts.doors.link(), parts.clock, witness};
  auto finished = engine::run_scan(parts.plan,
                                   {.link = link,
                                    .clock = parts.clock,
                                    .routes = parts.doors.routes(),
                                    .tag_base = parts.doors.tag_base(),
                                    .services = parts.services,
                                    .vendors = parts.vendors.vendors(),
                                    .wall_time = os::wall_time,
                                    .key = parts.doors.key()},
                                   witness);
  return witness.take(std::move(finished));
}

}  // namespace portolan::run
