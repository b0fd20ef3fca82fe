// Text to a filter's tree, by recursive descent: `or` binds weakest, then `and` (written or not), then `not`.

#include <algorithm>
#include <array>

#include "base/escape.h"
#include "base/suggest.h"
#include "base/text.h"
#include "sockets/filter/filter_node.h"
#include "sockets/filter/filter_values.h"
#include "sockets/filter/filter_words.h"

namespace portolan::sockets {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_in_keyword(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

std::string folded(std::string_view text) {
  std::string word{text};
  std::ranges::transform(word, word.begin(), fold);
  return word;
}

// --- showing the place

constexpr std::size_t shown_before = 40;  // bytes
constexpr std::size_t shown_behind = 32;

bool is_inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80;
}

// Two lines: what stands around `place`, and a ^ under it.
std::string mark_place(std::string_view text, std::size_t place) {
  std::size_t begin = place > shown_before ? place - shown_before : 0;
  while (begin < place && is_inside_character(text, begin)) ++begin;
  std::size_t end = std::min(text.size(), place + shown_behind);
  while (is_inside_character(text, end)) ++end;
  const std::string before = (begin > 0 ? "..." : "") + escape_terminal(text.substr(begin, place - begin));
  const std::string behind = escape_terminal(text.substr(place, end - place)) + (end < text.size() ? "..." : "");
  const auto columns =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
  return fmt::format("  {}{}\n  {:>{}}", before, behind, '^', columns + 1);
}

// --- comparisons

enum class Comparison : std::uint8_t { equal, unequal, less, greater, at_most, at_least };

struct ComparisonWord {
  std::string_view word;
  Comparison comparison;
};
// A sign that begins another comes behind it.
constexpr std::array<ComparisonWord, 7> comparison_signs{{{"==", Comparison::equal},
                                                          {"!=", Comparison::unequal},
                                                          {"<=", Comparison::at_most},
                                                          {">=", Comparison::at_least},
                                                          {"=", Comparison::equal},
                                                          {"<", Comparison::less},
                                                          {">", Comparison::greater}}};
constexpr std::array<ComparisonWord, 9> comparison_words{{{"eq", Comparison::equal},
                                                          {"ne", Comparison::unequal},
                                                          {"neq", Comparison::unequal},
                                                          {"lt", Comparison::less},
                                                          {"gt", Comparison::greater},
                                                          {"le", Comparison::at_most},
                                                          {"leq", Comparison::at_most},
                                                          {"ge", Comparison::at_least},
                                                          {"geq", Comparison::at_least}}};

// What lies below, above or in `range`; == and != give the range itself.
Range apply(Comparison comparison, Range range) {
  switch (comparison) {
    case Comparison::less:
      return range.low == 0 ? Range{.low = 1, .high = 0} : Range{.low = 0, .high = range.low - 1};
    case Comparison::greater:
      return range.high == highest_number ? Range{.low = 1, .high = 0} : Range{.low = range.high + 1};
    case Comparison::at_most:
      return {.low = 0, .high = range.high};
    case Comparison::at_least:
      return {.low = range.low};
    case Comparison::equal:
    case Comparison::unequal:
      break;
  }
  return range;
}

template <class... Nodes>
std::vector<FilterNode> list_of(Nodes... nodes) {
  std::vector<FilterNode> list;
  (list.push_back(std::move(nodes)), ...);
  return list;
}

// "!=" is asked of the sockets that "=" can be asked of: `sport != :22` does not list UNIX sockets.
FilterNode others_than(FilterNode node, FilterNode everything) {
  return make_all_of(list_of(std::move(everything), make_negation(std::move(node))));
}

FilterNode any_ip() { return make_test(HostTest{.side = Side::source, .family{}, .prefix{}}); }

// Everything that a host of its family could be: `src unix:*` for a path.
FilterNode everything_like(const Filter::Node& node) {
  const Test& test = node.kind == Filter::Node::Kind::test ? node.test : Test{HostTest{}};
  return std::visit(Overloaded{
                        [](const PathTest&) { return make_test(PathTest{"*"}); },
                        [](const LinkTest&) { return make_test(LinkTest{}); },
                        [](const NetlinkTest& netlink) { return make_test(NetlinkTest{netlink.side, {}, {}}); },
                        [](const VsockTest& vsock) { return make_test(VsockTest{vsock.side, {}, {}}); },
                        [](const auto&) { return any_ip(); },
                    },
                    test);
}

constexpr std::array<std::string_view, 17> keywords{"state", "exclude", "src",       "dst",   "sport", "dport",
                                                    "dev",   "fwmark",  "cgroup",    "proto", "user",  "uid",
                                                    "pid",   "and",     "autobound", "or",    "not"};

class Parser {
 public:
  Parser(std::string_view text, const FilterNames& names) : text_{text}, names_{names} {}

