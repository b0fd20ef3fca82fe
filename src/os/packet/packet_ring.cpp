#include "os/packet/packet_ring.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/message.h"
#include "os/monotonic_clock.h"
#include "os/system_error.h"
#include "wire/packet.h"

namespace portolan::os {
namespace {

// Version 2 of the ring: a frame is visible the moment it arrives, where version 3 waits for a block
// to fill or a timer of whole milliseconds, which would be added to every round-trip time.
constexpr std::size_t ring_size = 8 * 1024 * 1024;
constexpr std::size_t block_size = 65'536;
constexpr std::size_t smallest_slot = 256;
constexpr std::size_t batch_limit = 256;
static_assert(ring_size % block_size == 0 && block_size % smallest_slot == 0);

// TPACKET_ALIGN, without its signed arithmetic.
constexpr std::size_t align(std::size_t size) {
  return (size + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT * TPACKET_ALIGNMENT;
}

// Where the kernel puts the packet in a slot (net/packet/af_packet.c, tpacket_rcv: for SOCK_DGRAM
// "TPACKET_ALIGN(po->tp_hdrlen) + 16"); what is behind that is left for it.
constexpr std::size_t packet_offset = align(align(sizeof(tpacket2_hdr)) + sizeof(sockaddr_ll)) + 16;
// The least that fits is enough for an ICMPv6 error that quotes a TCP header behind an extension header.
static_assert(smallest_slot - packet_offset >= 40 + 8 + 40 + 8 + 20);

// A power of two, so that slots fill blocks.
std::size_t slot_size_for(const Expected& expected) {
  constexpr std::size_t usual_packet = 1500;
  std::size_t bytes = expected.whole ? usual_packet : 0;
  for (const probe::Probe* technique : expected.techniques)
    bytes = std::max<std::size_t>(bytes, technique->hears.bytes);
  return std::max(smallest_slot, std::bit_ceil(packet_offset + bytes));
}

template <class T>
int set_option(int socket, int name, const T& value) {
  return ::setsockopt(socket, SOL_PACKET, name, &value, sizeof value);
}

std::unexpected<Error> open_failure(std::string_view sentence) {
  const int error = errno;
  return fail({error == EPERM || error == EACCES ? Errc::privilege : Errc::io, said_as(sentence, error_text(error)),
               error_name(error)});
}

// What stands at the beginning of a slot. The kernel fills it before it sets tp_status.
const sockaddr_ll& sender_of(const std::uint8_t* slot) {
  return *reinterpret_cast<const sockaddr_ll*>(slot + align(sizeof(tpacket2_hdr)));
}

engine::Received read_slot(std::span<const std::uint8_t> room, const ClockSample& sample, Instant earliest) {
  const std::uint8_t* slot = room.data();
  const auto& header = *reinterpret_cast<const tpacket2_hdr*>(slot);
  const sockaddr_ll& sender = sender_of(slot);
  engine::Received frame;
  const Duration wall = std::chrono::seconds{header.tp_sec} + std::chrono::nanoseconds{header.tp_nsec};
  frame.at = instant_of(wall, sample, earliest);
  frame.type = static_cast<net::EtherType>(ntohs(sender.sll_protocol));
  frame.interface = static_cast<std::uint32_t>(sender.sll_ifindex);
  frame.to_everybody = sender.sll_pkttype != PACKET_HOST;
  if (sender.sll_hatype == ARPHRD_ETHER && sender.sll_halen == 6) {
    net::Mac& mac = frame.from.emplace();
    std::copy_n(sender.sll_addr, mac.bytes.size(), mac.bytes.begin());
  }
  const auto packet = room.subspan(std::min<std::size_t>(header.tp_net, room.size()));
  frame.bytes = packet.first(std::min<std::size_t>(header.tp_snaplen, packet.size()));
  // The transport's not where the network card has looked, nor where none was made because no wire lies in between
  // (packet(7)).
  const bool is_checked = (header.tp_status & (TP_STATUS_CSUM_VALID | TP_STATUS_CSUMNOTREADY)) != 0;
  frame.length = header.tp_len;
  const bool is_whole = header.tp_len <= header.tp_snaplen;
  frame.damaged = is_checked || !is_whole ? wire::has_damaged_header(frame.type, frame.bytes)
                                          : wire::is_damaged(frame.type, frame.bytes);
  return frame;
}

// The filter first, the ring second, bind() last: until then the socket belongs to no protocol and
// receives nothing, so that no stray frame is ever in the ring.
Result<void> prepare(int socket, const Expected& expected, std::size_t slot_size) {
  std::vector<sock_filter> program = answer_filter(expected, static_cast<std::uint32_t>(slot_size - packet_offset));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    return open_failure(message("cannot attach a filter for receiving packets: {}"));
  }
  // Spares a copy of all that this machine sends (Linux 4.20); the filter drops it anyway.
  (void)set_option(socket, PACKET_IGNORE_OUTGOING, 1);
  if (set_option(socket, PACKET_VERSION, int{TPACKET_V2}) != 0)
    return open_failure(message("cannot choose a ring version for receiving packets: {}"));
  const tpacket_req request{block_size, ring_size / block_size, static_cast<unsigned>(slot_size),
                            static_cast<unsigned>(ring_size / slot_size)};
  if (set_option(socket, PACKET_RX_RING, request) != 0)
    return open_failure(message("cannot set up a ring of 8 MiB for receiving packets: {}"));
  return {};
}

}  // namespace

Result<PacketRing> PacketRing::open(const Expected& expected) {
  PacketRing ring{FileDescriptor{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
                  slot_size_for(expected)};
  if (!ring.socket_.is_open()) return open_failure(message("cannot open a packet socket for receiving packets: {}"));
  if (const auto prepared = prepare(ring.descriptor(), expected, ring.slot_size_); !prepared)
    return fail(prepared.error());
  void* memory = ::mmap(nullptr, ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring.descriptor(), 0);
  if (memory == MAP_FAILED) return open_failure(message("cannot map the ring for receiving packets: {}"));
  ring.memory_ = static_cast<std::uint8_t*>(memory);
  sockaddr_ll everything{};
  everything.sll_family = AF_PACKET;
  everything.sll_protocol = htons(ETH_P_ALL);
  if (::bind(ring.descriptor(), reinterpret_cast<const sockaddr*>(&everything), sizeof everything) != 0) {
    return open_failure(message("cannot bind a packet socket for receiving packets: {}"));
  }
  ring.held_.reserve(batch_limit);
  return ring;
}

PacketRing::PacketRing(PacketRing&& other) noexcept
    : socket_{std::move(other.socket_)},
      slot_size_{other.slot_size_},
      memory_{std::exchange(other.memory_, nullptr)},
      head_{other.head_},
      held_{std::move(other.held_)},
      dropped_{other.dropped_} {}

PacketRing::~PacketRing() {
  if (memory_ != nullptr) ::munmap(memory_, ring_size);
}

std::size_t PacketRing::slot_count() const { return ring_size / slot_size_; }

std::uint8_t* PacketRing::slot(std::size_t index) const { return memory_ + index % slot_count() * slot_size_; }

namespace {
// The word by which kernel and program pass a slot to each other.
std::atomic_ref<std::uint32_t> status_of(std::uint8_t* slot) {
  return std::atomic_ref{reinterpret_cast<tpacket2_hdr*>(slot)->tp_status};
}
}  // namespace

bool PacketRing::has_frames() const {
  return (status_of(slot(head_ + held_.size())).load(std::memory_order_acquire) & TP_STATUS_USER) != 0;
}

void PacketRing::give_back() {
  for (std::size_t i = 0; i < held_.size(); ++i) {
    status_of(slot(head_ + i)).store(TP_STATUS_KERNEL, std::memory_order_release);
  }
  head_ = (head_ + held_.size()) % slot_count();
  held_.clear();
}

std::span<const engine::Received> PacketRing::take(Instant earliest) {
  give_back();
  if (!has_frames()) return {};
  const ClockSample sample = sample_clocks();
  while (held_.size() < batch_limit && has_frames()) {
    held_.push_back(read_slot({slot(head_ + held_.size()), slot_size_}, sample, earliest));
  }
  return held_;
}

std::uint64_t PacketRing::dropped() const {
  tpacket_stats counts{};  // since it was last read
  socklen_t size = sizeof counts;
  if (::getsockopt(descriptor(), SOL_PACKET, PACKET_STATISTICS, &counts, &size) == 0) dropped_ += counts.tp_drops;
  return dropped_;
}

}  // namespace portolan::os
