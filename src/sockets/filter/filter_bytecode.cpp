// A filter as a program for INET_DIAG_REQ_BYTECODE. In two steps: the tree becomes one whose tests the kernel knows,
// where one that it does not know is answered so that no row is lost; that tree becomes operations that jump forward.
#include <linux/inet_diag.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include "sockets/filter/filter_node.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t family_v4 = 2;  // AF_INET, AF_INET6
constexpr std::uint8_t family_v6 = 10;
constexpr std::uint32_t highest_port = 65535;

struct Code {
  enum class Kind : std::uint8_t { always, never, operation, negation, all_of, any_of };
  Kind kind = Kind::always;
  std::vector<std::uint8_t> operation;  // inet_diag_bc_op and its arguments; `yes` is set, `no` is not
  std::vector<Code> parts;
};

Code constant(bool value) { return {.kind = value ? Code::Kind::always : Code::Kind::never, .operation{}, .parts{}}; }

// --- one operation

template <class T>
void append(std::vector<std::uint8_t>& out, const T& value) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

std::vector<std::uint8_t> operation_bytes(std::uint8_t code, std::span<const std::uint8_t> arguments) {
  std::vector<std::uint8_t> bytes;
  append(bytes,
         inet_diag_bc_op{
             .code = code, .yes = static_cast<std::uint8_t>(sizeof(inet_diag_bc_op) + arguments.size()), .no = 0});
  bytes.insert(bytes.end(), arguments.begin(), arguments.end());
  return bytes;
}

template <class Arguments>
Code operation(std::uint8_t code, const Arguments& arguments) {
  std::vector<std::uint8_t> bytes;
  append(bytes, arguments);
  return {.kind = Code::Kind::operation, .operation = operation_bytes(code, bytes), .parts{}};
}

Code port_operation(std::uint8_t code, std::uint32_t port) {
  // The port stands where a second operation would have its `no`.
  return operation(code, inet_diag_bc_op{.code = 0, .yes = 0, .no = static_cast<std::uint16_t>(port)});
}

Code address_operation(Side side, std::uint8_t family, unsigned length, std::span<const std::uint8_t> address) {
  std::vector<std::uint8_t> bytes;
  // An inet_diag_hostcond has two bytes between its members that nothing else would set.
  static_assert(offsetof(inet_diag_hostcond, port) == 4 && sizeof(inet_diag_hostcond) == 8);
  append(bytes, std::array<std::uint8_t, 4>{family, static_cast<std::uint8_t>(length), 0, 0});
  append(bytes, std::int32_t{-1});  // any port
  bytes.insert(bytes.end(), address.begin(), address.end());
  const std::uint8_t code = side == Side::source ? INET_DIAG_BC_S_COND : INET_DIAG_BC_D_COND;
  return {.kind = Code::Kind::operation, .operation = operation_bytes(code, bytes), .parts{}};
}

// --- groups, with constants folded away

Code negated(Code part) {
  if (part.kind == Code::Kind::always || part.kind == Code::Kind::never) {
    return constant(part.kind == Code::Kind::never);
  }
  Code code{.kind = Code::Kind::negation, .operation{}, .parts{}};
  code.parts.push_back(std::move(part));
  return code;
}

Code group(Code::Kind kind, std::vector<Code> parts) {
  const bool every = kind == Code::Kind::all_of;
  const Code::Kind decides = every ? Code::Kind::never : Code::Kind::always;
  const Code::Kind changes_nothing = every ? Code::Kind::always : Code::Kind::never;
  if (std::ranges::any_of(parts, [&](const Code& part) { return part.kind == decides; })) return constant(!every);
  std::erase_if(parts, [&](const Code& part) { return part.kind == changes_nothing; });
  if (parts.empty()) return constant(every);
  if (parts.size() == 1) return std::move(parts.front());
  return {.kind = kind, .operation{}, .parts = std::move(parts)};
}

template <class... Codes>
Code both(Codes... codes) {
  std::vector<Code> parts;
  (parts.push_back(std::move(codes)), ...);
  return group(Code::Kind::all_of, std::move(parts));
}

// --- tests; nullopt where the kernel cannot tell

