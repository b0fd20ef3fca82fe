#include "report/scan/warnings.h"

#include "base/escape.h"

namespace portolan::report {

Result<void> Warnings::on_warning(std::string_view text) {
  page_.add("{}{}\n", flavor_ == Flavor::portolan ? "portolan: " : "", escape_terminal(text));
  return page_.send();
}

}  // namespace portolan::report
