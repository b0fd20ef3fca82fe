// Which processes hold which socket: an index from inode to holders, built in one pass over all file descriptors,
// whoever makes that pass (/proc or a BPF iterator). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sockets/row.h"

namespace portolan::sockets {

// How much the pass could see; it decides what a missing owner means.
struct OwnerSight {
  bool asked = true;
  bool possible = true;              // false: there is no /proc, so nobody could be looked at
  std::size_t processes = 0;         // looked at; with the BPF iterator those that hold sockets
  std::size_t processes_denied = 0;  // not allowed to look at (other users', without privilege); at least so many
  std::size_t tables_denied = 0;     // of these, those whose list of descriptors may not even be opened
  bool whole_machine = true;         // false: this is not the first pid namespace, so some are out of sight
};

class OwnerIndex {
 public:
  struct Entry {
    std::uint64_t inode;
    Holder holder;
    friend constexpr auto operator<=>(const Entry&, const Entry&) noexcept = default;
  };

  OwnerIndex() = default;
  // Takes everything that was found, in any order and any number of times; inode 0, which belongs to no file, is left
  // out. 8 bytes a holder, and 21 to 43 an entry for the look-up.
  OwnerIndex(std::vector<Entry> entries, OwnerSight sight);

  // In ascending order of pid and fd; empty where nobody is known. Good while the index lives.
  [[nodiscard]] std::span<const Holder> holders_of(std::uint64_t inode) const;
  // Fills in `holders`, and `no_owner` with the reason where there are none. Where everything was in sight and nobody
  // holds the socket that reason is `gone`, which reconsider() can tell more about.
  void join(Row& row) const;
  [[nodiscard]] const OwnerSight& sight() const { return sight_; }
  [[nodiscard]] std::size_t size() const { return held_; }  // holders
  // Everything in ascending order of inode: for comparing two passes.
  [[nodiscard]] std::vector<Entry> entries() const;

 private:
  // Where an inode's holders stand. Open addressing: an inode is in its own slot or in one of the next.
  struct Slot {
    std::uint64_t inode = 0;  // 0: empty
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  [[nodiscard]] std::size_t slot_of(std::uint64_t inode) const;  // its own, or the empty one where it would go

  OwnerSight sight_;
  std::size_t held_ = 0;
  std::vector<Holder> holders_;
  std::vector<Slot> slots_;  // a power of two, with room to spare; empty where nobody holds anything
  int shift_ = 0;
};

// A second look at a row that join() left with `gone`: `later` is a pass that began after the row was listed, and
// `still_listed` tells whether the kernel listed the socket (the same inode) once more after that pass.
//
// One look cannot tell the kernel's own sockets (WireGuard, VXLAN, NFS: sock_create_kern gives them an inode, but no
// file) from one whose process came or went between the pass and the listing: the kernel shows no mark of either. But
// a socket that was there before and after a whole pass, and that no process held, is held by the kernel alone. So
// the row gets its holders where there are some now, `kernel` where it is still listed, and stays `gone` otherwise.
//
// `kernel` includes what processes have handed over to the kernel without keeping a descriptor: sockets that wait in
// another's receive queue (SCM_RIGHTS), that are registered with an io_uring, or live on in a mapped packet ring. A
// descriptor that wandered from a process that the pass had not reached to one that it had left behind is missed, too.
// `later` outlives the row.
void reconsider(Row& row, const OwnerIndex& later, bool still_listed);

}  // namespace portolan::sockets
