#include "report/scan/warnings.h"

#include "base/escape.h"
#include "report/scan/wording.h"

namespace portolan::report {

Result<void> Warnings::on(const model::Event& event) {
  return model::dispatch(event, [this](const model::Remark& remark) -> Result<void> {
    if (is_detail(remark)) return {};
    const std::string before = dialect_ == Dialect::nmap ? line_of_nmap_before(remark) : "";
    if (!before.empty()) buffer_.add("{}\n", escape_terminal(before));
    buffer_.add("{}{}\n", dialect_ == Dialect::portolan ? "portolan: " : "",
                escape_terminal(remark_text(remark, dialect_)));
    return buffer_.send();
  });
}

}  // namespace portolan::report
