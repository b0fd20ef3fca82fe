#include "os/sockets/socket_owners_bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <sys/capability.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "os/file_descriptor.h"
#include "os/kernel_types.h"
#include "os/process/pid_namespace.h"
#include "os/sockets/socket_owners_proc.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

using sockets::Holder;
using sockets::OwnerIndex;

// What the program writes for each descriptor of a socket is an entry as it stands.
using Entry = OwnerIndex::Entry;
static_assert(sizeof(Entry) == 16 && std::is_trivially_copyable_v<Entry>);
static_assert(offsetof(Entry, inode) == 0 && offsetof(Entry, holder) == 8);
static_assert(sizeof(Holder) == 8 && offsetof(Holder, pid) == 0 && offsetof(Holder, fd) == 4);

// --- a small assembler for BPF: one function an instruction (Documentation/bpf/standardization/instruction-set.rst)

enum class Register : std::uint8_t { r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, frame };
enum class Width : std::uint8_t { word = BPF_W, double_word = BPF_DW };

constexpr bpf_insn instruction(int code, Register to, Register from, std::int16_t offset, std::int32_t number) {
  return {.code = static_cast<std::uint8_t>(code),
          .dst_reg = static_cast<std::uint8_t>(std::to_underlying(to) & 0xfU),
          .src_reg = static_cast<std::uint8_t>(std::to_underlying(from) & 0xfU),
          .off = offset,
          .imm = number};
}
constexpr bpf_insn load(Width width, Register to, Register from, std::int16_t offset) {
  return instruction(BPF_LDX | BPF_MEM | std::to_underlying(width), to, from, offset, 0);
}
constexpr bpf_insn store(Width width, Register to, std::int16_t offset, Register from) {
  return instruction(BPF_STX | BPF_MEM | std::to_underlying(width), to, from, offset, 0);
}
constexpr bpf_insn copy(Register to, Register from) { return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
constexpr bpf_insn set(Register to, std::int32_t number) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, Register::r0, 0, number);
}
constexpr bpf_insn add(Register to, std::int32_t number) {
  return instruction(BPF_ALU64 | BPF_ADD | BPF_K, to, Register::r0, 0, number);
}
constexpr bpf_insn call(std::int32_t helper) {
  return instruction(BPF_JMP | BPF_CALL, Register::r0, Register::r0, 0, helper);
}
// Where it goes to is filled in by assemble(): every such jump leaves the program.
constexpr bpf_insn leave_if_zero(Register value) {
  return instruction(BPF_JMP | BPF_JEQ | BPF_K, value, Register::r0, 0, 0);
}

std::vector<bpf_insn> assemble(std::span<const bpf_insn> body) {
  std::vector<bpf_insn> program{body.begin(), body.end()};
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i].code == leave_if_zero(Register::r0).code)
      program[i].off = static_cast<std::int16_t>(program.size() - i - 1);
  }
  program.push_back(set(Register::r0, 0));  // go on with the next file
  program.push_back(instruction(BPF_JMP | BPF_EXIT, Register::r0, Register::r0, 0, 0));
  return program;
}

// --- the program

// Where this kernel keeps what the program reads.
struct Layout {
  std::uint32_t iterator = 0;     // number of the type bpf_iter_task_file
  std::int16_t file_inode = 0;    // struct file: f_inode
  std::int16_t inode_number = 0;  // struct inode: i_ino, an unsigned long
  std::int16_t task_process = 0;  // struct task_struct: tgid, which user space calls pid
};

Result<Layout> find_layout() {
  const auto types = KernelTypes::open();
  if (!types) return fail(types.error());
  std::array questions{TypeQuestion{.kind = TypeKind::function, .type = "bpf_iter_task_file"},
                       TypeQuestion{.type = "file", .member = "f_inode"},
                       TypeQuestion{.type = "inode", .member = "i_ino"},
                       TypeQuestion{.type = "task_struct", .member = "tgid"}};
  if (!find_types(types->bytes(), questions))
    return fail(Errc::unsupported, "this kernel has no BPF iterator over the files of tasks");
  const auto offset = [&](std::size_t i) { return static_cast<std::int16_t>(questions[i].offset); };
  return Layout{questions[0].id, offset(1), offset(2), offset(3)};
}

