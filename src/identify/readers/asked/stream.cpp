// XMPP streams (RFC 6120 §4.2, §4.3 and §4.9): a root element in a namespace that tells what the port is for, and
// features or an error in it.
#include "identify/readers/asked/stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "identify/readers/asked/head.h"
#include "identify/readers/starttls.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::string_view streams = "http://etherx.jabber.org/streams";
constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t most_tags = 200;

// A tag: its name, and what stands behind that up to the bracket.
struct Tag {
  std::string_view name;  // "/x" where it ends an element
  std::string_view attributes;
  std::string_view text;  // up to the next tag
};

// Reads the tag that `rest` begins with; nullopt where it begins with none or its end has not come.
std::optional<Tag> next_tag(std::string_view& rest) {
  if (!rest.starts_with('<')) return std::nullopt;
  char quote = '\0';
  std::size_t end = 1;
  for (; end < rest.size(); ++end) {
    const char c = rest[end];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      break;
    }
  }
  if (end >= rest.size()) return std::nullopt;
  const std::string_view inside = rest.substr(1, end - 1);
  const std::size_t name_end = std::min(inside.find_first_of(" \t\r\n"), inside.size());
  Tag tag{inside.substr(0, name_end), inside.substr(name_end), {}};
  if (tag.name.size() > 1 && tag.name.ends_with('/')) tag.name.remove_suffix(1);
  rest.remove_prefix(end + 1);
  const std::size_t next = std::min(rest.find('<'), rest.size());
  tag.text = trimmed(rest.substr(0, next));
  rest.remove_prefix(next);
  return tag;
}

std::string_view attribute(std::string_view attributes, std::string_view name) {
  while (!attributes.empty()) {
    const std::size_t begin = attributes.find_first_not_of(blanks);
    const std::size_t equals = attributes.find('=');
    if (begin == std::string_view::npos || equals == std::string_view::npos || equals < begin) return {};
    const std::string_view its = trimmed(attributes.substr(begin, equals - begin));
    attributes = trimmed(attributes.substr(equals + 1));
    if (attributes.empty()) return {};
    const std::size_t end = attributes.find(attributes.front(), 1);
    if (end == std::string_view::npos) return {};
    if (its == name) return attributes.substr(1, end - 1);
    attributes.remove_prefix(end + 1);
  }
  return {};
}

// XEP-0115 §6.3: servers tell what they are by an address of their makers'.
std::string_view product_of(std::string_view node) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> known{
      {{"http://prosody.im", "Prosody"},
       {"http://www.process-one.net/en/ejabberd/", "ejabberd"},
       {"https://www.igniterealtime.org/projects/openfire/", "Openfire"},
       {"http://www.igniterealtime.org/projects/openfire/", "Openfire"}}};
  const auto* found = std::ranges::find(known, node, &std::pair<std::string_view, std::string_view>::first);
  return found == known.end() ? std::string_view{} : found->second;
}

void add(std::string& list, std::string_view word, std::string_view between = ", ") {
  if (!is_printable(word)) return;
  if (!list.empty()) list += between;
  list += word;
}

// RFC 6120 §5.4.2.
constexpr StartTlsWords tls_words{.asks = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
                                  .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    if (heard.find('>') == std::string_view::npos) return std::nullopt;
                                    return heard.starts_with("<proceed");
                                  }};

}  // namespace

Reading read_stream(const Talk& talk, std::string_view name_space) {
  std::string_view rest = talk.first();
  const std::size_t begin = rest.find_first_not_of(blanks);
  if (begin == std::string_view::npos || rest == talk.turns.front().said) return {};
  rest.remove_prefix(begin);
  if (!may_begin(rest, "<?xml ") && !may_begin(rest, "<stream:stream ")) return {};
  auto tag = next_tag(rest);
  if (tag && tag->name == "?xml") tag = next_tag(rest);
  if (!tag) return unfinished(talk, 4'096);
  if (tag->name != "stream:stream" || attribute(tag->attributes, "xmlns:stream") != streams) return {};
  if (attribute(tag->attributes, "xmlns") != name_space) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  const std::string_view from = attribute(tag->attributes, "from");
  if (from != talk.host && from.find('.') != std::string_view::npos && is_printable(from))
    reading.facts.host_name = from;
  std::string features;
  std::string mechanisms;
  std::string failure;
  bool in_error = false;
  bool whole = false;
  for (std::size_t tags = 0; tags < most_tags && !whole; ++tags) {
    const auto inner = next_tag(rest);
    if (!inner) break;
    if (inner->name == "stream:error") in_error = true;
    if (inner->name == "stream:features" && inner->attributes.ends_with('/')) whole = true;
    if (inner->name == "/stream:features" || inner->name == "/stream:error" || inner->name == "/stream:stream") {
      whole = true;
    } else if (in_error && failure.empty() && inner->name != "stream:error") {
      failure = inner->name;
    } else if (inner->name == "starttls") {
      add(features, "STARTTLS");
    } else if (inner->name == "mechanism" && mechanisms.find(inner->text) == std::string::npos) {
      add(mechanisms, inner->text, " ");
    } else if (inner->name == "c" && reading.facts.product.empty()) {
      reading.facts.product = product_of(attribute(inner->attributes, "node"));
    } else if (inner->name == "dialback") {
      add(features, "dialback");
    }
  }
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  if (whole) reading.confidence = documented;
  if (!mechanisms.empty()) add(features, "SASL " + mechanisms);
  if (!failure.empty()) add(features, "error " + failure);
  reading.facts.extra = features;
  if (whole && features.starts_with("STARTTLS")) go_on_into_tls(reading, talk, tls_words);
  return reading;
}

std::string stream_header(std::string_view host, std::string_view name_space) {
  return fmt::format("<?xml version='1.0'?><stream:stream to='{}' xmlns='{}' xmlns:stream='{}' version='1.0'>", host,
                     name_space, streams);
}

}  // namespace portolan::identify
