#include "os/memory_reserve.h"

#include <atomic>
#include <new>

namespace portolan::os {
namespace {

std::atomic<std::byte*> reserve = nullptr;
std::atomic<bool> used = false;

// operator new calls this where there is no memory, and tries again (new.handler).
void give_reserve() {
  std::byte* const kept = reserve.exchange(nullptr);
  if (kept == nullptr) throw std::bad_alloc{};
  used = true;
  delete[] kept;
}

}  // namespace

MemoryReserve::MemoryReserve(std::size_t bytes) {
  used = false;
  reserve = new (std::nothrow) std::byte[bytes];
  std::set_new_handler(give_reserve);
}

MemoryReserve::~MemoryReserve() {
  std::set_new_handler(nullptr);
  delete[] reserve.exchange(nullptr);
}

bool MemoryReserve::is_used() { return used; }

}  // namespace portolan::os
