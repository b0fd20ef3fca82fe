// The classes of systems that are told apart, and what each is known for.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "identify/system/signs.h"

namespace portolan::identify {

// How far its line is to be trusted: what was measured here, or what others have published, which ages.
enum class Source : std::uint8_t { measured, published };
// The chance that a system of the class shows what its line says.
constexpr double trust_of(Source source) { return source == Source::measured ? 0.95 : 0.8; }

// Classes of one kin have much in common; where they cannot be told apart, the kin is named.
enum class Kin : std::uint8_t {
  linux_kernel,
  freebsd,
  netbsd,
  openbsd,
  apple,
  windows,
  solaris,
  cisco,
  f5,
  esxi,
  vxworks,
  siemens,
  lwip,
  libslirp,
};

struct Known {
  Sign sign;
  std::string_view words;  // alternatives by "|"
};

struct SystemClass {
  std::string_view name;
  Kin kin;
  std::string_view type;  // nmap's word for the device
  std::string_view vendor;
  std::string_view family;
  std::string_view generation;
  std::string_view cpe;  // 2.3 formatted string
  double weight;         // before anything is seen, beside the others
  Source source;
  std::array<Known, 13> known;  // those behind the last have no words

  // What it shows for this sign; "" where that is not known.
  [[nodiscard]] constexpr std::string_view of(Sign sign) const {
    for (const Known& one : known) {
      if (one.sign == sign && !one.words.empty()) return one.words;
    }
    return {};
  }
};
// What is said where classes of a kin cannot be told apart.
struct KinName {
  Kin kin;
  std::string_view name;
  std::string_view type;
  std::string_view vendor;
  std::string_view family;
  std::string_view cpe;
};

std::span<const SystemClass> system_classes();
// nullptr for a kin of one class.
const KinName* name_of(Kin kin);

// Whether `word` is one of the alternatives, and how many there are.
bool is_among(std::string_view word, std::string_view alternatives);
std::size_t alternatives_of(std::string_view words);

}  // namespace portolan::identify