Code translate_ports(Side side, Range ports) {
  if (ports.low > highest_port || ports.low > ports.high) return constant(false);
  const bool source = side == Side::source;
  if (ports.low == ports.high) return port_operation(source ? INET_DIAG_BC_S_EQ : INET_DIAG_BC_D_EQ, ports.low);
  return both(
      ports.low == 0 ? constant(true) : port_operation(source ? INET_DIAG_BC_S_GE : INET_DIAG_BC_D_GE, ports.low),
      ports.high >= highest_port ? constant(true)
                                 : port_operation(source ? INET_DIAG_BC_S_LE : INET_DIAG_BC_D_LE, ports.high));
}

Code device_operation(std::uint32_t index) { return operation(INET_DIAG_BC_DEV_COND, index); }

Code translate_host(const HostTest& test) {
  const auto is_v6 = [&test] { return address_operation(test.side, family_v6, 0, std::array<std::uint8_t, 16>{}); };
  Code family = !test.family ? constant(true) : *test.family == net::Family::v6 ? is_v6() : negated(is_v6());
  if (!test.prefix) return family;
  const net::IpAddress& address = test.prefix->address;
  if (!address.is_v4()) family = constant(!test.family || *test.family == net::Family::v6);  // the address says it
  return both(
      std::move(family),
      address_operation(test.side, address.is_v4() ? family_v4 : family_v6, test.prefix->length, address.bytes()),
      address.zone() == 0 ? constant(true) : device_operation(address.zone()));
}

std::optional<Code> translate(const Test& test) {
  return std::visit(
      Overloaded{
          [](const HostTest& host) -> std::optional<Code> { return translate_host(host); },
          [](const PortTest& port) -> std::optional<Code> { return translate_ports(port.side, port.ports); },
          [](const AutoboundTest& bound) -> std::optional<Code> { return translate_ports(Side::source, bound.ports); },
          [](const DeviceTest& device) -> std::optional<Code> { return device_operation(device.index); },
          [](const MarkTest& mark) -> std::optional<Code> {
            return operation(INET_DIAG_BC_MARK_COND, inet_diag_markcond{.mark = mark.mark, .mask = mark.mask});
          },
          [](const CgroupTest& cgroup) -> std::optional<Code> {
            return operation(INET_DIAG_BC_CGROUP_COND, cgroup.id);
          },
          // No IP socket passes these.
          [](const PathTest&) -> std::optional<Code> { return constant(false); },
          [](const LinkTest&) -> std::optional<Code> { return constant(false); },
          [](const NetlinkTest&) -> std::optional<Code> { return constant(false); },
          [](const VsockTest&) -> std::optional<Code> { return constant(false); },
          // The kernel's answer knows these, its bytecode does not.
          [](const StateTest&) -> std::optional<Code> { return std::nullopt; },
          [](const ProtocolTest&) -> std::optional<Code> { return std::nullopt; },
          [](const UserTest&) -> std::optional<Code> { return std::nullopt; },
          [](const ProcessTest&) -> std::optional<Code> { return std::nullopt; },
      },
      test);
}

struct Translation {
  Code code;
  bool exact = true;
};

Translation translate_group(Code::Kind kind, std::vector<Translation> parts) {
  const Code::Kind decides = kind == Code::Kind::all_of ? Code::Kind::never : Code::Kind::always;
  // One part that decides for sure makes up for all that are not known.
  const bool decided =
      std::ranges::any_of(parts, [&](const Translation& part) { return part.exact && part.code.kind == decides; });
  const bool exact = decided || std::ranges::all_of(parts, &Translation::exact);
  std::vector<Code> codes;
  for (Translation& part : parts) codes.push_back(std::move(part.code));
  return {group(kind, std::move(codes)), exact};
}

// Passes whenever `node` does if `at_least` is true, never unless `node` does if it is false.
Translation translate(const Filter::Node& node, bool at_least) {
  using Kind = Filter::Node::Kind;
  if (node.kind == Kind::test) {
    auto code = translate(node.test);
    return code ? Translation{std::move(*code), true} : Translation{constant(at_least), false};
  }
  if (node.kind == Kind::negation) {
    auto part = translate(*node.parts.front(), !at_least);
    return {negated(std::move(part.code)), part.exact};
  }
  std::vector<Translation> parts;
  for (const auto& part : node.parts) parts.push_back(translate(*part, at_least));
  return translate_group(node.kind == Kind::all_of ? Code::Kind::all_of : Code::Kind::any_of, std::move(parts));
}

