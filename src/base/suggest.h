// "Did you mean": the known word that is closest to an unknown one. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace portolan {

// How many letters must be put in, taken out, changed or swapped with their neighbour to get from
// one word to the other (optimal string alignment).
std::size_t edit_distance(std::string_view from, std::string_view to);

// The first of the closest of `known`; nothing where even that one is no likely slip of the fingers.
std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> known);

}  // namespace portolan
