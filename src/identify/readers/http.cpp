// HTTP: any "HTTP/1.x NNN" is its, whatever follows; the Server field names the product (RFC 9110 §10.2.4).
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "identify/details.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 10> ports{80, 8080, 8000, 8008, 8081, 8888, 3000, 5000, 9090, 591};
constexpr std::array<std::uint16_t, 4> tls_ports{443, 8443, 4443, 9443};
constexpr std::string_view method = "GET ";
constexpr std::size_t searched = 16'384;  // of a page, from its beginning
constexpr std::size_t most_fields_told = 24;

struct Field {
  std::string name;  // in small letters
  std::string_view value;
};
struct Response {
  unsigned status = 0;
  std::vector<Field> fields;
  std::string_view body;
  bool whole_head = false;

  [[nodiscard]] std::string_view field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() ? std::string_view{} : found->value;
  }
};

// RFC 9112 §4.
std::optional<unsigned> status_of(std::string_view line) {
  constexpr std::string_view begin = "HTTP/1.";
  if (!line.starts_with(begin) || line.size() < begin.size() + 5) return std::nullopt;
  line.remove_prefix(begin.size() + 1);
  if (!line.starts_with(' ')) return std::nullopt;
  line.remove_prefix(1);
  unsigned status = 0;
  constexpr unsigned ten = 10;
  for (const char c : line.substr(0, 3)) {
    if (c < '0' || c > '9') return std::nullopt;
    status = status * ten + static_cast<unsigned>(c - '0');
  }
  return status;
}

std::optional<Response> response_in(std::string_view text) {
  const auto first = first_line(text);
  const auto status = status_of(first ? first->text : text);
  if (!status) return std::nullopt;
  Response response{.status = *status, .fields = {}, .body = {}};
  text = first ? first->rest : std::string_view{};
  while (const auto line = first_line(text)) {
    text = line->rest;
    if (line->text.empty()) {
      response.whole_head = true;
      response.body = text;
      break;
    }
    const std::size_t colon = line->text.find(':');
    if (colon == std::string_view::npos) continue;
    response.fields.push_back({lower(line->text.substr(0, colon)), trimmed(line->text.substr(colon + 1))});
  }
  return response;
}

// "(Debian)" as "Debian", and all else as it stands.
std::string_view without_brackets(std::string_view words) {
  if (!words.starts_with('(') || words.find(')') != words.size() - 1) return words;
  return words.substr(1, words.size() - 2);
}

// "5.33.0"
bool is_dotted_number(std::string_view word) {
  const bool dotted = word.find('.') != std::string_view::npos && !word.ends_with('.');
  return dotted && is_version(word) && word.find_first_not_of("0123456789.") == std::string_view::npos;
}

// "nginx/1.22.1", "Apache/2.4.57 (Debian) OpenSSL/3.0.9": the first product is the server, what stands behind it says
// more. Some have a blank before their version, against RFC 9110 §10.1.5: "monit 5.33.0".
void name_server(std::string_view server, Facts& facts) {
  const std::size_t end = std::min(server.find(' '), server.size());
  const std::string_view product = server.substr(0, end);
  const std::size_t slash = product.find('/');
  facts.product = product.substr(0, slash);
  if (slash != std::string_view::npos) facts.version = product.substr(slash + 1);
  std::string_view more = trimmed(server.substr(end));
  if (const std::string_view next = more.substr(0, more.find(' '));
      slash == std::string_view::npos && is_dotted_number(next)) {
    facts.version = next;
    more = trimmed(more.substr(next.size()));
  }
  facts.extra = without_brackets(more);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> usual{
      {{"Apache", "Apache httpd"},
       {"Microsoft-IIS", "Microsoft IIS httpd"},
       {"lighttpd", "lighttpd"},
       {"nginx", "nginx"}}};
  for (const auto& [said, called] : usual) {
    if (facts.product == said) facts.product = called;
  }
  for (const std::string_view system : {"Debian", "Ubuntu", "CentOS", "Fedora", "Red Hat"}) {
    if (contains_case(server, system)) facts.system = "Linux";
  }
  if (contains_case(server, "Win64") || contains_case(server, "Win32") || product.starts_with("Microsoft-")) {
    facts.system = "Windows";
  }
}

