// ss's filter language: which sockets are wanted. One tree, evaluated on a row by matches(), and by the kernel where
// sock_diag's bytecode can say the same (docs/filters.md has the grammar). Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "sockets/row.h"

namespace portolan::sockets {

// What a filter may name but only the system can look up. An empty function knows none.
struct FilterNames {
  std::function<std::optional<std::uint32_t>(std::string_view service)> port;           // "ssh" -> 22
  std::function<Result<std::vector<net::IpAddress>>(std::string_view host)> addresses;  // "localhost"
  std::function<std::optional<std::uint32_t>(std::string_view interface)> interface;    // "eth0" -> 2
  std::function<std::optional<std::uint64_t>(std::string_view path)> cgroup;            // "/system.slice" -> id
  std::function<std::optional<std::uint32_t>(std::string_view name)> user;              // "root" -> 0
  // What a host without a prefix is: unix_domain (a pattern for paths), packet, netlink or vsock where only sockets of
  // that kind are listed; `none`: an IP address.
  AddressFamily hosts = AddressFamily::none;
  // Ports that the kernel hands out by itself (net.ipv4.ip_local_port_range), both ends in: what `autobound` asks.
  std::pair<std::uint32_t, std::uint32_t> ephemeral_ports{32768, 60999};
};

// What a row must hold beyond the minimum before matches() can judge it.
struct FilterNeeds {
  bool mark = false;     // Row::mark; the kernel tells it to CAP_NET_ADMIN only, and everybody else's rows count as 0
  bool cgroup = false;   // Row::cgroup
  bool holders = false;  // Row::holders
  // Nothing more of the row, but the filter holds numbers that mean something in one network namespace only: of
  // interfaces, or the ports that the kernel hands out there. Elsewhere it has to be parsed again, with names from
  // there.
  bool one_network = false;
};

// The words of a command line as one text. A word with blanks that stands where a value does ("src" before it, or a
// sign) is one value: src "unix:/run/my sock". Anywhere else it is several words, as ss takes it: "sport = :22".
std::string filter_text_of(std::span<const std::string> words);

class Filter {
 public:
  // `text` is one expression: "state listening and ( sport = :22 or sport = :ssh )". "" lets everything pass.
  // Errc::parse (or what a look-up failed with): one sentence, then two lines that show the text and mark the place
  // with ^.
  static Result<Filter> parse(std::string_view text, const FilterNames& names);
  Filter();  // everything passes
  ~Filter();
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  [[nodiscard]] bool matches(const Row& row) const;
  // States that any matching row can have, for the mask in a sock_diag request; all_states where it does not say.
  [[nodiscard]] StateMask states() const;
  // Whether the filter names states at all: without that the defaults of the command hold.
  [[nodiscard]] bool names_states() const;

  // False: no socket of this kind can match, whatever it is like, so its list need not be asked for.
  [[nodiscard]] bool may_match(SocketKind protocol) const;
  // The same of those that are in no list because they are not bound, or because there is no list of the kind
  // (sockets/unlisted.h).
  [[nodiscard]] bool may_match_unlisted(SocketKind protocol) const;
  [[nodiscard]] FilterNeeds needs() const;

  // For IP sockets: a program for INET_DIAG_REQ_BYTECODE that lets pass every row that matches, and perhaps more, so
  // matches() always has the last word. Empty: it cannot tell anything. A kernel may refuse it: EPERM where it asks
  // for marks without CAP_NET_ADMIN, EINVAL where an operation is younger than the kernel (interfaces came with 4.8,
  // marks with 4.9, equality of ports with 4.16, control groups with 5.8). The caller then asks again without it.
  [[nodiscard]] std::vector<std::uint8_t> bytecode() const;
  // The program, with states() as the mask of the request, lets pass exactly the IP rows that match. An empty program
  // lets everything pass.
  [[nodiscard]] bool bytecode_is_exact() const;

  // The tree, fully bracketed, with names looked up: what a test compares. Parsed again it gives the same text.
  [[nodiscard]] std::string text() const;

  struct Node;

 private:
  explicit Filter(std::unique_ptr<const Node> root);
  std::unique_ptr<const Node> root_;
};

}  // namespace portolan::sockets
