// An explanation as a page for people: the ladder, what each packet means, what follows, how else it could have gone.
#pragma once

#include <string>

#include "explain/story.h"
#include "explain/texts.h"

namespace portolan::explain {

// At most page_width columns, whatever anybody sent; no colours. `facts`: about the port.
std::string page_of(const Story& story, const Facts& facts);

}  // namespace portolan::explain
