// The running kernel's types, as it describes them itself (BTF, Documentation/bpf/btf.rst): where a member stands in a
// structure differs from kernel to kernel, and BPF programs need to know. libbpf reads BTF, too, but copies and indexes
// all of its 130,000 types, which takes ten times as long as looking for a few in one walk. Pure but for the one
// function that opens the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace portolan::os {

enum class TypeKind : std::uint8_t { structure = 4, function = 12 };  // BTF_KIND_STRUCT, BTF_KIND_FUNC

struct TypeQuestion {
  TypeKind kind = TypeKind::structure;
  std::string_view type;
  std::string_view member = {};  // of a structure; "": only the type's number is wanted
  // The answer.
  std::uint32_t id = 0;      // 0: there is none
  std::uint32_t offset = 0;  // of the member, in bytes
};

// Answers each question with the first type that has the name and the member. False: some have no answer, or `btf` is
// not what it should be.
bool find_types(std::span<const std::uint8_t> btf, std::span<TypeQuestion> questions);

// The bytes of /sys/kernel/btf/vmlinux: mapped, which costs nothing, or read where the kernel cannot map them (before
// Linux 6.15), which takes milliseconds.
class KernelTypes {
 public:
  // Errc::unsupported: the kernel was built without.
  static Result<KernelTypes> open();
  // Whether open() can map them; costs microseconds.
  static bool can_map();
  KernelTypes(KernelTypes&& other) noexcept;
  KernelTypes(const KernelTypes&) = delete;
  KernelTypes& operator=(const KernelTypes&) = delete;
  KernelTypes& operator=(KernelTypes&&) = delete;
  ~KernelTypes();
  [[nodiscard]] std::span<const std::uint8_t> bytes() const;

 private:
  KernelTypes() = default;
  std::span<const std::uint8_t> mapped_;
  std::string read_;
};

}  // namespace portolan::os
