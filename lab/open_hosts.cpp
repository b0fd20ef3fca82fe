#include "lab/open_hosts.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace portolan::lab {
namespace {

constexpr std::size_t ring_frames = 16'384;  // 32 MiB

using Bytes = std::span<std::uint8_t>;

// The ones' complement sum of 16-bit words in the order in which they stand (RFC 1071).
std::uint32_t sum_of(Bytes bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, &bytes[i], sizeof word);
    sum += word;
  }
  return sum;
}

std::uint16_t folded(std::uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

template <class Header>
Header& header_at(Bytes bytes) {
  return *reinterpret_cast<Header*>(bytes.data());  // both begin on even addresses, and x86 and ARM read those
}

// Turns a SYN into its answer where it stands; what is left of the frame without padding, or nothing.
Bytes answer(Bytes frame, std::uint32_t first, std::uint32_t mask) {
  if (frame.size() < sizeof(ethhdr) + sizeof(iphdr) + sizeof(tcphdr)) return {};
  auto& ethernet = header_at<ethhdr>(frame);
  const Bytes packet = frame.subspan(sizeof(ethhdr));
  auto& ip = header_at<iphdr>(packet);
  const std::size_t length = ntohs(ip.tot_len);
  if (ethernet.h_proto != htons(ETH_P_IP) || ip.ihl != 5 || ip.protocol != IPPROTO_TCP || length > packet.size() ||
      length < sizeof(iphdr) + sizeof(tcphdr) || (ntohl(ip.daddr) & mask) != first) {
    return {};
  }
  const Bytes segment = packet.first(length).subspan(sizeof(iphdr));
  auto& tcp = header_at<tcphdr>(segment);
  if (tcp.syn == 0 || tcp.ack != 0 || tcp.rst != 0 || length % 2 != 0) return {};

  std::swap_ranges(ethernet.h_dest, ethernet.h_dest + ETH_ALEN, ethernet.h_source);
  std::swap(ip.saddr, ip.daddr);  // which leaves the checksum as it is
  std::swap(tcp.source, tcp.dest);
  tcp.ack_seq = htonl(ntohl(tcp.seq) + 1);
  tcp.seq = ~tcp.seq;
  tcp.ack = 1;
  tcp.check = 0;
  const Bytes addresses = packet.subspan(offsetof(iphdr, saddr), 8);
  const std::uint32_t pseudo_header = htons(IPPROTO_TCP) + htons(static_cast<std::uint16_t>(segment.size()));
  tcp.check = folded(sum_of(segment, sum_of(addresses, pseudo_header)));
  return frame.first(sizeof(ethhdr) + length);
}

}  // namespace

Result<OpenHosts> OpenHosts::open(const std::string& device, const std::string& network) {
  const auto slash = network.find('/');
  const int length = slash == std::string::npos ? 32 : std::atoi(network.c_str() + slash + 1);
  in_addr address{};
  if (::inet_pton(AF_INET, network.substr(0, slash).c_str(), &address) != 1 || length < 1 || length > 32) {
    return fail(Errc::parse, fmt::format("'{}' is no IPv4 network", network));
  }
  auto ring = FrameRing::open(device, ring_frames);
  if (!ring) return fail(ring.error());
  const std::uint32_t mask = ~std::uint32_t{0} << static_cast<unsigned>(32 - length);
  return OpenHosts{std::move(*ring), ntohl(address.s_addr) & mask, mask};
}

void OpenHosts::run() {
  pollfd waiting{ring_.socket(), POLLIN, 0};
  for (std::size_t next = 0;;) {
    const std::size_t first = next;
    for (; !batch_.full() && next - first < ring_.size() && ring_.arrived(next) != nullptr; ++next) {
      if (const Bytes frame = answer(ring_.bytes(next), first_, mask_); !frame.empty()) batch_.add(frame);
    }
    if (next == first) {
      ::poll(&waiting, 1, -1);
      continue;
    }
    (void)batch_.send(ring_.socket());
    for (std::size_t done = first; done != next; ++done) ring_.give_back(done);
  }
}

}  // namespace portolan::lab
