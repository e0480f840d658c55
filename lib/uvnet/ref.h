// Counted ownership without atomics: one thread owns a loop and all that lives on it.
//
// RefCounted is the base of what users and the loop own together (Socket, Server); Ref is the
// counted pointer; make<T>(...) creates, and nothing else does: `new T` does not compile outside
// these classes. Dropping the last Ref is always safe: also in a constructor, and in a listener or
// callback of a call to the object itself, which then goes when that call returns (CallGuard).
// Never share one between threads.
#pragma once

#include <uvnet/export.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace uvnet {

class AsyncContext;
template <class T>
class Ref;
namespace handles {
class ContextScope;
}

class RefCounted {
 public:
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

 protected:
  RefCounted() = default;
  virtual ~RefCounted() = default;

  // Only make() and these classes create: it has to end the guard that a constructor is under.
  static void* operator new(std::size_t size) { return ::operator new(size); }
  static void* operator new(std::size_t size, std::align_val_t alignment) {
    return ::operator new(size, alignment);
  }
  static void operator delete(void* memory) noexcept { ::operator delete(memory); }
  static void operator delete(void* memory, std::align_val_t alignment) noexcept {
    ::operator delete(memory, alignment);
  }

  // For an owner with a garbage collector, who holds one Ref for as long as its own object lives:
  // from now on onShared() tells when others hold one too (true: the object must be kept) and when
  // none does any more (false: it may be collected). Called when the owner has its Ref.
  void watchShared() noexcept {
    marks_ |= kOwned;
    if (refs_ > 1) onShared(true);  // by the loop, if it was made with a descriptor
  }
  virtual void onShared(bool) noexcept {}

  // What callbacks out of the loop for this object run in (Host::captureContext); null: nothing.
  virtual AsyncContext* asyncContext() const noexcept { return nullptr; }

 private:
  friend class handles::ContextScope;
  friend class CallGuard;
  template <class T>
  friend class Ref;
  template <class T, class... Args>
  friend Ref<T> make(Args&&... args);

  // marks_ is a flag and, above it, the number of guards.
  static constexpr std::uint32_t kOwned = 1;  // after watchShared()
  static constexpr std::uint32_t kGuard = 2;

  void retain() noexcept {
    if (++refs_ == 2 && (marks_ & kOwned) != 0) onShared(true);
  }
  void release() noexcept {
    if (--refs_ <= (marks_ & kOwned)) released();
  }
  // Out of line: this is rare, and see deleteThis().
  [[gnu::noinline]] void released() noexcept {
    if (refs_ != 0) {
      onShared(false);
    } else if (marks_ < kGuard) {
      deleteThis();
    }
  }
  void enter() noexcept { marks_ += kGuard; }
  void leave() noexcept {
    marks_ -= kGuard;
    if (refs_ == 0 && marks_ < kGuard) deleteThis();
  }
  // Where no compiler sees it, or gcc 12 (-O3) and clang's analyzer take each of two Refs in one
  // function for the last one and warn of a use after free.
  UVNET_API void deleteThis() noexcept;
  std::uint32_t refs_ = 0;
  std::uint32_t marks_ = kGuard;  // that of the constructor, which make() ends
};

// For the length of a call into an object: whoever drops its last Ref meanwhile, it goes when the
// call is over. Every public call that runs listeners, callbacks or overridden hooks begins with
// one, so that nothing behind it needs to. Costs two additions; unlike a Ref it tells nobody.
class CallGuard {
 public:
  explicit CallGuard(const RefCounted& object) noexcept : object_(const_cast<RefCounted&>(object)) {
    object_.enter();
  }
  CallGuard(const CallGuard&) = delete;
  CallGuard& operator=(const CallGuard&) = delete;
  ~CallGuard() { object_.leave(); }

 private:
  RefCounted& object_;
};

template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  Ref(std::nullptr_t) noexcept {}                        // NOLINT: as with std::shared_ptr
  Ref(T* object) noexcept : object_(object) { hold(); }  // NOLINT: counts are in the object
  explicit Ref(T& object) noexcept : object_(&object) { hold(); }

  Ref(const Ref& other) noexcept : object_(other.object_) { hold(); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> Ref(const Ref<U>& other)
  noexcept : object_(other.get()) {  // NOLINT: upcast
    hold();
  }

  Ref& operator=(Ref other) noexcept {
    swap(other);
    return *this;
  }
  ~Ref() { drop(); }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  void reset() noexcept { Ref().swap(*this); }
  void swap(Ref& other) noexcept { std::swap(object_, other.object_); }
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.object_ == b.object_; }

 private:
  void hold() noexcept {
    if (object_ != nullptr) static_cast<RefCounted*>(object_)->retain();
  }
  void drop() noexcept {
    if (object_ != nullptr) static_cast<RefCounted*>(std::exchange(object_, nullptr))->release();
  }  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): others may hold it
  T* object_ = nullptr;
};

template <class T, class... Args>
Ref<T> make(Args&&... args) {
  T* const object = new T(std::forward<Args>(args)...);
  const Ref<T> made(object);
  static_cast<RefCounted*>(object)->leave();
  return made;
}

}  // namespace uvnet
