#include "sockets/row_store.h"

#include <algorithm>

namespace portolan::sockets {

template <class T>
std::span<const T> RowStore::copy(std::span<const T> values) {
  if (values.empty()) return {};
  auto* room = static_cast<T*>(bytes_.allocate(values.size_bytes(), alignof(T)));
  std::uninitialized_copy(values.begin(), values.end(), room);
  return {room, values.size()};
}

std::string_view RowStore::copy(std::string_view text) {
  const auto kept = copy(std::span<const char>{text});
  return {kept.data(), kept.size()};
}

Row& RowStore::keep(const Row& row) {
  Row& kept = rows_.emplace_back(row);
  kept.path = copy(row.path);
  kept.congestion = copy(row.congestion);
  kept.upper_protocol = copy(row.upper_protocol);
  kept.protocol_name = copy(row.protocol_name);
  kept.tcp_info = copy(row.tcp_info);
  kept.congestion_info = copy(row.congestion_info);
  kept.memory = copy(row.memory);
  kept.holders = copy(row.holders);
  return kept;
}

}  // namespace portolan::sockets
