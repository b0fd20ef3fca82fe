// Rows in the order of a column. Pure.
#pragma once

#include <vector>

#include "sockets/columns/column.h"
#include "sockets/row.h"
#include "sockets/row_names.h"

namespace portolan::sockets {

enum class Direction : bool { ascending, descending };

// Numbers by value, text by bytes; what has no value comes last either way. Rows that are equal keep their order.
void sort_rows(std::vector<const Row*>& rows, const Column& column, Direction direction, RowNames& names);

}  // namespace portolan::sockets
