// A filter as text that parses to the same filter.

#include "base/text.h"
#include "sockets/filter/filter_node.h"
#include "sockets/filter/filter_words.h"

namespace portolan::sockets {
namespace {

std::string_view word_of(Side side) { return side == Side::source ? "src" : "dst"; }

// A value with blanks, brackets or operators in it, in quotes.
std::string quote_value(std::string_view value) {
  if (value.find_first_of(" \t\n\v\f\r()&|\"'\\") == std::string_view::npos) return std::string{value};
  std::string text;
  while (!value.empty()) {
    const char quote = value.front() == '\'' ? '"' : '\'';
    const std::size_t length = std::min(value.find(quote), value.size());
    text += quote;
    text += value.substr(0, length);
    text += quote;
    value.remove_prefix(length);
  }
  return text;
}

// `highest` is the largest number that the language knows here; what lies beyond can only be said by "more than".
std::string print_comparison(Range range, std::string_view before, std::uint32_t highest) {
  if (range.low == range.high) return fmt::format("= {}{}", before, range.low);
  if (range.low == 1 && range.high == 0) return fmt::format("< {}0", before);
  if (range.low == 0 && range.high == highest_number) return "= *";
  if (range.low == 0) return fmt::format("<= {}{}", before, range.high);
  if (range.high != highest_number) return fmt::format("= {}{}-{}", before, range.low, range.high);
  if (range.low > highest) return fmt::format("> {}{}", before, range.low - 1);
  return fmt::format(">= {}{}", before, range.low);
}

template <class Number>
std::string number_or_star(const std::optional<Number>& number) {
  return number ? fmt::format("{}", *number) : "*";
}

std::string print_states(StateMask states, std::string_view keyword) {
  std::string text;
  for (std::size_t i = 0; i < single_states; ++i) {
    if ((state_words[i].states & states) != 0) {
      append(text, "{}{} {}", text.empty() ? "" : " ", keyword, state_words[i].word);
    }
  }
  return text;
}

std::string print(const StateTest& test) {
  if (test.states == all_states) return "state all";
  if (test.states == 0) return "exclude all";
  // A set with `unknown` in it came from `exclude`.
  return (test.states & mask_of(State::unknown)) != 0 ? print_states(~test.states, "exclude")
                                                      : print_states(test.states, "state");
}

std::string print(const HostTest& test) {
  std::string text{word_of(test.side)};
  text += ' ';
  if (test.family) text += *test.family == net::Family::v4 ? "inet:" : "inet6:";
  if (!test.prefix) return text + '*';
  const net::Prefix& prefix = *test.prefix;
  const bool whole = prefix.length == prefix.address.bytes().size() * 8;
  text += prefix.address.is_v4() ? to_string(prefix.address) : fmt::format("[{}]", to_string(prefix.address));
  if (!whole) append(text, "/{}", prefix.length);
  return text;
}

std::string print(const PortTest& test) {
  return fmt::format("{} {}", test.side == Side::source ? "sport" : "dport", print_comparison(test.ports, ":", 65535));
}

std::string print(const PathTest& test) { return "src unix:" + quote_value(test.pattern); }

std::string print(const LinkTest& test) {
  return fmt::format("src link:{}:{}", number_or_star(test.ether_type), number_or_star(test.interface));
}

std::string print(const NetlinkTest& test) {
  return fmt::format("{} netlink:{}:{}", word_of(test.side), number_or_star(test.family), number_or_star(test.port));
}

std::string print(const VsockTest& test) {
  return fmt::format("{} vsock:{}:{}", word_of(test.side), number_or_star(test.context), number_or_star(test.port));
}

std::string print(const DeviceTest& test) { return fmt::format("dev = {}", test.index); }

std::string print(const MarkTest& test) { return fmt::format("fwmark = {:#x}/{:#x}", test.mark, test.mask); }

std::string print(const CgroupTest& test) { return fmt::format("cgroup = {}", test.id); }

std::string print(const AutoboundTest&) { return "autobound"; }

std::string print(const ProtocolTest& test) { return fmt::format("proto = {}", name_of(test.protocol)); }

std::string print(const UserTest& test) {
  return fmt::format("uid {}", print_comparison(test.users, "", highest_number));
}

std::string print(const ProcessTest& test) { return fmt::format("pid = {}", test.pid); }

}  // namespace

std::string text_of(const Filter::Node& node) {
  if (node.kind == Filter::Node::Kind::test) {
    return std::visit([](const auto& test) { return print(test); }, node.test);
  }
  if (node.kind == Filter::Node::Kind::negation) return fmt::format("(not {})", text_of(*node.parts.front()));
  const std::string_view between = node.kind == Filter::Node::Kind::all_of ? " and " : " or ";
  std::string text = "(";
  for (const auto& part : node.parts) {
    if (text.size() > 1) text += between;
    text += text_of(*part);
  }
  return text + ')';
}

}  // namespace portolan::sockets
