// What changed between two looks at the sockets of a machine. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sockets/row.h"
#include "sockets/row_store.h"

namespace portolan::sockets {

// A socket is the same as long as its namespace, its kind and its cookie are (its inode, where the kernel tells no
// cookie): the kernel keeps the cookie even when a connection becomes a TIME-WAIT.
struct RowKey {
  std::uint64_t network_namespace = 0;
  std::uint64_t identity = 0;
  SocketKind protocol = SocketKind::other;
  friend bool operator==(const RowKey&, const RowKey&) = default;
};
RowKey key_of(const Row& row);

class Changes {
 public:
  // One look: every socket there is now, each once. The kernel's word that one is gone may come in between.
  void see(const Row& row);
  void see_end(const Row& row);
  // Ends the look and tells what is different from the one before: `change` and `state_before` of the rows say how. The
  // first look tells nothing. Rows are good until `tell` returns.
  void finish_look(const std::function<void(const Row&)>& tell);

 private:
  struct Hash {
    std::size_t operator()(const RowKey& key) const noexcept;
  };
  struct Look {
    RowStore rows;
    std::unordered_map<RowKey, Row*, Hash> by_key;
    RowStore ended;
  };
  std::unique_ptr<Look> before_;
  std::unique_ptr<Look> now_ = std::make_unique<Look>();
};

}  // namespace portolan::sockets
