#include "base/host_name.h"

#include <algorithm>

namespace portolan {
namespace {

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

}  // namespace

bool is_host_name(std::string_view text) {
  const auto labels = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
  if (labels.empty() || labels.size() > 253) return false;
  for (std::size_t begin = 0; begin <= labels.size();) {
    const auto dot = std::min(labels.find('.', begin), labels.size());
    if (!is_label(labels.substr(begin, dot - begin))) return false;
    begin = dot + 1;
  }
  return true;
}

}  // namespace portolan
