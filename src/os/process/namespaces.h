// Work inside other network namespaces.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/remark.h"
#include "os/file_descriptor.h"

namespace portolan::os {

// Runs `work` in a thread of its own that has entered the namespace behind `handle`, and waits for it: the caller
// stays where it is. What `work` opens there stays in that namespace. Errc::privilege without CAP_SYS_ADMIN in the user
// namespace that owns it.
Result<void> in_network_namespace(const FileDescriptor& handle, const std::function<void()>& work);

// Inode number of the namespace behind an open handle; 0 where it cannot be read.
std::uint64_t namespace_inode(const FileDescriptor& handle);

// The namespace that a socket of this process is in, as a number that is never used twice; 0 where the kernel does not
// tell.
std::uint64_t namespace_cookie(const FileDescriptor& socket);

// By name (of /run/netns), by inode number, or by path. Errc::usage where there is none.
Result<FileDescriptor> open_network_namespace(std::string_view which);

// Why a namespace could not be entered, with the name that the user gave it.
Error cannot_enter(std::string_view which, const Error& error);

struct NetworkNamespace {
  FileDescriptor handle;
  std::uint64_t inode = 0;
};
// Every network namespace that can be found: of any process or thread (one handle each), and bound to a name in
// /run/netns; the caller's own first (without a handle where there is no /proc to open it by). `gaps` gets what could
// not be looked at.
Result<std::vector<NetworkNamespace>> find_network_namespaces(std::vector<model::Remark>& gaps);

}  // namespace portolan::os
