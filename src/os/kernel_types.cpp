#include "os/kernel_types.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "os/file_descriptor.h"
#include "os/files.h"

namespace portolan::os {
namespace {

constexpr const char* path = "/sys/kernel/btf/vmlinux";

using Bytes = std::span<const std::uint8_t>;

template <class T>
std::optional<T> read_at(Bytes bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::optional<Bytes> section(Bytes btf, const btf_header& header, std::uint32_t offset, std::uint32_t size) {
  const std::uint64_t first = std::uint64_t{header.hdr_len} + offset;
  if (first + size > btf.size()) return std::nullopt;
  return btf.subspan(static_cast<std::size_t>(first), size);
}

// Where `name` stands among the strings; each is there once and ends with NUL, and the first is empty. 0: nowhere.
std::uint32_t offset_of(Bytes strings, std::string_view name) {
  const std::string_view all{reinterpret_cast<const char*>(strings.data()), strings.size()};
  std::string bounded(1, '\0');
  bounded.append(name).push_back('\0');
  const void* found = ::memmem(all.data(), all.size(), bounded.data(), bounded.size());
  return found == nullptr ? 0 : static_cast<std::uint32_t>(static_cast<const char*>(found) - all.data()) + 1;
}

// What follows the btf_type itself.
std::optional<std::size_t> size_of_rest(std::uint32_t kind, std::size_t count) {
  switch (kind) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG:
      return sizeof(std::uint32_t);
    case BTF_KIND_ARRAY:
      return sizeof(btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return count * sizeof(btf_member);
    case BTF_KIND_ENUM:
      return count * sizeof(btf_enum);
    case BTF_KIND_FUNC_PROTO:
      return count * sizeof(btf_param);
    case BTF_KIND_DATASEC:
      return count * sizeof(btf_var_secinfo);
    case BTF_KIND_ENUM64:
      return count * sizeof(btf_enum64);
    case BTF_KIND_PTR:
    case BTF_KIND_FWD:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_CONST:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_FUNC:
    case BTF_KIND_FLOAT:
    case BTF_KIND_TYPE_TAG:
      return 0;
    default:
      return std::nullopt;  // younger than this program: where the next type begins is not known
  }
}

struct Names {
  std::uint32_t type = 0;
  std::uint32_t member = 0;
};

std::optional<std::uint32_t> member_offset(Bytes members, bool bit_fields, std::uint32_t name) {
  constexpr std::uint32_t bits_in_byte = 8;
  for (std::size_t at = 0; const auto member = read_at<btf_member>(members, at); at += sizeof(btf_member)) {
    if (member->name_off != name) continue;
    return (bit_fields ? BTF_MEMBER_BIT_OFFSET(member->offset) : member->offset) / bits_in_byte;
  }
  return std::nullopt;
}

bool answer(TypeQuestion& question, const Names& names, const btf_type& type, Bytes rest, std::uint32_t id) {
  if (question.id != 0 || BTF_INFO_KIND(type.info) != static_cast<std::uint32_t>(question.kind)) return false;
  if (!question.member.empty()) {
    const auto offset = member_offset(rest, BTF_INFO_KFLAG(type.info) != 0, names.member);
    if (!offset) return false;
    question.offset = *offset;
  }
  question.id = id;
  return true;
}

}  // namespace

bool find_types(Bytes btf, std::span<TypeQuestion> questions) {
  const auto header = read_at<btf_header>(btf, 0);
  if (!header || header->magic != BTF_MAGIC) return false;
  const auto types = section(btf, *header, header->type_off, header->type_len);
  const auto strings = section(btf, *header, header->str_off, header->str_len);
  if (!types || !strings) return false;

  std::vector<Names> names;
  for (const TypeQuestion& question : questions) {
    names.push_back(
        {offset_of(*strings, question.type), question.member.empty() ? 0 : offset_of(*strings, question.member)});
    if (names.back().type == 0 || (names.back().member == 0 && !question.member.empty())) return false;
  }
  std::size_t open = questions.size();
  std::uint32_t id = 1;  // 0 is void
  for (std::size_t at = 0; open > 0 && types->size() - at >= sizeof(btf_type); ++id) {
    btf_type type;
    std::memcpy(&type, types->data() + at, sizeof type);
    at += sizeof type;
    const auto rest = size_of_rest(BTF_INFO_KIND(type.info), BTF_INFO_VLEN(type.info));
    if (!rest || *rest > types->size() - at) return false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (type.name_off == names[i].type && answer(questions[i], names[i], type, types->subspan(at, *rest), id)) --open;
    }
    at += *rest;
  }
  return open == 0;
}

bool KernelTypes::can_map() {
  const FileDescriptor file{::open(path, O_RDONLY | O_CLOEXEC)};
  void* const memory = ::mmap(nullptr, 1, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) return false;
  ::munmap(memory, 1);
  return true;
}

Result<KernelTypes> KernelTypes::open() {
  KernelTypes types;
  const FileDescriptor file{::open(path, O_RDONLY | O_CLOEXEC)};
  struct stat about{};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0)
    return fail(Errc::unsupported, "this kernel does not describe its types (/sys/kernel/btf/vmlinux)");
  const auto size = static_cast<std::size_t>(about.st_size);
  if (void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0); memory != MAP_FAILED) {
    types.mapped_ = {static_cast<const std::uint8_t*>(memory), size};
    return types;
  }
  auto text = read_file(path);
  if (!text) return fail(Errc::unsupported, std::move(text.error().message));
  types.read_ = std::move(*text);
  return types;
}

KernelTypes::KernelTypes(KernelTypes&& other) noexcept
    : mapped_{std::exchange(other.mapped_, {})}, read_{std::move(other.read_)} {}

std::span<const std::uint8_t> KernelTypes::bytes() const {
  if (read_.empty()) return mapped_;
  return {reinterpret_cast<const std::uint8_t*>(read_.data()), read_.size()};
}

KernelTypes::~KernelTypes() {
  if (!mapped_.empty()) ::munmap(const_cast<std::uint8_t*>(mapped_.data()), mapped_.size());
}

}  // namespace portolan::os
