// The sockets of a network namespace, from the kernel, one after another as they come.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/remark.h"
#include "os/file_descriptor.h"
#include "os/process/namespaces.h"
#include "sockets/row.h"
#include "sockets/sources/source.h"

namespace portolan::os {

class SocketNamespace {
 public:
  using Visit = std::function<bool(sockets::Row&)>;

  // The one that the caller is in.
  static Result<SocketNamespace> current();
  // The one behind `handle`, a descriptor of /proc/PID/ns/net or /run/netns/NAME. Errc::privilege without
  // CAP_SYS_ADMIN in it.
  static Result<SocketNamespace> enter(FileDescriptor handle);

  [[nodiscard]] std::uint64_t inode() const { return inode_; }
  // It is the caller's: nothing is held open by which it would live on.
  [[nodiscard]] bool is_own() const { return !handle_.is_open(); }
  // Its SO_NETNS_COOKIE; 0 where the kernel does not tell. After open().
  [[nodiscard]] std::uint64_t cookie() const { return namespace_cookie(diag_); }
  // A NETLINK_SOCK_DIAG socket in it; `flags` as socket(2) takes them with the type.
  [[nodiscard]] Result<FileDescriptor> open_socket(int flags = 0) const;
  // Opens what list() needs, so that whoever looks for owners in between sees this program's own socket too. Where
  // sock_diag may not be asked, lists come from files.
  void open();

  // Calls `visit` for every socket of `source`; the row is good until it returns. Where this kernel has no dump, the
  // source's /proc file is read; where that is missing too, the kernel knows no such sockets, which is no error.
  // `gaps` gets a remark for whatever may be missing: a dump that the kernel interrupted, lines that nobody
  // understands. `visit` runs in the calling thread; false from it ends the list.
  Result<void> list(const sockets::Source& source, const sockets::Detail& wanted, const Visit& visit,
                    std::vector<model::Remark>& gaps);

 private:
  enum class Ended : std::uint8_t { listed, stopped, no_dump, program_refused };
  Result<Ended> list_dump(const sockets::Source& source, const sockets::Detail& wanted, const Visit& visit,
                          std::vector<model::Remark>& gaps);
  Result<void> list_file(const sockets::Source& source, const sockets::Detail& wanted, const Visit& visit,
                         std::vector<model::Remark>& gaps);
  Result<Ended> list_dump_once(const sockets::Source& source, const sockets::Detail& wanted, const Visit& visit,
                               std::vector<model::Remark>& gaps);
  static Result<Ended> ended_with(int error, const sockets::Source& source, const sockets::Detail& wanted);
  void note_refused(std::vector<model::Remark>& gaps);
  [[nodiscard]] bool is_empty(const sockets::Source& source);
  [[nodiscard]] Result<FileDescriptor> open_file(std::string_view name) const;

  FileDescriptor handle_;  // of the namespace; not open for the caller's own
  FileDescriptor diag_;    // NETLINK_SOCK_DIAG: stays in the namespace in which it was opened
  std::uint64_t inode_ = 0;
  std::string refused_;                // "EACCES" and the like where sock_diag may not be asked
  bool is_noted_ = false;              // that it was
  std::optional<std::string> counts_;  // /proc/net/protocols, once it was read
};

}  // namespace portolan::os
