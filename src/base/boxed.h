// An optional value that takes the room of a pointer: for large ones that few of very many records have.
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace portolan {

// As std::optional, but for where the value is kept; two are equal where their values are.
template <class T>
class Boxed {
 public:
  using value_type = T;

  Boxed() = default;
  // Implicit, as std::optional's are: a value stands for itself.
  Boxed(T value) : value_{std::make_unique<T>(std::move(value))} {}  // NOLINT(google-explicit-constructor)
  // NOLINTNEXTLINE(google-explicit-constructor)
  Boxed(std::optional<T> value) : value_{value ? std::make_unique<T>(std::move(*value)) : nullptr} {}
  Boxed(const Boxed& other) : value_{other ? std::make_unique<T>(*other) : nullptr} {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    if (this != &other) *this = Boxed{other};
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  T& emplace() { return *(value_ = std::make_unique<T>()); }

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] T* operator->() { return value_.get(); }
  [[nodiscard]] const T* operator->() const { return value_.get(); }

  friend bool operator==(const Boxed& one, const Boxed& other) {
    if (!one || !other) return !one && !other;
    return *one == *other;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace portolan
