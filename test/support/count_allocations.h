// Counts every allocation of the program, through operator new or malloc, while it is switched on.
// It replaces malloc: include it in one file of a program.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UVNET_TEST_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UVNET_TEST_SANITIZED
#endif
#endif
#if defined(UVNET_TEST_SANITIZED)
// As <sanitizer/allocator_interface.h> has it, a header that gcc does not always bring.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*onMalloc)(const volatile void*,
                                                                          std::size_t),
                                                         void (*onFree)(const volatile void*));
#endif

namespace uvnet::test {

inline std::atomic<bool> countingAllocations{false};
inline std::atomic<std::uint64_t> allocations{0};
inline std::atomic<std::uint64_t> allocatedBytes{0};  // as asked for

inline void noteAllocation(std::size_t size) noexcept {
  if (countingAllocations.load(std::memory_order_relaxed)) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    allocatedBytes.fetch_add(size, std::memory_order_relaxed);
  }
}

#if defined(UVNET_TEST_SANITIZED)
// A sanitizer brings its own malloc, and a hook for those who count.
inline const int allocationHooks = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) { noteAllocation(size); },
    [](const volatile void*) {});
#endif

}  // namespace uvnet::test

#if !defined(UVNET_TEST_SANITIZED) && defined(__GLIBC__)
// glibc lets a program bring its own malloc. operator new calls it, libuv too: all is counted.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier)
void* malloc(std::size_t size) noexcept {
  uvnet::test::noteAllocation(size);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  uvnet::test::noteAllocation(count * size);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  uvnet::test::noteAllocation(size);
  return __libc_realloc(memory, size);
}
}
#elif !defined(UVNET_TEST_SANITIZED)
void* operator new(std::size_t size) {
  uvnet::test::noteAllocation(size);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
