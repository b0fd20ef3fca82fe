// -oN, -oG and -oL: lines. A host's lines are written together, so it is complete where something else follows.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "report/resume/readers.h"

namespace portolan::report {
namespace {

constexpr std::size_t nowhere = std::string_view::npos;

// "# portolan 0.1.0 scan initiated DATE as: COMMAND"
std::optional<std::string_view> command_in(std::string_view line) {
  constexpr std::string_view initiated = " scan initiated ";
  constexpr std::string_view as = " as: ";
  if (!line.starts_with("# portolan ") && !line.starts_with("# Nmap ")) return std::nullopt;
  const std::size_t verb = line.find(initiated);
  const std::size_t command = verb == nowhere ? nowhere : line.find(as, verb + initiated.size());
  if (command == nowhere) return std::nullopt;
  return line.substr(command + as.size());
}

// "# portolan done at DATE -- ...", "# portolan scan failed at DATE: WHY"
bool says_done(std::string_view line) {
  for (const std::string_view name : {"# portolan ", "# Nmap "}) {
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    const bool failed =
        line.starts_with("scan failed at ") && line.contains(std::string{": "}.append(failed_at_its_end));
    return line.starts_with("done at ") || failed;
  }
  return false;
}

// The host whose lines are being read, and what surrounds it.
class Blocks {
 public:
  explicit Blocks(const ZoneOf& zone_of) : zone_of_{zone_of} {}

  // False where the one before was told incompletely, or the scan came to its end: nothing that follows counts.
  bool open(std::string_view address, std::size_t begin) {
    if (told_.is_done || !close()) return false;
    tail_ = nowhere;
    const auto parsed = net::IpAddress::parse(address, zone_of_);
    block_ = Block{.begin = begin, .text = address, .address = {}, .host = {}};
    if (parsed) block_->address = *parsed;
    return true;
  }
  bool close() {
    if (!block_) return true;
    if (block_->stopped) return false;
    if (block_->address) add_told(told_.hosts, *block_->address, block_->host);
    block_.reset();
    return true;
  }
  // A line about the scan.
  bool comment(const WholeLine& line) {
    if (told_.is_done || !close()) return false;
    if (line.text.contains(" scan resumed at ")) {
      tail_ = nowhere;
      return true;
    }
    tail_ = std::min(tail_, line.begin);
    told_.is_done = says_done(line.text);
    return true;
  }
  void stop() {
    if (block_) block_->stopped = true;
  }
  [[nodiscard]] bool is_at(std::string_view address) const { return block_ && block_->text == address; }
  ToldHost* host() { return block_ ? &block_->host : nullptr; }

  // `end`: of the last whole line.
  ToldReport told(std::size_t end) {
    told_.keep = block_ ? block_->begin : std::min(tail_, end);
    return std::move(told_);
  }

