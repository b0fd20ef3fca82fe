// Which classes of systems the answers of a stack fit, each with how likely it is. Never one bare guess: a class that
// is none of those that are known competes, and what is stated as 80 % is right in 80 % of cases. Pure.
#pragma once

#include <span>
#include <vector>

#include "identify/system/classes.h"
#include "identify/system/signs.h"
#include "model/system.h"

namespace portolan::identify {

struct Judgement {
  std::vector<double> classes;  // as system_classes() has them
  double unknown = 1;           // none of them; all together are 1
};
Judgement judge(const Signs& signs);

struct Telling {
  bool hardly_likely = false;  // classes down to 5 % as well (--osscan-guess)
};
// Classes of one kin that are close to each other are one guess. Where nothing was seen there is none.
model::SystemStack stack_of(const Signs& signs, Telling telling);

// How likely a word is for a class that says nothing about the sign, and for none of the classes.
double usual_chance(Sign sign, std::string_view word);

}  // namespace portolan::identify