  Result<FilterNode> parse() {
    skip_blanks();
    if (at_ == text_.size()) return FilterNode{};
    auto node = read_or();
    if (!node) return node;
    if (at_ < text_.size()) return error(at_, "this ) closes no bracket");
    return node;
  }

 private:
  // --- letters and words

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] bool next_is(std::string_view text) const { return text_.substr(at_).starts_with(text); }

  // The keyword that comes next, in lower case; "" where none does.
  [[nodiscard]] std::string_view keyword_text() const {
    std::size_t end = at_;
    while (end < text_.size() && is_in_keyword(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  // Takes one of two spellings, of which the first is a word.
  bool take(std::string_view word, std::string_view sign) {
    skip_blanks();
    const std::string_view next = keyword_text();
    if (next.size() == word.size() && folded(next) == word) {
      at_ += word.size();
      return true;
    }
    if (!next_is(sign)) return false;
    at_ += sign.size();
    if (next_is(sign)) at_ += sign.size();  // && and ||
    return true;
  }
  bool take_not() {
    skip_blanks();
    if (next_is("!") && !next_is("!=")) {
      ++at_;
      return true;
    }
    return folded(keyword_text()) == "not" && (at_ += 3) != 0;
  }
  [[nodiscard]] bool at_or() const { return next_is("|") || folded(keyword_text()) == "or"; }

  // What stands up to the next blank, bracket or operator; quotes take everything, and a backslash the next letter, of
  // which it remains in front for patterns of paths.
  Result<std::string> read_value() {
    skip_blanks();
    std::string value;
    while (!at_end() && !is_blank(text_[at_]) && std::string_view{"()&|"}.find(text_[at_]) == std::string_view::npos) {
      const char c = text_[at_++];
      if (c == '\'' || c == '"') {
        const std::size_t close = text_.find(c, at_);
        if (close == std::string_view::npos) return error(at_ - 1, "this quote is not closed");
        value += text_.substr(at_, close - at_);
        at_ = close + 1;
        continue;
      }
      value += c;
      if (c == '\\' && !at_end()) value += text_[at_++];
    }
    return value;
  }
  // The same, for a keyword that cannot do without. `place_` is where it stands.
  Result<std::string> read_value_of(std::string_view keyword, std::string_view example) {
    skip_blanks();
    place_ = at_;
    auto value = read_value();
    if (!value || !value->empty() || at_ > place_) return value;
    return error(place_, fmt::format("'{}' lacks its value; write something like {}", keyword, example));
  }

  Comparison read_comparison() {
    skip_blanks();
    for (const auto& [sign, comparison] : comparison_signs) {
      if (!next_is(sign)) continue;
      at_ += sign.size();
      return comparison;
    }
    const std::size_t before = at_;
    const auto value = read_value();
    for (const auto& [word, comparison] : comparison_words) {
      if (value && folded(*value) == word) return comparison;
    }
    at_ = before;
    return Comparison::equal;
  }
  Result<bool> read_sameness(std::string_view keyword) {
    skip_blanks();
    const std::size_t place = at_;
    const Comparison comparison = read_comparison();
    if (comparison == Comparison::equal || comparison == Comparison::unequal) return comparison == Comparison::equal;
    return error(place, fmt::format("'{}' can only be compared with = and !=", keyword));
  }

  [[nodiscard]] std::unexpected<Error> error(std::size_t place, std::string_view sentence) const {
    return error(place, Error{Errc::parse, std::string{sentence}});
  }
  [[nodiscard]] std::unexpected<Error> error(std::size_t place, const Error& why) const {
    return fail(why.code, fmt::format("in the filter, {}\n{}", why.message, mark_place(text_, place)));
  }

  // --- expressions

  Result<FilterNode> read_or() {
    std::vector<FilterNode> parts;
    do {
      auto part = read_and();
      if (!part) return part;
      parts.push_back(std::move(*part));
    } while (take("or", "|"));
    return make_any_of(std::move(parts));
  }

  Result<FilterNode> read_and() {
    std::vector<FilterNode> parts;
    do {
      auto part = read_not();
      if (!part) return part;
      parts.push_back(std::move(*part));
      skip_blanks();
    } while (take("and", "&") || !(at_end() || next_is(")") || at_or()));
    return make_all_of(std::move(parts));
  }

  Result<FilterNode> read_not() {
    bool negated = false;
    while (take_not()) negated = !negated;
    auto part = read_primary();
    return part && negated ? make_negation(std::move(*part)) : std::move(part);
  }

  Result<FilterNode> read_primary() {
    skip_blanks();
    if (!next_is("(")) return read_test();
    const std::size_t open = at_++;
    if (++depth_ > deepest_filter) {
      return error(open, fmt::format("brackets are nested deeper than {} levels", deepest_filter));
    }
    auto node = read_or();
    if (!node) return node;
    if (!next_is(")")) return error(open, "this ( is not closed");
    ++at_;
    --depth_;
    return node;
  }

  // --- tests

  Result<FilterNode> read_test() {
    using Read = Result<FilterNode> (Parser::*)();
    struct Entry {
      std::string_view keyword;
      Read read;
    };
    static constexpr std::array<Entry, 15> entries{{{"state", &Parser::read_states},
                                                    {"exclude", &Parser::read_states},
                                                    {"excl", &Parser::read_states},
                                                    {"src", &Parser::read_source},
                                                    {"dst", &Parser::read_destination},
                                                    {"sport", &Parser::read_source_port},
                                                    {"dport", &Parser::read_destination_port},
                                                    {"dev", &Parser::read_device},
                                                    {"fwmark", &Parser::read_mark},
                                                    {"cgroup", &Parser::read_cgroup},
                                                    {"autobound", &Parser::read_autobound},
                                                    {"proto", &Parser::read_protocol},
                                                    {"user", &Parser::read_user},
                                                    {"uid", &Parser::read_user_id},
                                                    {"pid", &Parser::read_process}}};
    const std::string_view keyword = keyword_text();
    const std::string word = folded(keyword);
    for (const Entry& entry : entries) {
      if (entry.keyword != word) continue;
      if (entry.read != &Parser::read_states) at_ += word.size();  // which reads as many of them as there are
      return (this->*entry.read)();
    }
    return unknown_test();
  }

  [[nodiscard]] std::unexpected<Error> unknown_test() {
    const std::size_t place = at_;
    if (at_end()) return error(place, "something is missing at the end");
    const std::string_view keyword = keyword_text();
    const auto value = read_value();
    if (!value) return fail(value.error());
    if (keyword.empty() && (value->empty() || std::string_view{"=<>!"}.contains(value->front()))) {
      return error(place, fmt::format("a test is missing before '{}'", text_[place]));
    }
    const bool like_a_host = value->find_first_of(":./") != std::string::npos && value->find('=') == std::string::npos;
    if (like_a_host || keyword.empty()) {
      const std::string shown = quoted_piece(*value);
      return error(place, fmt::format("{} stands alone; say which end it is, with 'src' or 'dst' before it", shown));
    }
    if (folded(keyword) == "and" || folded(keyword) == "or") {
      return error(place, fmt::format("a test is missing before {}", quoted_piece(keyword)));
    }
    const auto meant = closest(folded(keyword), keywords);
    return error(place, fmt::format("{} is unknown; {}", quoted_piece(keyword),
                                    meant ? fmt::format("did you mean '{}'?", *meant)
                                          : "the tests are state, src, dst, sport, dport, dev, fwmark, cgroup, "
                                            "autobound, proto, user, uid and pid"));
  }

  // As many `state X` and `exclude X` as follow each other without an operator: a set that the one adds to and the
  // other takes from. One that begins with `exclude` begins with all states.
  Result<FilterNode> read_states() {
    StateMask states = 0;
    for (bool first = true;; first = false) {
      skip_blanks();
      const std::string keyword = folded(keyword_text());
      const bool adds = keyword == "state";
      if (!adds && keyword != "exclude" && keyword != "excl") return make_test(StateTest{states});
      at_ += keyword.size();
      skip_blanks();
      if (next_is("=") && !next_is("==")) ++at_;
      const auto named = read_state_name(keyword);
      if (!named) return fail(named.error());
      if (first && !adds) states = all_states;
      states = adds ? states | *named : states & ~*named;
    }
  }

  Result<StateMask> read_state_name(std::string_view keyword) {
    const auto value = read_value_of(keyword, "state established");
    if (!value) return fail(value.error());
    const auto letters_of = [](std::string_view text) {
      std::string letters = folded(text);
      std::erase_if(letters, [](char c) { return c == '-' || c == '_'; });
      return letters;
    };
    std::string letters = letters_of(*value);
    const auto* const alias = std::ranges::find(state_aliases, letters, &Alias::word);
    if (alias != state_aliases.end()) letters = alias->means;
    for (const auto& [word, states] : state_words) {
      if (letters_of(word) == letters) return states;
    }
    std::array<std::string_view, state_words.size()> known;
    std::ranges::transform(state_words, known.begin(), &StateWord::word);
    const auto meant = closest(folded(*value), known);
    return error(place_, fmt::format("{} is no state; {}", quoted_piece(*value),
                                     meant ? fmt::format("did you mean '{}'?", *meant)
                                           : fmt::format("the states are {}", join(known, ", "))));
  }

  Result<FilterNode> read_source() { return read_end(Side::source, "src"); }
  Result<FilterNode> read_destination() { return read_end(Side::destination, "dst"); }
  Result<FilterNode> read_end(Side side, std::string_view keyword) {
    const auto same = read_sameness(keyword);
    if (!same) return fail(same.error());
    const auto value = read_value_of(keyword, fmt::format("{0} 10.0.0.0/8 or {0} [2001:db8::1]:443", keyword));
    if (!value) return fail(value.error());
    auto node = read_host(*value, side, names_);
    if (!node) return error(place_, node.error());
    if (*same) return node;
    auto everything = everything_like(**node);
    return others_than(std::move(*node), std::move(everything));
  }

  Result<FilterNode> read_source_port() { return read_port(Side::source, "sport"); }
  Result<FilterNode> read_destination_port() { return read_port(Side::destination, "dport"); }
  Result<FilterNode> read_port(Side side, std::string_view keyword) {
    const Comparison comparison = read_comparison();
    const auto value = read_value_of(keyword, fmt::format("{} = :22", keyword));
    if (!value) return fail(value.error());
    std::string_view text = *value;
    std::optional<net::Family> family;
    if (text.starts_with("inet6:")) family = net::Family::v6;
    if (text.starts_with("inet:")) family = net::Family::v4;
    if (family) text.remove_prefix(text.find(':') + 1);
    if (text.starts_with("*:")) text.remove_prefix(1);
    if (text.starts_with(':')) text.remove_prefix(1);
    const auto ports = read_ports(text, names_);
    if (!ports) return error(place_, ports.error());
    auto node = compare<PortTest>(comparison, *ports, [side](Range range) { return PortTest{side, range}; });
    if (!node || !family) return node;
    return make_all_of(list_of(make_test(HostTest{side, family, {}}), std::move(*node)));
  }

  template <class Make>
  FilterNode compare_range(Comparison comparison, Range range, Make make) {
    auto node = make_test(make(apply(comparison, range)));
    return comparison == Comparison::unequal ? others_than(std::move(node), make_test(make(Range{}))) : std::move(node);
  }
  template <class Wanted, class Make>
  Result<FilterNode> compare(Comparison comparison, Range range, Make make) {
    const bool ordered = comparison != Comparison::equal && comparison != Comparison::unequal;
    if (ordered && range.low != range.high) {
      return error(place_, "a range can only be compared with = and !=; < and > take a single number");
    }
    return compare_range(comparison, range, make);
  }

  Result<FilterNode> read_device() {
    const auto same = read_sameness("dev");
    if (!same) return fail(same.error());
    const auto value = read_value_of("dev", "dev = eth0");
    if (!value) return fail(value.error());
    const auto index = read_interface(*value, names_);
    if (!index) return error(place_, index.error());
    auto node = make_test(DeviceTest{*index});
    if (*same) return node;
    return others_than(std::move(node), make_any_of(list_of(any_ip(), make_test(LinkTest{}))));
  }

  Result<FilterNode> read_mark() {
    const auto same = read_sameness("fwmark");
    if (!same) return fail(same.error());
    const auto value = read_value_of("fwmark", "fwmark = 0x1/0x3");
    if (!value) return fail(value.error());
    const std::size_t slash = std::min(value->find('/'), value->size());
    const auto mark = read_number(std::string_view{*value}.substr(0, slash), highest_number);
    const auto mask = slash == value->size() ? std::optional<std::uint64_t>{highest_number}
                                             : read_number(std::string_view{*value}.substr(slash + 1), highest_number);
    if (!mark || !mask) {
      return error(place_, fmt::format("{} is not a mark: that is a number, or a number and a mask like 0x1/0x3",
                                       quoted_piece(*value)));
    }
    auto node = make_test(MarkTest{static_cast<std::uint32_t>(*mark), static_cast<std::uint32_t>(*mask)});
    return *same ? std::move(node) : others_than(std::move(node), any_ip());
  }

  Result<FilterNode> read_cgroup() {
    const auto same = read_sameness("cgroup");
    if (!same) return fail(same.error());
    const auto value = read_value_of("cgroup", "cgroup = /system.slice/ssh.service");
    if (!value) return fail(value.error());
    auto id = read_number(*value, ~std::uint64_t{0});
    if (!id && names_.cgroup) id = names_.cgroup(*value);
    if (!id) return error(place_, fmt::format("there is no control group {}", quoted_piece(*value)));
    auto node = make_test(CgroupTest{*id});
    return *same ? std::move(node) : others_than(std::move(node), any_ip());
  }

  Result<FilterNode> read_autobound() {
    return make_test(AutoboundTest{{.low = names_.ephemeral_ports.first, .high = names_.ephemeral_ports.second}});
  }

  Result<FilterNode> read_protocol() {
    const auto same = read_sameness("proto");
    if (!same) return fail(same.error());
    const auto value = read_value_of("proto", "proto = tcp");
    if (!value) return fail(value.error());
    const auto protocol = kind_of(folded(*value));
    if (!protocol) {
      std::array<std::string_view, socket_kind_count> known;
      for (std::size_t i = 0; i < known.size(); ++i) known[i] = name_of(static_cast<SocketKind>(i));
      const auto meant = closest(folded(*value), known);
      return error(place_, fmt::format("{} is no protocol; {}", quoted_piece(*value),
                                       meant ? fmt::format("did you mean '{}'?", *meant)
                                             : fmt::format("the protocols are {}", join(known, ", "))));
    }
    auto node = make_test(ProtocolTest{*protocol});
    return *same ? std::move(node) : make_negation(std::move(node));
  }

  Result<FilterNode> read_user() {
    const auto same = read_sameness("user");
    if (!same) return fail(same.error());
    const auto value = read_value_of("user", "user = root");
    if (!value) return fail(value.error());
    const auto named = names_.user ? names_.user(*value) : std::nullopt;
    const auto number = read_number(*value, highest_number);
    if (!named && !number) return error(place_, fmt::format("there is no user {}", quoted_piece(*value)));
    const std::uint32_t user = named ? *named : static_cast<std::uint32_t>(*number);
    return compare<UserTest>(*same ? Comparison::equal : Comparison::unequal, {.low = user, .high = user},
                             [](Range range) { return UserTest{range}; });
  }

  Result<FilterNode> read_user_id() {
    const Comparison comparison = read_comparison();
    const auto value = read_value_of("uid", "uid >= 1000");
    if (!value) return fail(value.error());
    const auto number = read_number(*value, highest_number);
    if (!number && *value != "*") {
      return error(place_,
                   fmt::format("{} is not a user id, which is a number; names go behind 'user'", quoted_piece(*value)));
    }
    const auto id = static_cast<std::uint32_t>(number.value_or(0));
    return compare<UserTest>(comparison, number ? Range{.low = id, .high = id} : Range{},
                             [](Range range) { return UserTest{range}; });
  }

  Result<FilterNode> read_process() {
    const auto same = read_sameness("pid");
    if (!same) return fail(same.error());
    const auto value = read_value_of("pid", "pid = 812");
    if (!value) return fail(value.error());
    const auto pid = read_number(*value, highest_number);
    if (!pid) return error(place_, fmt::format("{} is not a process id, which is a number", quoted_piece(*value)));
    auto node = make_test(ProcessTest{static_cast<std::uint32_t>(*pid)});
    return *same ? std::move(node) : make_negation(std::move(node));
  }

  std::string_view text_;
  const FilterNames& names_;
  std::size_t at_ = 0;
  std::size_t place_ = 0;  // of the value read last
  std::size_t depth_ = 0;
};

}  // namespace

Result<FilterNode> parse_filter(std::string_view text, const FilterNames& names) {
  if (text.size() > longest_filter) {
    return fail(Errc::limit, fmt::format("the filter is longer than {} bytes", longest_filter));
  }
  return Parser{text, names}.parse();
}

}  // namespace portolan::sockets
