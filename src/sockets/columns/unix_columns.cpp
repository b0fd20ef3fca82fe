// UNIX sockets: names, ends, and the files they were bound to.
#include <array>

#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

void print_path(Cell& cell, const Row& row, RowNames&) {
  if (row.path.empty()) return cell.nothing();
  if (!row.path.starts_with('\0')) return cell.text(row.path);
  CellText text;
  text.add('@');
  text.add(row.path.substr(1));
  cell.text(text.view());
}

void print_peer(Cell& cell, const Row& row, RowNames&) {
  if (row.peer_inode == 0) return cell.nothing();
  cell.number(row.peer_inode);
}

void print_file(Cell& cell, const Row& row, RowNames& names) {
  switch (names.file(row).state) {
    case FileFacts::State::unknown:
      return cell.nothing();
    case FileFacts::State::there:
      return cell.text("there");
    case FileFacts::State::deleted:
      return cell.text("deleted");
    case FileFacts::State::replaced:
      return cell.text("replaced");
  }
}

void print_file_mode(Cell& cell, const Row& row, RowNames& names) {
  const FileFacts file = names.file(row);
  if (file.state != FileFacts::State::there) return cell.nothing();
  CellText text;  // four digits, as chmod(1) takes them
  for (unsigned shift = 12; shift > 0; shift -= 3) text.add(static_cast<char>('0' + (file.mode >> (shift - 3) & 7U)));
  cell.text(text.view());
}

void print_file_owner(Cell& cell, const Row& row, RowNames& names) {
  const FileFacts file = names.file(row);
  if (file.state != FileFacts::State::there) return cell.nothing();
  if (const std::string_view name = names.user(file.owner); !name.empty()) return cell.text(name);
  CellText text;
  text.add_number(file.owner);
  cell.text(text.view());
}

constexpr std::array list{
    Column{"path", "PATH", "path of a UNIX socket, @ in front of an abstract name", Kind::text, false, print_path},
    Column{"peer", "PEER-INODE", "inode of the other end of a UNIX socket", Kind::number, true, print_peer},
    Column{"file", "FILE", "the file at the path: there, deleted or replaced by another", Kind::word, false, print_file,
           nullptr, Need::unix_file},
    Column{"file_mode", "MODE", "permissions of the file at the path, octal", Kind::text, false, print_file_mode,
           nullptr, Need::unix_file},
    Column{"file_owner", "OWNER", "owner of the file at the path", Kind::text, false, print_file_owner, nullptr,
           Need::unix_file},
};

}  // namespace

std::span<const Column> unix_column_list() { return list; }

}  // namespace portolan::sockets
