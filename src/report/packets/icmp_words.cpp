#include "report/packets/icmp_words.h"

#include <algorithm>
#include <span>

#include "base/message.h"

namespace portolan::report {
namespace {

constexpr int any_code = -1;

struct Words {
  std::uint8_t type;
  int code;
  std::string_view words;
};

// RFC 792, RFC 950, RFC 1256, RFC 1812 §5.2.7.1
constexpr Words words_of_icmp[] = {
    {0, any_code, message("Echo reply")},
    {3, 0, message("Network unreachable")},
    {3, 1, message("Host unreachable")},
    {3, 2, message("Protocol unreachable")},
    {3, 3, message("Port unreachable")},
    {3, 4, message("Fragmentation needed")},
    {3, 5, message("Source route failed")},
    {3, 6, message("Destination network unknown")},
    {3, 7, message("Destination host unknown")},
    {3, 8, message("Source host isolated")},
    {3, 9, message("Destination network administratively prohibited")},
    {3, 10, message("Destination host administratively prohibited")},
    {3, 11, message("Network unreachable for type of service")},
    {3, 12, message("Host unreachable for type of service")},
    {3, 13, message("Communication administratively prohibited")},
    {3, 14, message("Host precedence violation")},
    {3, 15, message("Precedence cutoff in effect")},
    {3, any_code, message("Destination unreachable")},
    {4, any_code, message("Source quench")},
    {5, any_code, message("Redirect")},
    {8, any_code, message("Echo request")},
    {9, any_code, message("Router advertisement")},
    {10, any_code, message("Router solicitation")},
    {11, 0, message("TTL=0 during transit")},
    {11, 1, message("TTL=0 during reassembly")},
    {11, any_code, message("Time exceeded")},
    {12, any_code, message("Parameter problem")},
    {13, any_code, message("Timestamp request")},
    {14, any_code, message("Timestamp reply")},
    {15, any_code, message("Information request")},
    {16, any_code, message("Information reply")},
    {17, any_code, message("Address mask request")},
    {18, any_code, message("Address mask reply")},
};

// RFC 4443, RFC 4861, RFC 2710, RFC 3810
constexpr Words words_of_icmpv6[] = {
    {1, 0, message("No route to destination")},
    {1, 1, message("Communication administratively prohibited")},
    {1, 2, message("Beyond scope of source address")},
    {1, 3, message("Address unreachable")},
    {1, 4, message("Port unreachable")},
    {1, 5, message("Source address failed policy")},
    {1, 6, message("Reject route to destination")},
    {1, any_code, message("Destination unreachable")},
    {2, any_code, message("Packet too big")},
    {3, 0, message("Hop limit exceeded in transit")},
    {3, 1, message("Reassembly time exceeded")},
    {3, any_code, message("Time exceeded")},
    {4, 0, message("Erroneous header field")},
    {4, 1, message("Unrecognized next header")},
    {4, 2, message("Unrecognized option")},
    {4, any_code, message("Parameter problem")},
    {128, any_code, message("Echo request")},
    {129, any_code, message("Echo reply")},
    {130, any_code, message("Multicast listener query")},
    {131, any_code, message("Multicast listener report")},
    {132, any_code, message("Multicast listener done")},
    {133, any_code, message("Router solicitation")},
    {134, any_code, message("Router advertisement")},
    {135, any_code, message("Neighbor solicitation")},
    {136, any_code, message("Neighbor advertisement")},
    {137, any_code, message("Redirect")},
    {143, any_code, message("Multicast listener report v2")},
};

std::string_view find(std::span<const Words> words, std::uint8_t type, std::uint8_t code) {
  const auto found = std::ranges::find_if(
      words, [&](const Words& entry) { return entry.type == type && (entry.code == any_code || entry.code == code); });
  return found == words.end() ? std::string_view{} : found->words;
}

}  // namespace

std::string_view icmp_words(std::uint8_t type, std::uint8_t code) { return find(words_of_icmp, type, code); }
std::string_view icmpv6_words(std::uint8_t type, std::uint8_t code) { return find(words_of_icmpv6, type, code); }

}  // namespace portolan::report
