#include "report/tee.h"

namespace portolan::report {

template <class Tell>
Result<void> Tee::each(Tell tell) {
  Result<void> outcome;
  for (model::Sink* sink : sinks_) {
    Result<void> told = tell(*sink);
    if (outcome && !told) outcome = std::move(told);
  }
  return outcome;
}

Result<void> Tee::on_start(const model::ScanStarted& started) {
  return each([&](Sink& sink) { return sink.on_start(started); });
}
Result<void> Tee::on_task_begin(const model::TaskRecord& task) {
  return each([&](Sink& sink) { return sink.on_task_begin(task); });
}
Result<void> Tee::on_progress(const model::Progress& progress) {
  return each([&](Sink& sink) { return sink.on_progress(progress); });
}
Result<void> Tee::on_task_end(const model::TaskRecord& task) {
  return each([&](Sink& sink) { return sink.on_task_end(task); });
}
Result<void> Tee::on_open(const net::IpAddress& address, const model::PortRecord& port) {
  return each([&](Sink& sink) { return sink.on_open(address, port); });
}
Result<void> Tee::on_warning(std::string_view text) {
  return each([&](Sink& sink) { return sink.on_warning(text); });
}
Result<void> Tee::on_host(const model::HostRecord& host) {
  return each([&](Sink& sink) { return sink.on_host(host); });
}
Result<void> Tee::on_finish(const model::ScanFinished& finished) {
  return each([&](Sink& sink) { return sink.on_finish(finished); });
}

}  // namespace portolan::report
