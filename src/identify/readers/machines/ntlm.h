// NTLM's first two messages: we ask, and the challenge names the machine ([MS-NLMP] §2.2.1), bare or inside SPNEGO
// (RFC 4178).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identify/reader.h"

namespace portolan::identify {

std::string ntlm_negotiate();
std::string spnego_of(std::string_view ntlm);

struct NtlmChallenge {
  std::string computer;  // NetBIOS names
  std::string domain;
  std::string dns_computer;
  std::string dns_domain;
  bool has_version = false;
  unsigned major = 0;
  unsigned minor = 0;
  unsigned build = 0;
};
std::optional<NtlmChallenge> ntlm_challenge(std::string_view message);
// The token that answers a negotiation; empty where there is none.
std::string_view token_in_spnego(std::string_view message);

// With details under this topic.
void tell(const NtlmChallenge& challenge, std::string_view topic, Facts& facts);

}  // namespace portolan::identify
