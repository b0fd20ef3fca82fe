// Messages of DNS and of its relatives (RFC 1035 §4.1), as far as answers are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::identify {

struct DnsRecord {
  std::string name;  // "_http._tcp.local", labels of any bytes
  std::uint16_t type = 0;
  std::string_view data;
  std::size_t data_at = 0;  // in the message, for names inside
};

struct DnsAnswers {
  std::uint16_t flags = 0;
  std::vector<DnsRecord> records;  // of the answer section, as many as came whole
};

// nullopt where the header or a question is not whole.
std::optional<DnsAnswers> dns_answers(std::string_view message);

// The name at this place of the message, its pointers followed; nullopt where it does not come to its end.
std::optional<std::string> dns_name_at(std::string_view message, std::size_t at);

}  // namespace portolan::identify
