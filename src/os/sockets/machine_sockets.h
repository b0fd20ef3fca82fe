// Every socket of this machine that was asked for, with who holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "os/sockets/socket_list.h"
#include "os/sockets/socket_owners.h"
#include "os/sockets/unlisted_sockets.h"
#include "sockets/filter/filter.h"
#include "sockets/owners.h"
#include "sockets/row.h"
#include "sockets/sources/source.h"

namespace portolan::os {

struct SocketQuery {
  std::vector<const sockets::Source*> sources;  // listed in this order
  sockets::Detail detail;
  const sockets::Filter* filter = nullptr;  // nullptr: everything
  // By inode: the same filter where numbers of interfaces mean something else (FilterNeeds::one_network).
  std::unordered_map<std::uint64_t, const sockets::Filter*> filters_elsewhere = {};
  std::optional<OwnerMethod> owners = OwnerMethod::automatic;  // nullopt: nobody is asked for
  // Sockets that processes hold and no list of the kernel has: not bound yet (only where all states are listed, and
  // without bytecode: Completeness::all), or of a kind without a list. nullopt: none. With owners only.
  std::optional<Completeness> unlisted = {};
  sockets::KindMask unlisted_kinds =
      ~sockets::KindMask{0};  // with Completeness::some: the kinds without a list to look for
};

struct SocketAnswer {
  sockets::OwnerSight sight;
  std::size_t without_privilege = 0;  // rows whose owner could not be looked at
  std::vector<model::Remark> gaps;    // what the list does not hold
};

// Of the caller's own network namespace. Rows are good until `visit` returns; false from it ends everything. Each comes
// once, except where the kernel says otherwise (gaps). Rows whose owner only a second look can judge come last.
Result<SocketAnswer> list_sockets(const SocketQuery& query, const std::function<bool(const sockets::Row&)>& visit);
// Of several namespaces; processes are looked at once for all of them.
Result<SocketAnswer> list_sockets(std::vector<SocketNamespace>& spaces, const SocketQuery& query,
                                  const std::function<bool(const sockets::Row&)>& visit);

}  // namespace portolan::os