 private:
  struct Block {
    std::size_t begin = 0;
    std::string_view text;
    std::optional<net::IpAddress> address;
    ToldHost host;
    bool stopped = false;
  };
  const ZoneOf& zone_of_;
  std::optional<Block> block_;
  std::size_t tail_ = nowhere;  // where lines about the end begin
  ToldReport told_;
};

// "NAME (ADDRESS)" or "ADDRESS"
std::string_view address_in_title(std::string_view title) {
  const std::size_t open = title.rfind('(');
  if (!title.ends_with(')') || open == nowhere) return title;
  return title.substr(open + 1, title.size() - open - 2);
}

// What stands behind "scan report for", if the line has that.
std::optional<std::string_view> title_in(std::string_view line) {
  for (const std::string_view head : {"portolan scan report for ", "Nmap scan report for "}) {
    if (line.starts_with(head)) return line.substr(head.size());
  }
  return std::nullopt;
}

bool open_block(Blocks& blocks, std::string_view title, std::size_t begin) {
  const std::size_t mark = title.ends_with(']') ? title.rfind(" [host down") : nowhere;
  if (!blocks.open(address_in_title(title.substr(0, mark)), begin)) return false;
  if (mark != nowhere) blocks.host()->state = model::HostState::down;
  return true;
}

// "22/tcp open  ssh"
bool is_open_row(std::string_view line) {
  if (line.empty() || line.front() < '0' || line.front() > '9') return false;
  const std::size_t blank = line.find(' ');
  const std::size_t word = blank == nowhere ? nowhere : line.find_first_not_of(' ', blank);
  return word != nowhere && line.substr(word, line.find(' ', word) - word) == "open";
}

void read_row(Blocks& blocks, std::string_view line) {
  ToldHost* host = blocks.host();
  if (host == nullptr) return;
  if (line.starts_with("Host is up")) host->state = model::HostState::up;
  if (is_open_row(line)) host->has_open = true;
  if (line.starts_with(stopped_early)) blocks.stop();
}

// "22/open/tcp//ssh///, 80/closed/tcp//http///"
bool lists_open_port(std::string_view ports) {
  while (!ports.empty()) {
    const std::size_t comma = ports.find(", ");
    const std::string_view port = ports.substr(0, comma);
    const std::size_t slash = port.find('/');
    if (slash != nowhere && port.substr(slash).starts_with("/open/")) return true;
    ports.remove_prefix(comma == nowhere ? ports.size() : comma + 2);
  }
  return false;
}

// "Host: ADDRESS (NAME)<TAB>FIELD"
bool read_host_line(Blocks& blocks, std::string_view line, std::size_t begin) {
  constexpr std::string_view label = "Host: ";
  line.remove_prefix(label.size());
  const std::string_view address = line.substr(0, line.find(' '));
  if (!blocks.is_at(address) && !blocks.open(address, begin)) return false;
  const std::size_t tab = line.find('\t');
  const std::string_view field = tab == nowhere ? "" : line.substr(tab + 1);
  ToldHost& host = *blocks.host();
  if (field == "Status: Up") host.state = model::HostState::up;
  if (field == "Status: Down") host.state = model::HostState::down;
  for (const std::string_view kind : {"Ports: ", "Protocols: "}) {
    if (field.starts_with(kind) && lists_open_port(field.substr(kind.size()))) host.has_open = true;
  }
  return true;
}

bool read_comment(Blocks& blocks, const WholeLine& line) {
  if (line.text.starts_with("# Host: ")) {
    blocks.stop();
    return true;
  }
  return line.text.starts_with("# Ports scanned: ") || blocks.comment(line);
}

// Calls `take` with each whole line behind the head until it says no. Where the last one ends.
template <class Take>
std::size_t lines_behind(std::string_view text, std::size_t begin, Take take) {
  const auto head = whole_line(text, begin);
  std::size_t at = head ? head->end : begin;
  while (const auto line = whole_line(text, at)) {
    at = line->end;
    if (!take(*line)) break;
  }
  return at;
}

}  // namespace

Result<ReportHead> head_of_lines(std::string_view text) {
  std::optional<ReportHead> head;
  std::size_t at = 0;
  while (const auto line = whole_line(text, at)) {
    at = line->end;
    const auto command = command_in(line->text);
    if (command) head = ReportHead{.arguments = split_command_line(*command), .begin = line->begin};
    // What a scan appended its report to was one of a scan as well.
    if (!head) break;
  }
  if (!head) return fail(Errc::parse, "it does not begin as the report of a scan does");
  return *std::move(head);
}

ToldReport told_by_text(std::string_view text, std::size_t begin, const ZoneOf& zone_of) {
  Blocks blocks{zone_of};
  const std::size_t end = lines_behind(text, begin, [&blocks](const WholeLine& line) {
    if (const auto title = title_in(line.text)) return open_block(blocks, *title, line.begin);
    if (line.text.starts_with("# ")) return blocks.comment(line);
    read_row(blocks, line.text);
    return true;
  });
  return blocks.told(end);
}

ToldReport told_by_grepable(std::string_view text, std::size_t begin, const ZoneOf& zone_of) {
  Blocks blocks{zone_of};
  const std::size_t end = lines_behind(text, begin, [&blocks](const WholeLine& line) {
    if (line.text.starts_with("Host: ")) return read_host_line(blocks, line.text, line.begin);
    return !line.text.starts_with("# ") || read_comment(blocks, line);
  });
  return blocks.told(end);
}

Result<ToldReport> read_open_list(std::string_view text, const ZoneOf& zone_of) {
  Blocks blocks{zone_of};
  std::size_t at = 0;
  while (const auto line = whole_line(text, at)) {
    at = line->end;
    constexpr auto tabs = 4;
    const std::string_view address = line->text.substr(0, line->text.find('\t'));
    const bool is_port = std::ranges::count(line->text, '\t') == tabs && net::IpAddress::parse(address, zone_of);
    if (!is_port) return fail(Errc::parse, "it is no list of open ports");
    if (!blocks.is_at(address)) (void)blocks.open(address, line->begin);
    *blocks.host() = {.state = model::HostState::up, .has_open = true};
  }
  return blocks.told(at);
}

}  // namespace portolan::report