// What stands in some lines, as one.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, 2 * longest_detail)) {
    const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!is_blank) {
      line += c;
    } else if (!line.empty() && !line.ends_with(' ')) {
      line += ' ';
    }
  }
  return std::string{trimmed(line)};
}

std::string_view title_of(std::string_view body) {
  const std::string small = lower(body.substr(0, searched));
  const std::size_t begin = small.find("<title");
  if (begin == std::string::npos) return {};
  const std::size_t open = small.find('>', begin);
  const std::size_t end = small.find("</title", begin);
  if (open == std::string::npos || end == std::string::npos || end < open) return {};
  return trimmed(body.substr(open + 1, end - open - 1));
}

// The value of an attribute of one tag, in quotes or not; `small` is the tag in small letters.
std::string_view attribute_of(std::string_view tag, std::string_view small, std::string_view name) {
  const std::size_t at = small.find(" " + std::string{name} + "=");
  if (at == std::string_view::npos) return {};
  std::string_view value = tag.substr(at + name.size() + 2);
  const char quote = value.empty() ? ' ' : value.front();
  if (quote != '"' && quote != '\'') return value.substr(0, value.find_first_of(" \t\r\n/"));
  value.remove_prefix(1);
  const std::size_t end = value.find(quote);
  return end == std::string_view::npos ? std::string_view{} : value.substr(0, end);
}

// <meta name="generator" content="WordPress 6.4.3">
std::string_view generator_of(std::string_view body) {
  body = body.substr(0, searched);
  const std::string small = lower(body);
  constexpr std::string_view begin = "<meta";
  for (std::size_t at = small.find(begin); at != std::string::npos; at = small.find(begin, at + 1)) {
    const std::size_t end = small.find('>', at);
    if (end == std::string::npos) break;
    const std::string_view tag = std::string_view{small}.substr(at, end - at);
    if (attribute_of(tag, tag, "name") != "generator") continue;
    return trimmed(attribute_of(body.substr(at, end - at), tag, "content"));
  }
  return {};
}

// Below the pages that Tomcat makes itself: "<h3>Apache Tomcat/10.1.60 (Debian)</h3>". It says nothing in its head.
void name_by_page(std::string_view body, Facts& facts) {
  constexpr std::string_view tomcat = "<h3>Apache Tomcat/";
  const std::size_t at = body.substr(0, searched).rfind(tomcat);
  if (at == std::string_view::npos) return;
  const std::string_view behind = body.substr(at + tomcat.size());
  const std::string_view version = behind.substr(0, behind.find('<'));
  if (version.size() == behind.size() || !is_version(version) || !is_printable(version)) return;
  const std::size_t end = std::min(version.find(' '), version.size());
  facts.product = "Apache Tomcat";
  facts.version = version.substr(0, end);
  facts.extra = without_brackets(trimmed(version.substr(end)));
  if (facts.extra == "Debian" || facts.extra == "Ubuntu") facts.system = "Linux";
}

// As much of it as is read: all, where it says how much that is, or its title, where it has named itself.
bool has_come(const Response& response) {
  if (!response.whole_head) return false;
  const std::string_view length = response.field("content-length");
  std::size_t size = searched;
  std::from_chars(length.data(), length.data() + length.size(), size);
  if (response.body.size() >= std::min(size, searched)) return true;
  return !response.field("server").empty() && title_of(response.body).data() != nullptr;
}

