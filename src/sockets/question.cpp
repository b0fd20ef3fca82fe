#include "sockets/question.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "catalog/service_names.h"
#include "plan/port_expression.h"
#include "plan/quoted.h"
#include "sockets/listeners.h"

namespace portolan::sockets {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A service's name: a letter somewhere, and nothing of what lists, ranges and wildcards are written with.
bool is_plain_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return std::ranges::any_of(text, is_letter) && text.find_first_of(",*?[]:") == std::string_view::npos;
}

class Reader {
 public:
  Reader(std::string_view text, const QuestionNames& names) : whole_{text}, names_{names} {}

  Result<Question> read() {
    if (whole_.empty()) return wrong("is empty", "name a port, a service, ADDRESS:PORT or the path of a UNIX socket");
    if (whole_.starts_with('/') || whole_.starts_with("./") || whole_.starts_with("../")) {
      question_.path = whole_;
      return std::move(question_);
    }
    if (whole_.starts_with('@')) {
      question_.path = whole_;
      question_.path.front() = '\0';
      return std::move(question_);
    }
    auto rest = read_protocol(whole_);
    if (rest) rest = read_address(*rest);
    if (!rest) return fail(std::move(rest.error()));
    if (const auto done = read_ports(*rest); !done) return fail(done.error());
    keep_protocol();
    if (question_.tcp.empty() && question_.udp.empty() && question_.sctp.empty()) {
      return wrong("names no port of that protocol", "leave the protocol away, or give the port's number");
    }
    return std::move(question_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what, std::string_view advice) const {
    return fail(Errc::parse, fmt::format("{} {}; {}", plan::quoted(whole_), what, advice));
  }

  // "tcp/..." or ".../tcp"; returns the rest.
  Result<std::string_view> read_protocol(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return text;
    const std::string_view left = text.substr(0, slash);
    const std::string_view right = text.substr(slash + 1);
    for (const auto& [word, rest] : {std::pair{left, right}, std::pair{right, left}}) {
      const auto protocol = kind_of(word);
      if (!protocol) continue;
      const SocketKind seen = *protocol == SocketKind::udplite ? SocketKind::udp : seen_from_outside(*protocol);
      if (seen != SocketKind::tcp && seen != SocketKind::udp && seen != SocketKind::sctp && seen != SocketKind::dccp) {
        return wrong("names a protocol without ports", "tcp, udp, sctp and dccp have some");
      }
      question_.protocol = seen;
      return rest;
    }
    return wrong("names no protocol that is known", "write tcp/53, udp/53, sctp/2905, or a path from the root");
  }

  // "ADDRESS:", "[ADDRESS]:", "*:" or nothing; returns the rest.
  Result<std::string_view> read_address(std::string_view text) {
    if (text.starts_with('[')) {
      const auto close = text.find("]:");
      if (close == std::string_view::npos) return wrong("has a '[' without ']:'", "write [::1]:53");
      if (const auto done = add_address(text.substr(1, close - 1)); !done) return fail(done.error());
      return text.substr(close + 2);
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
      if (!net::IpAddress::parse(text)) return text;
      return wrong("names no port", fmt::format("write {}:PORT", text));
    }
    const std::string_view host = text.substr(0, colon);
    if (host.contains(':')) return wrong("has several colons", "IPv6 addresses stand in brackets: [::1]:53");
    if (const auto done = add_address(host); !done) return fail(done.error());
    return text.substr(colon + 1);
  }

  Result<void> add_address(std::string_view host) {
    if (host.empty() || host == "*") return {};
    if (host == "localhost") {  // RFC 6761 section 6.3
      for (const char* address : {"127.0.0.1", "::1"}) question_.addresses.push_back(*net::IpAddress::parse(address));
      return {};
    }
    const auto address = net::IpAddress::parse(host, names_.zone_of);
    if (!address && host.contains('%')) return fail(address.error());
    if (!address) {
      return wrong(fmt::format("has {}, which is no address", plan::quoted(host)), "names of hosts are not looked up");
    }
    question_.addresses.push_back(*address);
    return {};
  }

  Result<void> read_ports(std::string_view text) {
    if (text.empty()) return wrong("names no port", "write something like 8080, ssh or 127.0.0.1:8080");
    if (is_number(text)) {
      const auto port = net::Port::parse(text);
      if (!port) return wrong(fmt::format("has the port {}", plan::quoted(text)), "ports go from 1 to 65535");
      if (port->value() == 0) {
        return wrong("asks for port 0, which no socket can have", "it stands for \"any\" in requests to the system");
      }
      for (net::PortSet* set : {&question_.tcp, &question_.udp, &question_.sctp}) set->insert(*port);
      return {};
    }
    if (is_plain_name(text)) return read_name(text);
    auto ports = plan::parse_ports(text, names_.services);
    if (!ports) return fail(std::move(ports.error()));
    question_.tcp = std::move(ports->tcp);
    question_.udp = std::move(ports->udp);
    question_.sctp = std::move(ports->sctp);
    return {};
  }

  Result<void> read_name(std::string_view text) {
    const std::string_view name = catalog::registered_name_of(text);
    question_.tcp = names_.services.matching(net::Protocol::tcp, name);
    question_.udp = names_.services.matching(net::Protocol::udp, name);
    question_.sctp = names_.services.matching(net::Protocol::sctp, name);
    if (!question_.tcp.empty() || !question_.udp.empty() || !question_.sctp.empty()) return {};
    return fail(catalog::unknown_service(text, names_.services));
  }

  // Of the ports of a name only those of the protocol that was asked for.
  void keep_protocol() {
    if (!question_.protocol) return;
    if (*question_.protocol != SocketKind::tcp && *question_.protocol != SocketKind::dccp) question_.tcp = {};
    if (*question_.protocol != SocketKind::udp) question_.udp = {};
    if (*question_.protocol != SocketKind::sctp) question_.sctp = {};
  }

  std::string_view whole_;
  const QuestionNames& names_;
  Question question_;
};

}  // namespace

