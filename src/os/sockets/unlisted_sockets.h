// Sockets that processes hold and no list has (sockets/unlisted.h), found through /proc/PID/fd.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "sockets/owners.h"
#include "sockets/row.h"

namespace portolan::os {

struct ListedNamespace {
  std::uint64_t inode = 0;
  std::uint64_t cookie = 0;  // SO_NETNS_COOKIE; 0: this kernel does not tell (before 5.14)
};

// `listed` has the inodes that are known, in ascending order; `namespaces` those that were listed, of which only
// sockets and processes are told. Where the namespace of a socket cannot be found out, its state is unknown too. False
// from `visit` ends it.
void visit_unlisted(const sockets::OwnerIndex& owners, std::span<const std::uint64_t> listed,
                    std::span<const ListedNamespace> namespaces, const std::function<bool(sockets::Row&)>& visit);

}  // namespace portolan::os
