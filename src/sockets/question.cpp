#include "sockets/question.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/message.h"
#include "base/odd_zero.h"
#include "base/text.h"
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

// Letters, digits, '+', '-' and '.' (RFC 3986 section 3.1).
bool is_scheme(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

// The low 32 bits are all that sock_diag tells of an inode.
bool same_inode(std::uint64_t one, std::uint64_t other) {
  return static_cast<std::uint32_t>(one) == static_cast<std::uint32_t>(other);
}

Place place_of(const Row& row) { return {.address = row.local, .only_v6 = row.only_v6, .interface = row.interface}; }

class Reader {
 public:
  Reader(std::string_view text, const QuestionNames& names) : whole_{text}, names_{names} {}

  Result<Question> read() {
    if (whole_.empty())
      return wrong(message("is empty"), message("name a port, a service, ADDRESS:PORT or the path of a UNIX socket"));
    if (whole_.starts_with('/') || whole_.starts_with("./") || whole_.starts_with("../")) {
      question_.path = whole_;
      return std::move(question_);
    }
    if (whole_.starts_with('@')) {
      question_.path = whole_;
      question_.path.front() = '\0';
      return std::move(question_);
    }
    auto rest = read_url(whole_);
    if (rest && !question_.path.empty()) return std::move(question_);
    if (rest) rest = read_protocol(*rest);
    if (rest) rest = read_address(*rest);
    if (!rest) return fail(std::move(rest.error()));
    if (const auto done = read_ports(*rest); !done) return fail(done.error());
    keep_protocol();
    if (question_.tcp.empty() && question_.udp.empty() && question_.sctp.empty()) {
      return wrong(message("names no port of that protocol"),
                   message("leave the protocol away, or give the port's number"));
    }
    return std::move(question_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what, std::string_view advice) const {
    return fail(Errc::parse, said("{0} {1}; {2}", plan::quoted(whole_), translated(what), translated(advice)));
  }

  Result<void> check_zeros(std::string_view address) const {
    if (const auto odd = odd_zero(address))
      return fail(Errc::parse, said("{0} has {1}", plan::quoted(whole_), translated(*odd)));
    return {};
  }

  // "http://localhost:8000/index": what stands between the slashes. Without a port it is that of the scheme's name.
  Result<std::string_view> read_url(std::string_view text) {
    if (text.starts_with("unix:/")) {  // "unix:/run/x.sock", "unix:///run/x.sock"
      text.remove_prefix(text.starts_with("unix:///") ? 7 : 5);
      question_.path = text;
      return text;
    }
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return text;
    const std::string_view scheme = text.substr(0, colon);
    text.remove_prefix(colon + 3);
    text = text.substr(0, text.find('/'));
    question_.protocol = SocketKind::tcp;
    if (const auto protocol = kind_of(lower_case(scheme))) {
      if (const auto done = take_protocol(*protocol); !done) return fail(done.error());
      return text;
    }
    const bool has_port = text.rfind(':') != std::string_view::npos && !text.ends_with(']');
    if (has_port) return text;
    text_ = fmt::format("{}:{}", text, lower_case(scheme));
    return std::string_view{text_};
  }

  Result<void> take_protocol(SocketKind protocol) {
    const SocketKind seen = protocol == SocketKind::udplite ? SocketKind::udp : seen_from_outside(protocol);
    if (seen != SocketKind::tcp && seen != SocketKind::udp && seen != SocketKind::sctp && seen != SocketKind::dccp) {
      return wrong(message("names a protocol without ports"), message("tcp, udp, sctp and dccp have some"));
    }
    question_.protocol = seen;
    return {};
  }

  // "tcp/...", "tcp:..." or ".../tcp", in any case; returns the rest.
  Result<std::string_view> read_protocol(std::string_view text) {
    const auto sign = text.find_first_of("/:");
    if (sign == std::string_view::npos) return text;
    const std::string_view left = text.substr(0, sign);
    const std::string_view right = text.substr(sign + 1);
    if (const auto protocol = kind_of(lower_case(left))) {
      if (const auto done = take_protocol(*protocol); !done) return fail(done.error());
      return right;
    }
    const auto slash = text.rfind('/');
    if (slash == std::string_view::npos) return text;
    if (const auto protocol = kind_of(lower_case(text.substr(slash + 1)))) {
      if (const auto done = take_protocol(*protocol); !done) return fail(done.error());
      return text.substr(0, slash);
    }
    return wrong(message("names no protocol that is known"),
                 message("write tcp/53, udp/53, sctp/2905, or a path that begins with / or ./"));
  }

  // "ADDRESS:", "[ADDRESS]:", "[ADDRESS]%ZONE:", "*:" or nothing; returns the rest.
  Result<std::string_view> read_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (text.starts_with('[')) {
      const auto close = text.find(']');
      const std::string_view behind = close == std::string_view::npos ? std::string_view{} : text.substr(close + 1);
      const bool has_zone = behind.starts_with('%') && behind.contains(':');
      if (!behind.starts_with(':') && !has_zone)
        return wrong(message("has a '[' without ']:'"), message("write [::1]:53"));
      if (behind.starts_with("%:"))
        return wrong(message("has a '%' without an interface"), message("write fe80::1%eth0"));
      const std::string_view zone = has_zone ? behind.substr(1, behind.find(':') - 1) : std::string_view{};
      if (const auto done = add_address(text.substr(1, close - 1), zone); !done) return fail(done.error());
      return behind.substr(behind.find(':') + 1);
    }
    if (colon == std::string_view::npos) {
      if (const auto done = check_zeros(text); !done) return fail(done.error());
      if (!net::IpAddress::parse(text)) return text;
      return wrong(message("names no port"), said("write {}:PORT", text));
    }
    const std::string_view host = text.substr(0, colon);
    // netstat and many programs print "::1:631" and ":::3000": the last colon is the port's.
    if (host.contains(':') && !net::IpAddress::parse(host.substr(0, host.find('%')))) {
      return wrong(message("has several colons"), message("IPv6 addresses stand in brackets: [::1]:53"));
    }
    if (const auto done = add_address(host, {}); !done) return fail(done.error());
    return text.substr(colon + 1);
  }

  // `zone` stood behind the bracket; it may stand behind the address, too.
  Result<void> add_address(std::string_view host, std::string_view zone) {
    if (const auto percent = host.find('%'); percent != std::string_view::npos) {
      zone = host.substr(percent + 1);
      host = host.substr(0, percent);
      if (zone.empty()) return wrong(message("has a '%' without an interface"), message("write fe80::1%eth0"));
    }
    std::uint32_t named = 0;
    if (!zone.empty()) {
      const auto index = interface_of(zone);
      if (!index) return fail(index.error());
      named = *index;
    }
    if (host.empty() || host == "*") {
      if (named != 0) question_.addresses.push_back({*net::IpAddress::parse("::"), named});
      return {};
    }
    if (lower_case(host) == "localhost") {  // RFC 6761 section 6.3
      for (const char* address : {"127.0.0.1", "::1"}) {
        question_.addresses.push_back({*net::IpAddress::parse(address), named});
      }
      return {};
    }
    const auto address = net::IpAddress::parse(host);
    if (!address) {
      if (const auto done = check_zeros(host); !done) return done;
      return wrong(said("has {}, which is no address", plan::quoted(host)),
                   message("names of hosts are not looked up"));
    }
    question_.addresses.push_back({address->is_v4() ? *address : address->with_zone(named), named});
    return {};
  }

  Result<std::uint32_t> interface_of(std::string_view name) {
    const std::uint32_t index = names_.zone_of ? names_.zone_of(name) : 0;
    if (index != 0) return index;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size() && number != 0) return number;
    return wrong(said("has the interface {}, which is not there", plan::quoted(name)), message("`ip link` lists them"));
  }

  Result<void> read_ports(std::string_view text) {
    if (text.empty())
      return wrong(message("names no port"), message("write something like 8080, ssh or 127.0.0.1:8080"));
    if (is_number(text)) {
      const auto port = net::Port::parse(text);
      if (!port) return wrong(said("has the port {}", plan::quoted(text)), message("ports go from 1 to 65535"));
      if (port->value() == 0) {
        return wrong(message("asks for port 0, which no socket can have"),
                     message("it stands for \"any\" in requests to the system"));
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
    if (take_system_ports(text)) return {};
    const std::string_view name = catalog::registered_name_of(text);
    question_.tcp = names_.services.matching(net::Protocol::tcp, name);
    question_.udp = names_.services.matching(net::Protocol::udp, name);
    question_.sctp = names_.services.matching(net::Protocol::sctp, name);
    if (!question_.tcp.empty() || !question_.udp.empty() || !question_.sctp.empty()) return {};
    return fail(catalog::unknown_service(text, names_.services));
  }

  bool take_system_ports(std::string_view name) {
    bool found = false;
    for (const auto& [protocol, ports] : {std::pair{net::Protocol::tcp, &question_.tcp},
                                          {net::Protocol::udp, &question_.udp},
                                          {net::Protocol::sctp, &question_.sctp}}) {
      const auto port = names_.system_port ? names_.system_port(protocol, name) : std::nullopt;
      if (port) ports->insert(*port);
      found = found || port.has_value();
    }
    return found;
  }

  // Of the ports of a name only those of the protocol that was asked for.
  void keep_protocol() {
    if (!question_.protocol) return;
    if (*question_.protocol != SocketKind::tcp && *question_.protocol != SocketKind::dccp) question_.tcp = {};
    if (*question_.protocol != SocketKind::udp) question_.udp = {};
    if (*question_.protocol != SocketKind::sctp) question_.sctp = {};
  }

  std::string_view whole_;
  std::string text_;  // what a URL was read as, where that is more than a part of it
  const QuestionNames& names_;
  Question question_;
};

}  // namespace

bool Question::fits(const Row& row) const {
  if (!path.empty()) {
    if (row.protocol != SocketKind::unix_domain) return false;
    if (path.front() == '\0' || file.state == File::State::unknown) return row.path == path;
    if (file.state == File::State::none) return false;
    // Without sock_diag the kernel tells the name only.
    if (!row.has_file) return row.path == path;
    return same_inode(row.file_inode, file.inode) && row.file_device == file.device;
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
  const Place place = place_of(row);
  return std::ranges::any_of(addresses, [&](const AskedAddress& asked) {
    if (asked.named != 0 && !place.is_on(asked.named)) return false;
    // A connection's socket that began as [::] keeps 0.0.0.0 from being bound, whatever address it has by now
    // (ipv4_rcv_saddr_equal in net/ipv4/inet_connection_sock.c).
    const bool may_be_dual = !waits(row) && asked.address == net::IpAddress::v4(0);
    return may_be_dual || place.shares(asked.address);
  });
}

bool Question::is_answered_by(const Row& row) const {
  if (!waits(row) || !fits(row)) return false;
  if (!path.empty() || addresses.empty()) return true;
  const Place place = place_of(row);
  return std::ranges::any_of(addresses, [&](const AskedAddress& asked) {
    if (!place.takes(asked.address) && !(is_wildcard(asked.address) && place.shares(asked.address))) return false;
    if (asked.named != 0) return place.is_on(asked.named);
    return asked.interfaces.empty() ||
           std::ranges::any_of(asked.interfaces, [&](std::uint32_t one) { return place.is_on(one); });
  });
}

bool Question::has_only_the_name(const Row& row) const {
  return !path.empty() && row.protocol == SocketKind::unix_domain && row.path == path && !fits(row);
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
