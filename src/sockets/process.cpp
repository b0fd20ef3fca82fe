#include "sockets/process.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json_value.h"

namespace portolan::sockets {
namespace {

// Takes what stands before `end` off `text`, and `end` with it.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// systemd puts "_" before names that the control group file system could mistake for its own files, such as
// "cpu.service" (cg_escape in its src/basic/cgroup-util.c).
std::string_view unescape_unit(std::string_view name) {
  if (name.starts_with('_')) name.remove_prefix(1);
  return name;
}

bool names_unit(std::string_view component) {
  return component.ends_with(".service") || component.ends_with(".scope") || component.ends_with(".socket");
}

// A control group directory to the container whose it is; "" for any other. With the driver "cgroupfs" its name is the
// id alone, with "systemd" RUNTIME-ID.scope; containerd without either mixes the two: SLICE:cri-containerd:ID.
std::string_view container_of(std::string_view component, std::string_view parent) {
  // LXC calls it by name, beginning with version 4 in one directory with its prefix. What watches over the container
  // ("lxc.monitor.NAME") is not in it.
  constexpr std::string_view payload = "lxc.payload.";
  if (component.starts_with(payload)) return component.substr(payload.size());
  if (parent == "lxc" || parent == "lxc.payload") return component;
  std::string_view id = component;
  if (id.ends_with(".scope")) id.remove_suffix(std::string_view{".scope"}.size());
  if (const std::size_t colon = id.rfind(':'); colon != std::string_view::npos) id.remove_prefix(colon + 1);
  if (const std::size_t dash = id.rfind('-'); dash != std::string_view::npos) {
    // conmon watches over containers of Podman ("libpod-conmon-ID") and CRI-O, and is not in them.
    if (id.substr(0, dash).ends_with("conmon")) return {};
    id.remove_prefix(dash + 1);
  }
  return is_container_id(id) ? id : std::string_view{};
}

// The innermost of each.
CgroupFacts facts_of_path(std::string_view path) {
  CgroupFacts facts;
  std::string_view parent;
  while (!path.empty()) {
    const std::string_view component = take_until(path, '/');
    if (component.empty()) continue;
    if (names_unit(component)) facts.unit = unescape_unit(component);
    if (const std::string_view id = container_of(component, parent); !id.empty()) facts.container = id;
    parent = component;
  }
  return facts;
}

// "" where there is no such member, or it is no text.
std::string text_of(const JsonValue& value, std::string_view name) {
  const JsonValue* member = value.member(name);
  return member == nullptr || member->text() == nullptr ? std::string{} : *member->text();
}

// The first of a list of texts.
std::string first_of(const JsonValue* list) {
  if (list == nullptr || list->array() == nullptr || list->array()->empty()) return {};
  const std::string* text = list->array()->front().text();
  return text == nullptr ? std::string{} : *text;
}

std::string file_name(std::string_view path) { return std::string{path.substr(path.rfind('/') + 1)}; }

}  // namespace

bool is_container_id(std::string_view text) {
  constexpr std::size_t id_size = 64;
  return text.size() == id_size && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  // The program may call itself anything, brackets, blanks and line feeds included; but it ends at the last bracket,
  // because all that follows is numbers and one letter (proc_pid_stat(5)).
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  ProcessStat stat{.program = text.substr(open + 1, close - open - 1)};

  std::string_view rest = text.substr(close + 1);
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(1);
  constexpr int flags_field = 9;
  constexpr int start_field = 22;
  for (int field = 3; field <= start_field; ++field) {
    const std::string_view word = take_until(rest, ' ');
    if (field == flags_field) {
      const auto flags = number<std::uint32_t>(word);
      if (!flags) return std::nullopt;
      stat.flags = *flags;
    } else if (field == start_field) {
      const auto start = number<std::uint64_t>(word);
      if (!start) return std::nullopt;
      stat.start_ticks = *start;
    }
  }
  return stat;
}

std::string parse_command_line(std::string_view text) {
  // Programs that write their state over their arguments fill what is left with NULs.
  const std::size_t last = text.find_last_not_of('\0');
  std::string words{text.substr(0, last == std::string_view::npos ? 0 : last + 1)};
  std::ranges::replace(words, '\0', ' ');
  return words;
}

bool is_main_thread(std::string_view program) { return program.ends_with("MainThread"); }

std::string program_of_command_line(std::string_view text) {
  std::string_view argument = take_until(text, '\0');
  return file_name(take_until(argument, ' '));
}

std::string program_of_file(std::string_view path) {
  constexpr std::string_view deleted = " (deleted)";
  if (path.ends_with(deleted)) path.remove_suffix(deleted.size());
  return file_name(path);
}

CgroupFacts parse_cgroup(std::string_view text) {
  CgroupFacts facts;
  while (!text.empty()) {
    // "hierarchy:controllers:path"; of version 2 there is one line, "0::path".
    std::string_view path = take_until(text, '\n');
    const std::string_view hierarchy = take_until(path, ':');
    const std::string_view controllers = take_until(path, ':');
    CgroupFacts found = facts_of_path(path);
    // systemd works in version 2 or in its own hierarchy of version 1; elsewhere a directory may only look like a unit.
    const bool is_systemd = (hierarchy == "0" && controllers.empty()) || controllers == "name=systemd";
    if (is_systemd && facts.unit.empty()) facts.unit = std::move(found.unit);
    if (facts.container.empty()) facts.container = std::move(found.container);
  }
  return facts;
}

std::string parse_docker_name(std::string_view json) {
  const auto container = parse_json(json);
  if (!container) return {};
  std::string name = text_of(*container, "Name");
  if (name.starts_with('/')) name.erase(0, 1);  // "/web": Docker keeps the slash of its old links between containers
  return name;
}

std::string parse_storage_name(std::string_view json, std::string_view id) {
  const auto containers = parse_json(json);
  if (!containers || containers->array() == nullptr) return {};
  for (const JsonValue& container : *containers->array()) {
    if (text_of(container, "id") == id) return first_of(container.member("names"));
  }
  return {};
}

}  // namespace portolan::sockets
