#include "report/packets/icmp_words.h"

#include <algorithm>
#include <span>

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
    {0, any_code, "Echo reply"},
    {3, 0, "Network unreachable"},
    {3, 1, "Host unreachable"},
    {3, 2, "Protocol unreachable"},
    {3, 3, "Port unreachable"},
    {3, 4, "Fragmentation needed"},
    {3, 5, "Source route failed"},
    {3, 6, "Destination network unknown"},
    {3, 7, "Destination host unknown"},
    {3, 8, "Source host isolated"},
    {3, 9, "Destination network administratively prohibited"},
    {3, 10, "Destination host administratively prohibited"},
    {3, 11, "Network unreachable for type of service"},
    {3, 12, "Host unreachable for type of service"},
    {3, 13, "Communication administratively prohibited"},
    {3, 14, "Host precedence violation"},
    {3, 15, "Precedence cutoff in effect"},
    {3, any_code, "Destination unreachable"},
    {4, any_code, "Source quench"},
    {5, any_code, "Redirect"},
    {8, any_code, "Echo request"},
    {9, any_code, "Router advertisement"},
    {10, any_code, "Router solicitation"},
    {11, 0, "TTL=0 during transit"},
    {11, 1, "TTL=0 during reassembly"},
    {11, any_code, "Time exceeded"},
    {12, any_code, "Parameter problem"},
    {13, any_code, "Timestamp request"},
    {14, any_code, "Timestamp reply"},
    {15, any_code, "Information request"},
    {16, any_code, "Information reply"},
    {17, any_code, "Address mask request"},
    {18, any_code, "Address mask reply"},
};

// RFC 4443, RFC 4861, RFC 2710, RFC 3810
constexpr Words words_of_icmpv6[] = {
    {1, 0, "No route to destination"},
    {1, 1, "Communication administratively prohibited"},
    {1, 2, "Beyond scope of source address"},
    {1, 3, "Address unreachable"},
    {1, 4, "Port unreachable"},
    {1, 5, "Source address failed policy"},
    {1, 6, "Reject route to destination"},
    {1, any_code, "Destination unreachable"},
    {2, any_code, "Packet too big"},
    {3, 0, "Hop limit exceeded in transit"},
    {3, 1, "Reassembly time exceeded"},
    {3, any_code, "Time exceeded"},
    {4, 0, "Erroneous header field"},
    {4, 1, "Unrecognized next header"},
    {4, 2, "Unrecognized option"},
    {4, any_code, "Parameter problem"},
    {128, any_code, "Echo request"},
    {129, any_code, "Echo reply"},
    {130, any_code, "Multicast listener query"},
    {131, any_code, "Multicast listener report"},
    {132, any_code, "Multicast listener done"},
    {133, any_code, "Router solicitation"},
    {134, any_code, "Router advertisement"},
    {135, any_code, "Neighbor solicitation"},
    {136, any_code, "Neighbor advertisement"},
    {137, any_code, "Redirect"},
    {143, any_code, "Multicast listener report v2"},
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