// The mask of the request takes care of states that every matching row must have.
Translation translate_root(const Filter::Node& root) {
  using Kind = Filter::Node::Kind;
  if (root.kind == Kind::test && std::holds_alternative<StateTest>(root.test)) return {};
  if (root.kind != Kind::all_of) return translate(root, true);
  std::vector<Translation> parts;
  for (const auto& part : root.parts) parts.push_back(translate_root(*part));
  return translate_group(Code::Kind::all_of, std::move(parts));
}

// --- operations that jump

// `no` counts from the beginning of its operation in 16 bits, and may be four more than is left; a netlink attribute
// holds 65,531 bytes.
constexpr std::size_t longest_program = 65528;

// Appends operations and remembers where their jumps go, which is not known until what they jump over is written.
class Assembler {
 public:
  using Label = std::size_t;

  Label make_label() {
    places_.push_back(0);
    return places_.size() - 1;
  }
  void place(Label label) { places_[label] = bytes_.size(); }

  // Goes to `target` if `code` says `wanted`, and else to what is appended next.
  void jump_if(const Code& code, bool wanted, Label target) {
    switch (code.kind) {
      case Code::Kind::always:
      case Code::Kind::never:
        if (wanted == (code.kind == Code::Kind::always)) jump(target);
        return;
      case Code::Kind::operation:
        return jump_if_operation(code, wanted, target);
      case Code::Kind::negation:
        return jump_if(code.parts.front(), !wanted, target);
      case Code::Kind::all_of:
      case Code::Kind::any_of:
        break;
    }
    // Parts of an `or` decide by passing, parts of an `and` by not passing.
    const bool decides = code.kind == Code::Kind::any_of;
    if (wanted == decides) {
      for (const Code& part : code.parts) jump_if(part, decides, target);
      return;
    }
    const Label behind = make_label();
    for (const Code& part : std::span{code.parts}.first(code.parts.size() - 1)) jump_if(part, decides, behind);
    jump_if(code.parts.back(), wanted, target);
    place(behind);
  }

  // Jumps to `reject` go four bytes beyond the end, which is what the kernel takes for a no. Empty: too long.
  std::vector<std::uint8_t> finish(Label reject) {
    if (bytes_.size() > longest_program) return {};
    places_[reject] = bytes_.size() + sizeof(inet_diag_bc_op);
    for (const auto& [from, label] : jumps_) {
      const auto distance = static_cast<std::uint16_t>(places_[label] - from);
      std::memcpy(bytes_.data() + from + offsetof(inet_diag_bc_op, no), &distance, sizeof distance);
    }
    return std::move(bytes_);
  }

 private:
  void append_jump(std::span<const std::uint8_t> operation, Label no) {
    jumps_.emplace_back(bytes_.size(), no);
    bytes_.insert(bytes_.end(), operation.begin(), operation.end());
  }
  void jump(Label target) { append_jump(operation_bytes(INET_DIAG_BC_JMP, {}), target); }
  void jump_if_operation(const Code& code, bool wanted, Label target) {
    // "Yes" always goes to the next operation: the kernel checks the program along these.
    if (!wanted) return append_jump(code.operation, target);
    const Label behind = make_label();
    append_jump(code.operation, behind);
    jump(target);
    place(behind);
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> places_;  // by label
  std::vector<std::pair<std::size_t, Label>> jumps_;
};

std::vector<std::uint8_t> assemble(const Code& code) {
  Assembler assembler;
  const Assembler::Label reject = assembler.make_label();
  assembler.jump_if(code, false, reject);
  return assembler.finish(reject);
}

}  // namespace

std::vector<std::uint8_t> Filter::bytecode() const {
  return root_ == nullptr ? std::vector<std::uint8_t>{} : assemble(translate_root(*root_).code);
}

bool Filter::bytecode_is_exact() const {
  if (root_ == nullptr) return true;
  const Translation translation = translate_root(*root_);
  return translation.exact && (translation.code.kind == Code::Kind::always || !assemble(translation.code).empty());
}

}  // namespace portolan::sockets
