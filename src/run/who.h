// Who answers: the sockets of this machine that fit a question, and what else is known where nobody listens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/remark.h"
#include "report/sockets/who_answer.h"
#include "sockets/question.h"
#include "sockets/row_names.h"

namespace portolan::run {

// `text` as a question about this machine: its interfaces, the files that are there now. Errc::parse with a sentence.
Result<sockets::Question> read_question(std::string_view text, const catalog::Services& services);

struct WhoFound {
  report::Who who;
  std::size_t without_privilege = 0;  // sockets whose holder this user may not look at
  std::vector<model::Remark> gaps;    // what may be missing
};
// `text` is the question as it was asked.
Result<WhoFound> find_who(const sockets::Question& question, const std::string& text, sockets::RowNames& names);

}  // namespace portolan::run