void tell_page(const Response& response, Facts& facts) {
  constexpr unsigned first_redirection = 300;
  constexpr unsigned behind_redirections = 400;
  const bool leads_on = response.status >= first_redirection && response.status < behind_redirections;
  add_detail(facts, "http-title", "title", on_one_line(title_of(response.body)));
  if (leads_on) add_detail(facts, "http-title", "redirect_url", response.field("location"));
  add_detail(facts, "http-server-header", "", response.field("server"));
  for (const Field& field : response.fields) {
    if (field.name == "www-authenticate") add_detail(facts, "http-auth", "", field.value);
  }
  const std::string_view generator = generator_of(response.body);
  add_detail(facts, "http-generator", "", generator.empty() ? response.field("x-generator") : generator);
  for (std::size_t i = 0; i < std::min(response.fields.size(), most_fields_told); ++i) {
    std::string name = response.fields[i].name;
    std::ranges::replace(name, '.', '_');  // which would make two keys of it
    add_detail(facts, "http-headers", name, response.fields[i].value);
  }
}

// Who answers for others, by its own name.
bool is_proxy(std::string_view server) {
  constexpr std::array<std::string_view, 4> proxies{"squid", "tinyproxy", "privoxy", "mikrotik httpproxy"};
  return std::ranges::any_of(proxies, [server](std::string_view proxy) { return starts_with_case(server, proxy); });
}

// "400 The plain HTTP request was sent to HTTPS port" and its likes.
bool asks_for_tls(const Response& response) {
  constexpr unsigned bad_request = 400;
  if (response.status != bad_request) return false;
  return contains_case(response.body, "plain HTTP request") ||
         contains_case(response.body, "HTTP request to an HTTPS") ||
         contains_case(response.body, "speaking plain HTTP to an SSL");
}

// Who speaks it for one sentence alone, which says that here is something else: Tor's ports, MongoDB and the transport
// of Elasticsearch.
bool speaks_another(std::string_view heard) {
  constexpr std::array<std::string_view, 2> sentences{"trying to access MongoDB over HTTP on the native driver port",
                                                      "This is not an HTTP port"};
  constexpr std::size_t longest = 512;  // with its head
  if (contains_case(heard.substr(0, heard.find('\n')), "is not an HTTP proxy")) return true;
  return heard.size() <= longest &&
         std::ranges::any_of(sentences, [heard](std::string_view one) { return heard.contains(one); });
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  constexpr std::string_view begin = "HTTP/1.";
  if (!first.starts_with(begin.substr(0, std::min(first.size(), begin.size())))) return {};
  if (speaks_another(first)) return {};
  const auto response = response_in(first);
  if (!response) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  // To another protocol's words, or to silence, a server says less than it would to its own: who named no product there
  // may yet answer that.
  const bool is_asked = talk.turns.front().said.starts_with(method);
  Reading reading{.is = Reading::Is::yes, .confidence = is_asked ? by_grammar : inferred};
  // Where nothing says how long it is, the end says it.
  if (!talk.is_over && !has_come(*response)) return {.is = Reading::Is::more};
  if (!talk.in_tls && asks_for_tls(*response)) {
    reading.wants_tls = true;
    return reading;
  }
  if (const auto server = response->field("server"); !server.empty()) {
    name_server(server, reading.facts);
    reading.confidence = documented;
    if (is_proxy(server)) reading.service = "http-proxy";
  } else {
    name_by_page(response->body, reading.facts);
    if (!reading.facts.product.empty()) reading.confidence = by_grammar;
  }
  tell_page(*response, reading.facts);
  return reading;
}

std::string question(std::string_view host) {
  return fmt::format(
      "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: portolan (service identification)\r\nAccept: */*\r\n"
      "Connection: close\r\n\r\n",
      host);
}

}  // namespace

constinit const Reader http{
    .name = "http",
    .service = "http",
    .document = "RFC 9110, RFC 9112",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 1,
    .question = question,
    .read = read,
};

}  // namespace portolan::identify
