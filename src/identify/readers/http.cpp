// HTTP: any "HTTP/1.x NNN" is its, whatever follows; the Server field names the product (RFC 9110 §10.2.4).
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 10> ports{80, 8080, 8000, 8008, 8081, 8888, 3000, 5000, 9090, 591};
constexpr std::array<std::uint16_t, 4> tls_ports{443, 8443, 4443, 9443};
constexpr std::size_t longest_title = 128;

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

// "nginx/1.22.1", "Apache/2.4.57 (Debian) OpenSSL/3.0.9": the first product is the server, what stands behind it says
// more.
void name_server(std::string_view server, Facts& facts) {
  const std::size_t end = std::min(server.find(' '), server.size());
  const std::string_view product = server.substr(0, end);
  const std::size_t slash = product.find('/');
  facts.product = product.substr(0, slash);
  if (slash != std::string_view::npos) facts.version = product.substr(slash + 1);
  facts.extra = trimmed(server.substr(end));
  if (facts.extra.starts_with('(') && facts.extra.find(')') == facts.extra.size() - 1) {
    facts.extra = facts.extra.substr(1, facts.extra.size() - 2);
  }
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

std::string_view title_of(std::string_view body) {
  const std::string small = lower(body.substr(0, 16'384));
  const std::size_t begin = small.find("<title");
  if (begin == std::string::npos) return {};
  const std::size_t open = small.find('>', begin);
  const std::size_t end = small.find("</title", begin);
  if (open == std::string::npos || end == std::string::npos || end < open) return {};
  return trimmed(body.substr(open + 1, std::min(end - open - 1, longest_title)));
}

// "400 The plain HTTP request was sent to HTTPS port" and its likes.
bool asks_for_tls(const Response& response) {
  constexpr unsigned bad_request = 400;
  if (response.status != bad_request) return false;
  return contains_case(response.body, "plain HTTP request") ||
         contains_case(response.body, "HTTP request to an HTTPS") ||
         contains_case(response.body, "speaking plain HTTP to an SSL");
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  constexpr std::string_view begin = "HTTP/1.";
  if (!first.starts_with(begin.substr(0, std::min(first.size(), begin.size())))) return {};
  const auto response = response_in(first);
  if (!response) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  const bool titled = title_of(response->body).data() != nullptr;
  // Where nothing says how long it is, the end says it.
  if (!response->whole_head || (!titled && !talk.is_over && response->body.size() < 1'024)) {
    if (!talk.is_over) return {.is = Reading::Is::more};
  }
  if (!talk.in_tls && asks_for_tls(*response)) {
    reading.wants_tls = true;
    return reading;
  }
  if (const auto server = response->field("server"); !server.empty()) {
    name_server(server, reading.facts);
    reading.confidence = documented;
  }
  if (const auto title = title_of(response->body); !title.empty()) {
    reading.facts.extra += (reading.facts.extra.empty() ? "" : "; ") + fmt::format("title: {}", title);
  }
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
