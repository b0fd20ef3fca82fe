#include "os/packet/packet_filter.h"

#include <linux/if_packet.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <set>
#include <span>

#include "net/path.h"
#include "wire/protocol.h"

namespace portolan::os {
namespace {

// Where a jump goes. `next` is the instruction that follows.
enum class Label : std::uint8_t {
  next,
  ipv4,
  ipv6,
  arp,
  transport,
  icmp,
  icmpv6,
  ports,
  keep,
  drop,
  extension,  // of IPv6: the first of all that are stepped over, two labels each
};
// More than one packet needs (RFC 8200 §4.1); who sends more of them wants to hide something.
constexpr unsigned most_extensions = 6;
enum class Step : std::uint8_t { begin, options };
constexpr Label extension_label(unsigned number, Step step) {
  return static_cast<Label>(static_cast<unsigned>(Label::extension) + 2 * number + static_cast<unsigned>(step));
}
constexpr std::size_t label_count = static_cast<std::size_t>(extension_label(most_extensions + 1, Step::begin));

// Jumps are written with names and resolved at the end, because counting instructions by hand is how
// filters go wrong.
class Assembler {
 public:
  void op(unsigned code, std::uint32_t k) { lines_.push_back({static_cast<std::uint16_t>(code), k, {}, {}}); }
  void when_equal(std::uint32_t k, Label yes) { jump(BPF_JEQ, k, yes, Label::next); }
  void unless_equal(std::uint32_t k, Label no) { jump(BPF_JEQ, k, Label::next, no); }
  void when_above(std::uint32_t k, Label yes) { jump(BPF_JGT, k, yes, Label::next); }
  void unless_at_least(std::uint32_t k, Label no) { jump(BPF_JGE, k, Label::next, no); }
  void when_any_bit(std::uint32_t k, Label yes) { jump(BPF_JSET, k, yes, Label::next); }
  void go(Label to) { jump(BPF_JGE, 0, to, to); }  // always true; "ja" would need another kind of offset
  void place(Label label) { places_[static_cast<std::size_t>(label)] = lines_.size(); }

  [[nodiscard]] std::vector<sock_filter> finish() const {
    std::vector<sock_filter> program;
    for (const Line& line : lines_) {
      const std::size_t after = program.size() + 1;
      program.push_back({line.code, distance(line.yes, after), distance(line.no, after), line.k});
    }
    return program;
  }

 private:
  struct Line {
    std::uint16_t code;
    std::uint32_t k;
    Label yes = Label::next;
    Label no = Label::next;
  };

  void jump(unsigned test, std::uint32_t k, Label yes, Label no) {
    lines_.push_back({static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), k, yes, no});
  }
  [[nodiscard]] std::uint8_t distance(Label label, std::size_t from) const {
    if (label == Label::next) return 0;
    const std::size_t place = places_[static_cast<std::size_t>(label)];
    assert(place >= from && place - from <= 255);  // classic BPF jumps forward, by a byte's worth
    return static_cast<std::uint8_t>(place - from);
  }

  std::vector<Line> lines_;
  std::array<std::size_t, label_count> places_{};
};

constexpr std::uint32_t vlan_number = 0x0fff;  // IEEE 802.1Q: the low bits of a tag

constexpr std::uint32_t ancillary(int field) { return static_cast<std::uint32_t>(SKF_AD_OFF + field); }

void split_by_family(Assembler& a) {
  // PACKET_HOST, BROADCAST and MULTICAST are 0 to 2; above are other machines' packets and our own.
  // On the loopback interface this also keeps the second sight of each packet out.
  a.op(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_PKTTYPE));
  a.when_above(PACKET_MULTICAST, Label::drop);
  // A frame of a VLAN is seen here on the device below it as well, without its tag; it counts on the VLAN's own. The
  // tag of VLAN 0 only tells a priority.
  a.op(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_VLAN_TAG));
  a.when_any_bit(vlan_number, Label::drop);
  a.op(BPF_LD | BPF_W | BPF_ABS, ancillary(SKF_AD_PROTOCOL));
  a.when_equal(static_cast<std::uint32_t>(net::EtherType::ipv4), Label::ipv4);
  a.when_equal(static_cast<std::uint32_t>(net::EtherType::ipv6), Label::ipv6);
  a.when_equal(static_cast<std::uint32_t>(net::EtherType::arp), Label::arp);
  a.go(Label::drop);
}

void read_arp(Assembler& a, bool heard) {
  a.place(Label::arp);
  a.op(BPF_LD | BPF_H | BPF_ABS, 6);
  if (heard) a.when_equal(wire::arp_reply, Label::keep);
  a.go(Label::drop);
}