bool Question::fits(const Row& row) const {
  if (!path.empty()) {
    if (row.protocol != SocketKind::unix_domain) return false;
    const bool same_file =
        file_inode != 0 && row.has_file && row.file_inode == file_inode && row.file_device == file_device;
    return row.path == path || same_file;
  }
  const SocketKind seen = row.protocol == SocketKind::udplite ? SocketKind::udp : seen_from_outside(row.protocol);
  if (!is_ip(row) || (protocol && *protocol != seen)) return false;
  const net::PortSet* ports = nullptr;
  if (seen == SocketKind::tcp || seen == SocketKind::dccp) ports = &tcp;
  if (seen == SocketKind::udp) ports = &udp;
  if (seen == SocketKind::sctp) ports = &sctp;
  if (ports == nullptr || row.local_port == 0 || row.local_port > 65535 ||
      !ports->contains(net::Port{static_cast<std::uint16_t>(row.local_port)})) {
    return false;
  }
  if (addresses.empty()) return true;
  const Place place{.address = row.local, .only_v6 = row.only_v6, .interface = row.interface};
  return std::ranges::any_of(addresses, [&](const net::IpAddress& address) {
    if (waits(row)) return place.takes(address);
    return row.local.unmapped().without_zone() == address.unmapped().without_zone();
  });
}

std::optional<net::Port> Question::only_port() const {
  net::PortSet all = tcp;
  for (const net::PortSet* set : {&udp, &sctp}) {
    for (const net::PortRange& range : set->ranges()) all.insert(range);
  }
  if (all.size() != 1) return std::nullopt;
  return all.ranges().front().first;
}

Result<Question> parse_question(std::string_view text, const QuestionNames& names) {
  return Reader{text, names}.read();
}

}  // namespace portolan::sockets
