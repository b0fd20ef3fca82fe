// Sockets that processes hold and no list has (sockets/unlisted.h), found through /proc/PID/fd.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "sockets/owners.h"
#include "sockets/row.h"
#include "sockets/unlisted.h"

namespace portolan::os {

struct ListedNamespace {
  std::uint64_t inode = 0;
  std::uint64_t cookie = 0;  // SO_NETNS_COOKIE; 0: this kernel does not tell (before 5.14)
};

// Whether `listed` has all sockets of the kinds that have a list, or only some of them, so that nothing can be said
// about those that are missing from it.
enum class Completeness : std::uint8_t { all, some };

// `listed` has the inodes that are known, in ascending order; `namespaces` those that were listed, of which only
// sockets and processes are told. Where the namespace of a socket cannot be found out, its state is unknown too. False
// from `visit` ends it. Each is asked about itself where that is allowed (pidfd_getfd): its state, user, address.
void visit_unlisted(const sockets::OwnerIndex& owners, std::span<const std::uint64_t> listed,
                    std::span<const ListedNamespace> namespaces, Completeness completeness,
                    const std::function<bool(sockets::Row&)>& visit);

// The kinds of sockets that this kernel knows and has no list of (AF_VSOCK, AF_ALG, Bluetooth ...), in use or not.
sockets::KindMask kinds_without_list();

}  // namespace portolan::os
