// The sockets of this machine's network namespaces: listed once, or watched as they come and go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/remark.h"
#include "os/monotonic_clock.h"
#include "os/sockets/machine_sockets.h"
#include "sockets/filter/filter.h"
#include "sockets/row.h"

namespace portolan::os {
class SocketEvents;
}
namespace portolan::sockets {
class Changes;
}

namespace portolan::run {

// Which sockets.
struct SocketChoice {
  sockets::Filter filter;
  std::string filter_text = {};                            // what it was parsed from: other namespaces may need it anew
  os::SocketQuery query;                                   // its filter is set by the listing
  std::function<bool(const sockets::Row& row)> fits = {};  // one more test; empty: every row that passes the filter
  bool all_namespaces = false;                             // every network namespace that can be found
  std::string network_namespace = {};                      // a name, a path or an inode number; "": the caller's own
};

class SocketListing {
 public:
  using Visit = std::function<Result<void>(const sockets::Row&)>;

  // Opens the namespaces. Errc::usage for one that is not there, Errc::privilege for one that may not be entered; where
  // all are asked for, those that may not be entered are gaps.
  static Result<std::unique_ptr<SocketListing>> open(SocketChoice choice);
  SocketListing(const SocketListing&) = delete;
  SocketListing& operator=(const SocketListing&) = delete;
  ~SocketListing() = default;

  // Calls `visit` for every socket that was asked for; the row is good until it returns. Its error ends the listing and
  // is handed back.
  Result<void> each(const Visit& visit);
  // Looks again every `interval`, and calls `visit` for what has changed since the look before, dated. `looked` is
  // called after each look. Ends with the first error, and not before; with Errc::reader_gone when nobody reads from
  // the descriptor `reader` any more (-1: nobody is meant to).
  //
  // Nothing of another network namespace is held open between two looks, because that would keep it alive: each look
  // finds them anew, those that have come since included. So the kernel's word about sockets that end is heard in the
  // caller's own only.
  Result<void> watch(Duration interval, int reader, const Visit& visit, const std::function<Result<void>()>& looked);

  // What the list does not hold, as it was found since the last call.
  std::vector<model::Remark> take_gaps();
  // Rows of the last listing whose holder this user may not look at.
  [[nodiscard]] std::size_t without_privilege() const { return without_privilege_; }

 private:
  explicit SocketListing(SocketChoice choice);
  Result<void> open_namespaces();
  void reopen_namespaces();
  void close_namespaces();
  Result<void> open_one_namespace();
  Result<void> open_all_namespaces();
  Result<void> add_namespace(os::NetworkNamespace& one);
  Result<void> look(os::SocketEvents& events, sockets::Changes& changes);
  static Result<void> visit_changes(sockets::Changes& changes, const Visit& visit);
  [[nodiscard]] bool is_asked(const sockets::Row& row) const;

  SocketChoice choice_;
  std::vector<os::SocketNamespace> spaces_;
  std::unordered_map<std::uint64_t, sockets::Filter> filters_elsewhere_;  // by inode
  os::MonotonicClock clock_;
  std::vector<model::Remark> gaps_;
  std::vector<model::Remark> reported_;  // gaps of earlier looks
  std::size_t without_privilege_ = 0;
};

}  // namespace portolan::run
