// Things that come and go and are known by a number: places that never move, taken again once they are left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace portolan {

// `T` is default-constructible and move-assignable. Memory grows with the most that were there at once.
template <class T>
class Slab {
 public:
  // The number of a new thing.
  std::uint32_t add() {
    if (vacant_.empty()) {
      const auto first = static_cast<std::uint32_t>(chunks_.size() * per_chunk);
      chunks_.push_back(std::make_unique<T[]>(per_chunk));
      for (std::uint32_t i = per_chunk; i-- > 0;) vacant_.push_back(first + i);
    }
    const std::uint32_t number = vacant_.back();
    vacant_.pop_back();
    is_taken_.resize(chunks_.size() * per_chunk);
    is_taken_[number] = true;
    ++size_;
    return number;
  }
  void remove(std::uint32_t number) {
    (*this)[number] = T{};
    vacant_.push_back(number);
    is_taken_[number] = false;
    --size_;
  }
  T& operator[](std::uint32_t number) { return chunks_[number / per_chunk][number % per_chunk]; }
  const T& operator[](std::uint32_t number) const { return chunks_[number / per_chunk][number % per_chunk]; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // Of all that are there.
  [[nodiscard]] std::vector<std::uint32_t> numbers() const {
    std::vector<std::uint32_t> all;
    for (std::uint32_t number = 0; number < is_taken_.size(); ++number) {
      if (is_taken_[number]) all.push_back(number);
    }
    return all;
  }

 private:
  static constexpr std::size_t per_chunk = 256;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<std::uint32_t> vacant_;
  std::vector<bool> is_taken_;
  std::size_t size_ = 0;
};

}  // namespace portolan