// Both leave the protocol in A and the offset of its header in X.
void read_ipv4(Assembler& a) {
  a.place(Label::ipv4);
  a.op(BPF_LD | BPF_H | BPF_ABS, 6);
  a.when_any_bit(0x1fff, Label::drop);  // a later fragment: no transport header in it
  a.op(BPF_LDX | BPF_B | BPF_MSH, 0);   // 4 * IHL: options are stepped over
  a.op(BPF_LD | BPF_B | BPF_ABS, 9);
  a.go(Label::transport);
}
// The header at X is of the kind in A; afterwards that is the one behind it. X and A are needed for the length, so the
// kind waits in memory.
void step_over_extension(Assembler& a, unsigned number) {
  constexpr std::uint32_t kind = 0;
  const Label options = extension_label(number, Step::options);
  const Label next = extension_label(number + 1, Step::begin);
  constexpr std::uint32_t hop_by_hop = 0;
  constexpr std::uint32_t routing = 43;
  constexpr std::uint32_t fragment = 44;
  constexpr std::uint32_t destination_options = 60;
  a.place(extension_label(number, Step::begin));
  for (const std::uint32_t with_length : {hop_by_hop, routing, destination_options}) a.when_equal(with_length, options);
  a.unless_equal(fragment, Label::transport);
  a.op(BPF_LD | BPF_H | BPF_IND, 2);
  a.when_any_bit(0xfff8, Label::drop);  // a later one: no transport header in it
  a.op(BPF_LD | BPF_B | BPF_IND, 0);
  a.op(BPF_ST, kind);
  a.op(BPF_LD | BPF_IMM, 8);
  a.op(BPF_ALU | BPF_ADD | BPF_X, 0);
  a.op(BPF_MISC | BPF_TAX, 0);
  a.op(BPF_LD | BPF_MEM, kind);
  a.go(next);

  a.place(options);  // RFC 8200 §4.3: length in units of 8 bytes, not counting the first
  a.op(BPF_LD | BPF_B | BPF_IND, 0);
  a.op(BPF_ST, kind);
  a.op(BPF_LD | BPF_B | BPF_IND, 1);
  a.op(BPF_ALU | BPF_ADD | BPF_K, 1);
  a.op(BPF_ALU | BPF_LSH | BPF_K, 3);
  a.op(BPF_ALU | BPF_ADD | BPF_X, 0);
  a.op(BPF_MISC | BPF_TAX, 0);
  a.op(BPF_LD | BPF_MEM, kind);
}

void read_ipv6(Assembler& a) {
  a.place(Label::ipv6);
  a.op(BPF_LDX | BPF_IMM, 40);
  a.op(BPF_LD | BPF_B | BPF_ABS, 6);
  for (unsigned number = 0; number < most_extensions; ++number) step_over_extension(a, number);
  a.place(extension_label(most_extensions, Step::begin));
}

// Everything that one of the techniques hears, and that no technique needs to name.
struct Heard {
  std::set<std::uint8_t> protocols;
  std::set<std::uint8_t> icmp{wire::icmp_unreachable, wire::icmp_time_exceeded, wire::icmp_parameter_problem};
  std::set<std::uint8_t> icmpv6{wire::icmpv6_unreachable, wire::icmpv6_time_exceeded, wire::icmpv6_parameter_problem};
  bool arp = false;
  bool any_protocol = false;

  explicit Heard(std::span<const probe::Probe* const> techniques) {
    for (const probe::Probe* technique : techniques) {
      const probe::Hears& hears = technique->hears;
      if (hears.protocol != 0) protocols.insert(hears.protocol);
      icmp.insert(hears.icmp.begin(), hears.icmp.end());
      icmpv6.insert(hears.icmpv6.begin(), hears.icmpv6.end());
      arp = arp || hears.arp;
      any_protocol = any_protocol || hears.any_protocol;
    }
    // Of these there is too much on a busy machine; answers to them are known by their ports.
    if (any_protocol) protocols.insert({wire::protocol_tcp, wire::protocol_udp, wire::protocol_sctp});
  }
};

void judge_messages(Assembler& a, Label place, const std::set<std::uint8_t>& types) {
  a.place(place);
  a.op(BPF_LD | BPF_B | BPF_IND, 0);
  for (const std::uint8_t type : types) a.when_equal(type, Label::keep);
  a.go(Label::drop);
}

void judge_transport(Assembler& a, const Heard& heard) {
  a.place(Label::transport);
  for (const std::uint8_t protocol : heard.protocols) a.when_equal(protocol, Label::ports);
  a.when_equal(wire::protocol_icmp, Label::icmp);
  a.when_equal(wire::protocol_icmpv6, Label::icmpv6);
  a.go(heard.any_protocol ? Label::keep : Label::drop);
}

void judge_ports(Assembler& a, const Expected& expected) {
  a.place(Label::ports);  // source port, then destination port, in TCP, UDP and SCTP
  a.op(BPF_LD | BPF_H | BPF_IND, 2);
  if (expected.source_port) a.when_equal(expected.source_port->value(), Label::keep);
  a.unless_at_least(expected.tags.first, Label::drop);
  a.when_above(expected.tags.first + expected.tags.count - 1U, Label::drop);
}

}  // namespace

std::vector<sock_filter> answer_filter(const Expected& expected, std::uint32_t snapshot) {
  const Heard heard{expected.techniques};
  Assembler a;
  split_by_family(a);
  read_arp(a, heard.arp);
  read_ipv4(a);
  read_ipv6(a);
  judge_transport(a, heard);
  judge_messages(a, Label::icmp, heard.icmp);
  judge_messages(a, Label::icmpv6, heard.icmpv6);
  judge_ports(a, expected);
  a.place(Label::keep);
  a.op(BPF_RET | BPF_K, snapshot);
  a.place(Label::drop);
  a.op(BPF_RET | BPF_K, 0);
  return a.finish();
}

}  // namespace portolan::os
