#include "model/record.h"

namespace portolan::model {

void fail_with(ScanFinished& finished, const Error& error) {
  finished.success = false;
  finished.failure = Failure{std::string{name_of(error.code)}, error.cause, error.about};
  finished.error = error.message;
}

}  // namespace portolan::model
