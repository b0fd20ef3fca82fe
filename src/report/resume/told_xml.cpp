// -oX: a host is complete where its element is. Only as much of XML is read as such reports have (XML 1.0 §2.4, §3.1).
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "base/escape.h"
#include "report/resume/readers.h"

namespace portolan::report {
namespace {

constexpr std::size_t nowhere = std::string_view::npos;
constexpr std::string_view white = " \t\r\n";

struct Tag {
  std::string_view name;
  std::string_view attributes;
  std::size_t begin = 0;
  std::size_t end = 0;
  enum class Kind : std::uint8_t { opens, closes, empty } kind = Kind::opens;
};

class Tags {
 public:
  Tags(std::string_view text, std::size_t from) : text_{text}, at_{from} {}

  // nullopt at the end, and where it is cut off.
  std::optional<Tag> next() {
    for (;;) {
      const std::size_t begin = text_.find('<', at_);
      if (begin == nowhere) return std::nullopt;
      const std::string_view rest = text_.substr(begin);
      const std::string_view terminator = rest.starts_with("<!--") ? "-->"
                                          : rest.starts_with("<?") ? "?>"
                                          : rest.starts_with("<!") ? ">"
                                                                   : "";
      if (terminator.empty()) return tag(begin);
      const std::size_t end = text_.find(terminator, begin + 2);
      if (end == nowhere) return std::nullopt;
      at_ = end + terminator.size();
    }
  }

 private:
  // A '>' in quotes belongs to a value.
  [[nodiscard]] std::size_t end_of_tag(std::size_t at) const {
    char quote = 0;
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return at;
      }
    }
    return nowhere;
  }

  std::optional<Tag> tag(std::size_t begin) {
    const std::size_t last = end_of_tag(begin);
    if (last == nowhere) return std::nullopt;
    at_ = last + 1;
    std::string_view inside = text_.substr(begin + 1, last - begin - 1);
    Tag tag{.name = {}, .attributes = {}, .begin = begin, .end = at_};
    if (inside.starts_with('/')) {
      tag.kind = Tag::Kind::closes;
      inside.remove_prefix(1);
    } else if (inside.ends_with('/')) {
      tag.kind = Tag::Kind::empty;
      inside.remove_suffix(1);
    }
    tag.name = inside.substr(0, inside.find_first_of(white));
    tag.attributes = inside.substr(tag.name.size());
    return tag;
  }

  std::string_view text_;
  std::size_t at_;
};

// `text` is what stands between '&' and ';'.
std::string entity(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> named{
      {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}}};
  for (const auto& [name, character] : named) {
    if (text == name) return std::string{character};
  }
  const bool is_hexadecimal = text.starts_with("#x");
  const std::string_view digits = text.substr(is_hexadecimal ? 2 : text.starts_with('#') ? 1 : text.size());
  constexpr int hexadecimal = 16;
  constexpr int decimal = 10;
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hexadecimal ? hexadecimal : decimal);
  const bool is_number = !digits.empty() && error == std::errc{} && end == digits.data() + digits.size();
  return is_number ? unescape(fmt::format("\\u{{{:X}}}", code)) : fmt::format("&{};", text);
}

std::string without_entities(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = text.find('&');
    const std::size_t end = begin == nowhere ? nowhere : text.find(';', begin);
    out += text.substr(0, end == nowhere ? nowhere : begin);
    if (end == nowhere) break;
    out += entity(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
  return out;
}

// "" where there is none.
std::string attribute(const Tag& tag, std::string_view name) {
  std::string_view rest = tag.attributes;
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(white), rest.size()));
    const std::size_t equals = rest.find('=');
    if (equals == nowhere || equals + 1 >= rest.size()) return {};
    const std::size_t end = rest.find(rest[equals + 1], equals + 2);
    if (end == nowhere) return {};
    if (rest.substr(0, equals) == name) return without_entities(rest.substr(equals + 2, end - equals - 2));
    rest.remove_prefix(end + 1);
  }
}

// The host whose element is open.
struct OpenHost {
  ToldHost told;
  std::optional<net::IpAddress> address;
  bool stopped = false;
};

void read_inside(OpenHost& host, const Tag& tag) {
  if (tag.name == "status") {
    const std::string state = attribute(tag, "state");
    if (state == "up") host.told.state = model::HostState::up;
    if (state == "down") host.told.state = model::HostState::down;
  } else if (tag.name == "address" && !host.address && attribute(tag, "addrtype") != "mac") {
    if (const auto address = net::IpAddress::parse(attribute(tag, "addr"))) host.address = *address;
  } else if (tag.name == "state" && attribute(tag, "state") == "open") {
    host.told.has_open = true;
  }
}

class Document {
 public:
  explicit Document(std::string_view text) : text_{text} {}

  // False where nothing that follows counts.
  bool take(const Tag& tag) {
    if (tag.kind == Tag::Kind::closes) return leave(tag);
    if (depth_ == 1 && tag.name == "runstats") ended_ = true;
    if (ended_ && tag.name == "finished") {
      told_.is_done = attribute(tag, "exit") == "success" || attribute(tag, "errormsg").starts_with(failed_at_its_end);
    }
    if (depth_ == 1 && tag.name == "host" && !ended_) {
      host_.emplace();
      host_->stopped = attribute(tag, "comment").starts_with(stopped_early);
    } else if (host_) {
      read_inside(*host_, tag);
    }
    if (tag.kind == Tag::Kind::opens) {
      ++depth_;
      return true;
    }
    return depth_ != 1 || complete(tag);
  }
  ToldReport told() { return std::move(told_); }

 private:
  bool leave(const Tag& tag) {
    if (depth_ == 0) return false;
    return --depth_ != 1 || complete(tag);
  }

  // An element of the scan has ended, be it a host or not.
  bool complete(const Tag& tag) {
    if (ended_) return true;
    if (host_ && host_->stopped) return false;
    if (host_ && host_->address) add_told(told_.hosts, *host_->address, host_->told);
    host_.reset();
    told_.keep = tag.end + (text_.substr(tag.end).starts_with('\n') ? 1 : 0);
    return true;
  }

  std::string_view text_;
  unsigned depth_ = 0;
  bool ended_ = false;
  std::optional<OpenHost> host_;
  ToldReport told_;
};

}  // namespace

Result<ReportHead> head_of_xml(std::string_view text) {
  std::optional<ReportHead> head;
  std::size_t end = nowhere;
  Tags tags{text, 0};
  while (const auto tag = tags.next()) {
    if (tag->name == "nmaprun" && tag->kind == Tag::Kind::opens) {
      head = ReportHead{.arguments = split_command_line(attribute(*tag, "args")), .begin = tag->begin};
      end = nowhere;
    }
    // The last element that stands in front of all that the scan finds.
    if (tag->name == "debugging" && end == nowhere) end = tag->end;
  }
  if (!head) return fail(Errc::parse, "it does not begin as the report of a scan does");
  if (end > told_by_xml(text, head->begin).keep) return fail(Errc::parse, "it was cut off before the scan began");
  return *std::move(head);
}

ToldReport told_by_xml(std::string_view text, std::size_t begin) {
  Document document{text};
  Tags tags{text, begin};
  while (const auto tag = tags.next()) {
    if (!document.take(*tag)) break;
  }
  return document.told();
}

}  // namespace portolan::report
