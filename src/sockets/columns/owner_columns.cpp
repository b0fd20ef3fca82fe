// Who holds a socket, or why nobody is named.
#include <array>
#include <chrono>

#include "base/json_fields.h"
#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

const Process* first_process(const Row& row, RowNames& names) {
  return row.holders.empty() ? nullptr : names.process(row.holders.front().pid);
}

// Holders come in order of their process.
std::size_t count_processes(std::span<const Holder> holders) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < holders.size(); ++i) {
    if (i == 0 || holders[i].pid != holders[i - 1].pid) ++count;
  }
  return count;
}

// "no privilege" as one word: a row of the table splits at blanks.
void add_as_word(CellText& text, std::string_view words) {
  for (const char c : words) {
    if (c == ',') continue;
    text.add(c == ' ' ? '-' : c);
  }
}

bool has_reason(const Row& row) {
  return row.holders.empty() && row.no_owner != NoOwner::has_one && row.no_owner != NoOwner::not_asked;
}

void add_process(CellText& text, std::uint32_t pid, const Process* process) {
  text.add(process == nullptr ? std::string_view{"?"} : std::string_view{process->program});
  text.add('/');
  text.add_number(pid);
}

void print_process(Cell& cell, const Row& row, RowNames& names) {
  CellText text;
  if (!row.holders.empty()) {
    add_process(text, row.holders.front().pid, first_process(row, names));
    if (const std::size_t count = count_processes(row.holders); count > 1) {
      text.add('+');
      text.add_number(count - 1);
    }
  } else if (has_reason(row)) {
    text.add('(');
    add_as_word(text, words_of(row.no_owner));
    text.add(')');
  } else {
    return cell.nothing();
  }
  cell.text(text.view());
}

void print_no_owner(Cell& cell, const Row& row, RowNames&) {
  if (!has_reason(row)) return cell.nothing();
  CellText text;
  add_as_word(text, words_of(row.no_owner));
  cell.text(text.view());
}

void print_pid(Cell& cell, const Row& row, RowNames&) {
  if (row.holders.empty()) return cell.nothing();
  cell.number(std::uint64_t{row.holders.front().pid});
}

void print_descriptor(Cell& cell, const Row& row, RowNames&) {
  if (row.holders.empty()) return cell.nothing();
  cell.number(std::uint64_t{row.holders.front().fd});
}

template <std::string Process::* Field>
void print_fact(Cell& cell, const Row& row, RowNames& names) {
  const Process* process = first_process(row, names);
  if (process == nullptr || (process->*Field).empty()) return cell.nothing();
  cell.text(process->*Field);
}

void print_container(Cell& cell, const Row& row, RowNames& names) {
  constexpr std::size_t short_id = 12;  // as the runtimes themselves shorten it
  const Process* process = first_process(row, names);
  if (process == nullptr || process->container.empty()) return cell.nothing();
  cell.text(process->container_name.empty() ? std::string_view{process->container}.substr(0, short_id)
                                            : std::string_view{process->container_name});
}

void add_two_digits(CellText& text, unsigned value) {
  if (value < 10) text.add('0');
  text.add_number(value);
}

