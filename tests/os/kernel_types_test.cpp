#include "os/kernel_types.h"

#include <gtest/gtest.h>
#include <linux/btf.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace portolan::os {
namespace {

// Types as the kernel's compiler would describe them, written by hand.
class Btf {
 public:
  std::uint32_t text(std::string_view word) {
    const auto offset = static_cast<std::uint32_t>(strings_.size());
    strings_.insert(strings_.end(), word.begin(), word.end());
    strings_.push_back(0);
    return offset;
  }
  Btf& type(std::uint32_t name, std::uint32_t kind, std::uint32_t count = 0, bool flag = false) {
    put(btf_type{name, (flag ? 1U << 31U : 0U) | (kind << 24U) | count, {8}});
    return *this;
  }
  template <class T>
  Btf& put(const T& value) {
    const std::size_t at = types_.size();
    types_.resize(at + sizeof value);
    std::memcpy(types_.data() + at, &value, sizeof value);
    return *this;
  }
  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    btf_header header{};
    header.magic = BTF_MAGIC;
    header.version = BTF_VERSION;
    header.hdr_len = sizeof header;
    header.type_len = static_cast<std::uint32_t>(types_.size());
    header.str_off = header.type_len;
    header.str_len = static_cast<std::uint32_t>(strings_.size());
    std::vector<std::uint8_t> all(sizeof header);
    std::memcpy(all.data(), &header, sizeof header);
    all.insert(all.end(), types_.begin(), types_.end());
    all.insert(all.end(), strings_.begin(), strings_.end());
    return all;
  }

 private:
  std::vector<std::uint8_t> types_;
  std::vector<std::uint8_t> strings_{0};
};

// One of each kind that has something behind it, then the two that are looked for.
std::vector<std::uint8_t> some_types() {
  Btf btf;
  const std::uint32_t file = btf.text("file");
  const std::uint32_t inode = btf.text("f_inode");
  const std::uint32_t other = btf.text("f_inode_of_another");
  const std::uint32_t function = btf.text("bpf_iter_task_file");
  btf.type(other, BTF_KIND_INT).put(std::uint32_t{0});
  btf.type(0, BTF_KIND_ARRAY).put(btf_array{});
  btf.type(other, BTF_KIND_ENUM, 2).put(btf_enum{}).put(btf_enum{});
  btf.type(other, BTF_KIND_ENUM64, 1).put(btf_enum64{});
  btf.type(0, BTF_KIND_FUNC_PROTO, 2).put(btf_param{}).put(btf_param{});
  btf.type(other, BTF_KIND_VAR).put(btf_var{});
  btf.type(other, BTF_KIND_DECL_TAG).put(btf_decl_tag{});
  btf.type(other, BTF_KIND_DATASEC, 1).put(btf_var_secinfo{});
  btf.type(other, BTF_KIND_FLOAT).type(0, BTF_KIND_PTR).type(0, BTF_KIND_CONST).type(file, BTF_KIND_FWD);
  btf.type(file, BTF_KIND_UNION, 1).put(btf_member{inode, 1, 8});
  btf.type(file, BTF_KIND_STRUCT, 1).put(btf_member{other, 1, 16});  // 14: another of that name
  btf.type(file, BTF_KIND_STRUCT, 2).put(btf_member{other, 1, 0}).put(btf_member{inode, 1, 256});
  btf.type(function, BTF_KIND_TYPEDEF).type(function, BTF_KIND_FUNC);
  btf.type(other, BTF_KIND_STRUCT, 1, true).put(btf_member{inode, 1, (3U << 24U) | 64U});
  return btf.bytes();
}

TEST(KernelTypes, AreFoundByNameAndKind) {
  const auto btf = some_types();
  std::array questions{TypeQuestion{.kind = TypeKind::function, .type = "bpf_iter_task_file"},
                       TypeQuestion{.type = "file", .member = "f_inode"}, TypeQuestion{.type = "file"},
                       TypeQuestion{.type = "f_inode_of_another", .member = "f_inode"}};
  ASSERT_TRUE(find_types(btf, questions));
  EXPECT_EQ(questions[0].id, 17U);
  EXPECT_EQ(questions[1].id, 15U);
  EXPECT_EQ(questions[1].offset, 32U);
  EXPECT_EQ(questions[2].id, 14U);
  EXPECT_EQ(questions[3].id, 18U);
  EXPECT_EQ(questions[3].offset, 8U);  // where the upper byte is a bit field's size
}

TEST(KernelTypes, ThatAreNotThereAreNotFound) {
  const auto btf = some_types();
  for (const TypeQuestion& question :
       {TypeQuestion{.type = "task_struct"}, TypeQuestion{.type = "fil"}, TypeQuestion{.type = "bpf_iter_task_file"},
        TypeQuestion{.kind = TypeKind::function, .type = "file"}, TypeQuestion{.type = "file", .member = "inode"},
        TypeQuestion{.type = "file", .member = "bpf_iter_task_file"}}) {
    std::array one{question};
    EXPECT_FALSE(find_types(btf, one)) << question.type << "." << question.member;
  }
}

TEST(KernelTypes, ThatAreCutShortAreRefused) {
  const auto btf = some_types();
  for (std::size_t size = 0; size < btf.size(); ++size) {
    std::array one{TypeQuestion{.kind = TypeKind::function, .type = "bpf_iter_task_file"}};
    const std::vector<std::uint8_t> part(btf.begin(), btf.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(find_types(part, one)) << size;
  }
}

TEST(KernelTypes, OfAKindThatIsNotKnownEndTheSearch) {
  Btf btf;
  const std::uint32_t file = btf.text("file");
  btf.type(0, 31).type(file, BTF_KIND_STRUCT);
  std::array one{TypeQuestion{.type = "file"}};
  EXPECT_FALSE(find_types(btf.bytes(), one));
}

TEST(KernelTypes, OfThisKernelHaveWhatTheOwnersNeed) {
  const auto types = KernelTypes::open();
  if (!types) GTEST_SKIP() << types.error().message;
  std::array questions{TypeQuestion{.type = "task_struct", .member = "tgid"},
                       TypeQuestion{.type = "inode", .member = "i_ino"}};
  EXPECT_TRUE(find_types(types->bytes(), questions));
  EXPECT_GT(questions[0].offset, 0U);
}

}  // namespace
}  // namespace portolan::os