std::vector<bpf_insn> make_program(const Layout& layout) {
  using enum Register;
  using enum Width;
  // struct bpf_iter__task_file (kernel/bpf/task_iter.c): pointers to struct bpf_iter_meta, struct task_struct, then
  // the descriptor's number, a pointer to struct file. The first member of bpf_iter_meta is the output.
  constexpr std::int16_t meta = 0;
  constexpr std::int16_t task = 8;
  constexpr std::int16_t descriptor = 16;
  constexpr std::int16_t file = 24;
  constexpr std::int16_t record = -16;  // on the stack
  constexpr std::int16_t record_pid = record + 8;
  constexpr std::int16_t record_fd = record + 12;
  const std::array body{
      load(double_word, r7, r1, file),
      leave_if_zero(r7),  // once all files are through it is called a last time, without any
      load(double_word, r8, r1, task),
      leave_if_zero(r8),
      load(word, r9, r1, descriptor),
      load(double_word, r6, r1, meta),
      load(double_word, r6, r6, 0),

      copy(r1, r7),
      call(BPF_FUNC_sock_from_file),
      leave_if_zero(r0),  // no socket

      load(double_word, r1, r7, layout.file_inode),
      load(double_word, r1, r1, layout.inode_number),
      store(double_word, frame, record, r1),
      load(word, r1, r8, layout.task_process),
      store(word, frame, record_pid, r1),
      store(word, frame, record_fd, r9),

      copy(r1, r6),
      copy(r2, frame),
      add(r2, record),
      set(r3, sizeof(Entry)),
      call(BPF_FUNC_seq_write),
  };
  return assemble(body);
}

std::unexpected<Error> bpf_failure(std::string_view what, int error) {
  const bool refused = error == EPERM || error == EACCES;
  return fail({refused ? Errc::privilege : Errc::unsupported, fmt::format("cannot {}: {}", what, error_text(error)),
               error_name(error)});
}

Result<FileDescriptor> open_iterator(const Layout& layout) {
  static std::once_flag quiet;
  std::call_once(quiet, [] { ::libbpf_set_print(nullptr); });
  const std::vector<bpf_insn> code = make_program(layout);
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = BPF_TRACE_ITER;
  options.attach_btf_id = layout.iterator;
  // The kernel lends bpf_seq_write only to programs under the GPL. These few instructions may be used under either.
  const FileDescriptor program{
      ::bpf_prog_load(BPF_PROG_TYPE_TRACING, nullptr, "Dual BSD/GPL", code.data(), code.size(), &options)};
  if (!program.is_open()) return bpf_failure("load the BPF program that finds the owners of sockets", errno);
  const FileDescriptor link{::bpf_link_create(program.get(), 0, BPF_TRACE_ITER, nullptr)};
  if (!link.is_open()) return bpf_failure("attach the BPF program that finds the owners of sockets", errno);
  FileDescriptor iterator{::bpf_iter_create(link.get())};
  if (!iterator.is_open()) return bpf_failure("run the BPF program that finds the owners of sockets", errno);
  return iterator;  // holds the other two
}

Result<std::vector<Entry>> read_entries(const FileDescriptor& iterator) {
  // The kernel gives at most its own buffer at once: 8 pages (bpf_seq_read in kernel/bpf/bpf_iter.c), whole records.
  constexpr std::size_t entries_at_once = 32'768 / sizeof(Entry);
  std::vector<Entry> entries;
  for (;;) {
    const std::size_t before = entries.size();
    entries.resize(before + entries_at_once);
    const ssize_t size = ::read(iterator.get(), entries.data() + before, entries_at_once * sizeof(Entry));
    const int error = errno;
    entries.resize(before + static_cast<std::size_t>(std::max<ssize_t>(size, 0)) / sizeof(Entry));
    if (size == 0) return entries;
    // EAGAIN: a million files in a row were no sockets, and the kernel paused (MAX_ITER_OBJECTS).
    if (size < 0 && error != EINTR && error != EAGAIN)
      return bpf_failure("read from the BPF program that finds the owners of sockets", error);
  }
}

bool has_capabilities() {
  struct Free {
    void operator()(cap_t capabilities) const { ::cap_free(capabilities); }
  };
  const std::unique_ptr<std::remove_pointer_t<cap_t>, Free> own{::cap_get_proc()};
  const auto has = [&](cap_value_t which) {
    cap_flag_value_t value = CAP_CLEAR;
    return own && ::cap_get_flag(own.get(), which, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
  };
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}

std::size_t count_processes(std::span<const Entry> entries) {
  std::vector<std::uint32_t> pids;
  for (const Entry& entry : entries) {
    if (pids.empty() || pids.back() != entry.holder.pid) pids.push_back(entry.holder.pid);
  }
  std::ranges::sort(pids);
  return pids.size() - std::ranges::unique(pids).size();
}

}  // namespace

bool may_find_owners_with_bpf() { return in_first_pid_namespace() && has_capabilities(); }

Result<OwnerIndex> find_owners_with_bpf() {
  if (!in_first_pid_namespace())
    return fail(Errc::unsupported,
                "BPF programs number processes as the first pid namespace does, and this is another");
  // Before the types are looked up, which costs more than being refused.
  if (!has_capabilities())
    return fail(Errc::privilege, "finding the owners of sockets by a BPF program needs CAP_BPF and CAP_PERFMON");
  const auto layout = find_layout();
  if (!layout) return fail(layout.error());
  const auto iterator = open_iterator(*layout);
  if (!iterator) return fail(iterator.error());
  auto entries = read_entries(*iterator);
  if (!entries) return fail(entries.error());
  const std::size_t processes = count_processes(*entries);
  return OwnerIndex{std::move(*entries), {.processes = processes, .processes_denied = count_hidden_processes()}};
}

}  // namespace portolan::os