// RFC 3339 in UTC.
void add_time(CellText& text, std::uint64_t unix_seconds) {
  const std::chrono::sys_seconds moment{std::chrono::seconds{unix_seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment - day};
  text.add_number(static_cast<std::uint64_t>(static_cast<int>(date.year())));
  text.add('-');
  add_two_digits(text, static_cast<unsigned>(date.month()));
  text.add('-');
  add_two_digits(text, static_cast<unsigned>(date.day()));
  text.add('T');
  add_two_digits(text, static_cast<unsigned>(time.hours().count()));
  text.add(':');
  add_two_digits(text, static_cast<unsigned>(time.minutes().count()));
  text.add(':');
  add_two_digits(text, static_cast<unsigned>(time.seconds().count()));
  text.add('Z');
}

void print_started(Cell& cell, const Row& row, RowNames& names) {
  const Process* process = first_process(row, names);
  if (process == nullptr || process->started == 0) return cell.nothing();
  CellText text;
  add_time(text, process->started);
  cell.text(text.view());
}

void print_holders(Cell& cell, const Row& row, RowNames& names) {
  if (row.holders.empty()) return cell.nothing();
  CellText text;
  for (const Holder& holder : row.holders) {
    if (!text.empty()) text.add(',');
    add_process(text, holder.pid, names.process(holder.pid));
    text.add('/');
    text.add_number(holder.fd);
  }
  cell.text(text.view());
}

// --- JSON: every holder with all that is known about its process

struct HolderRecord {
  std::uint32_t pid = 0;
  std::uint32_t fd = 0;
  std::string_view program = {};
  std::string_view command = {};
  std::optional<std::uint32_t> uid = {};
  std::string_view user = {};
  std::string_view unit = {};
  std::string_view container = {};
  std::string_view container_name = {};
  std::string netns = {};
  TimeText started = {};
};

void describe(auto& visitor, const HolderRecord& holder) {
  visitor.member("pid", holder.pid);
  visitor.member("fd", holder.fd);
  visitor.optional("program", holder.program);
  visitor.optional("command", holder.command);
  visitor.optional("uid", holder.uid);
  visitor.optional("user", holder.user);
  visitor.optional("unit", holder.unit);
  visitor.optional("container", holder.container);
  visitor.optional("container_name", holder.container_name);
  visitor.optional("netns", holder.netns);
  visitor.optional("started", holder.started);
}
std::string netns_text(std::uint64_t inode, RowNames& names) {
  if (inode == 0) return {};
  const std::string_view name = names.network_namespace(inode);
  return name.empty() ? std::to_string(inode) : std::string{name};
}

void write_holder(JsonWriter& json, const Holder& holder, RowNames& names) {
  HolderRecord record{.pid = holder.pid, .fd = holder.fd};
  CellText started;
  if (const Process* process = names.process(holder.pid)) {
    record.program = process->program;
    record.command = process->command;
    record.uid = process->user;
    if (process->user) record.user = names.user(*process->user);
    record.unit = process->unit;
    record.container = process->container;
    record.container_name = process->container_name;
    record.netns = netns_text(process->network_namespace, names);
    if (process->started != 0) add_time(started, process->started);
    record.started = {started.view()};
  }
  FieldWriter{json}.value(record);
}

void holders_json(std::string& out, const Row& row, RowNames& names) {
  if (row.holders.empty()) return;
  JsonWriter json{out};
  json.array(row.holders, [&](const Holder& holder) { write_holder(json, holder, names); });
}

constexpr std::array list{
    Column{"process", "PROCESS", "program/pid of the first that holds it, +N for N more; else (why nobody is named)",
           Kind::text, false, print_process},
    Column{"pid", "PID", "number of that process", Kind::number, true, print_pid},
    Column{"program", "PROGRAM", "name of that process", Kind::text, false, print_fact<&Process::program>},
    Column{"fd", "FD", "file descriptor by which that process holds it", Kind::number, true, print_descriptor},
    Column{"unit", "UNIT", "systemd unit of that process", Kind::text, false, print_fact<&Process::unit>},
    Column{"container", "CONTAINER", "container of that process: name, else the beginning of its id", Kind::text, false,
           print_container},
    Column{"started", "STARTED", "when that process began (RFC 3339, UTC)", Kind::time, false, print_started},
    Column{"no_owner", "NO-OWNER", "why nobody is named: no-privilege, kernel, already-gone ...", Kind::word, false,
           print_no_owner},
    Column{"holders", "HOLDERS", "all that hold it, program/pid/fd; in JSON with all that is known of them", Kind::list,
           false, print_holders, holders_json, Need::nothing, FieldSchema::schema_of<HolderRecord>},
    Column{"command", "COMMAND", "command line of that process", Kind::text, false, print_fact<&Process::command>},
};

}  // namespace

std::span<const Column> owner_column_list() { return list; }

}  // namespace portolan::sockets
