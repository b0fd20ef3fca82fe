// Who has said that: every reader reads every answer, whoever asked. Pure.
#pragma once

#include <span>

#include "identify/reader.h"

namespace portolan::identify {

struct Recognised {
  const Reader* reader = nullptr;  // nullptr: none
  Reading reading = {};
  bool is_turned_away = false;  // some reader says that we came too often
};

// `asked`: whose question was put on that connection, nullptr for none.
Recognised recognise(const Talk& talk, std::span<const Reader* const> readers, const Reader* asked);

}  // namespace portolan::identify
