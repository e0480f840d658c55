// A move-only callable, as std::move_only_function will be once C++23 is everywhere.
//
// Why our own: std::function copies, so a listener could not own a Ref or a Buffer without cost;
// and a Node callback "may take all the arguments or none", which this one honours.
// A callable of up to kInline bytes lives inside the Function: the write callbacks and ticks of a
// steady connection allocate nothing.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace uvnet {

template <class Signature>
class Function;

template <class R, class... Args>
class Function<R(Args...)> {
 public:
  // A Ref, a pointer and a Buffer fit: what the library itself captures in a tick.
  static constexpr std::size_t kInline = 5 * sizeof(void*);

  Function() noexcept = default;
  Function(std::nullptr_t) noexcept {}  // NOLINT: `connect(80, nullptr)` is a documented form

  // No function type (F would be a reference to it): clang 14 tries a designated initialiser with a
  // named value, createServer({.blockList = list}), as a `void&` here, which it takes for one, and
  // would stop at decay_t of that.
  template <class F>
  requires(!std::is_function_v<F> && !std::is_same_v<std::remove_cvref_t<F>, Function> &&
           (std::is_invocable_r_v<R, std::decay_t<F>&, Args...> ||
            std::is_invocable_r_v<R, std::decay_t<F>&>))
      Function(F&& f) {  // NOLINT: implicit on purpose, a lambda is a callback
    using T = std::decay_t<F>;
    if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T>) {
      const T pointer = f;  // a function's name decays, and is never null
      if (pointer == nullptr) return;
    }
    if constexpr (fitsInline<T>()) {
      ::new (static_cast<void*>(&storage_)) T(std::forward<F>(f));
      ops_ = &kInlineOps<T>;
    } else {
      ::new (static_cast<void*>(&storage_)) T*(new T(std::forward<F>(f)));
      ops_ = &kHeapOps<T>;
    }
  }

  Function(Function&& other) noexcept { take(other); }
  Function& operator=(Function&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  ~Function() { reset(); }

  explicit operator bool() const noexcept { return ops_ != nullptr; }

  // Calling an empty Function is a programmer's error, as with a null function pointer.
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
  R operator()(Args... args) { return ops_->call(&storage_, std::forward<Args>(args)...); }

 private:
  struct Ops {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <class T>
  static constexpr bool fitsInline() {
    return sizeof(T) <= kInline && alignof(T) <= alignof(void*) &&
           std::is_nothrow_move_constructible_v<T>;
  }

  template <class T>
  static R invoke(T& f, Args&&... args) {
    if constexpr (std::is_invocable_r_v<R, T&, Args...>) {
      if constexpr (std::is_void_v<R>) {
        f(std::forward<Args>(args)...);
      } else {
        return f(std::forward<Args>(args)...);
      }
    } else if constexpr (std::is_void_v<R>) {
      f();
    } else {
      return f();
    }
  }

  template <class T>
  static constexpr Ops kInlineOps{[](void* p, Args&&... args) -> R {
                                    return invoke(*static_cast<T*>(p), std::forward<Args>(args)...);
                                  },
                                  [](void* from, void* to) noexcept {
                                    ::new (to) T(std::move(*static_cast<T*>(from)));
                                    static_cast<T*>(from)->~T();
                                  },
                                  [](void* p) noexcept { static_cast<T*>(p)->~T(); }};

  template <class T>
  static constexpr Ops kHeapOps{
      [](void* p, Args&&... args) -> R {
        return invoke(**static_cast<T**>(p), std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) T*(*static_cast<T**>(from)); },
      [](void* p) noexcept { delete *static_cast<T**>(p); }};

  void take(Function& other) noexcept {
    if (other.ops_ == nullptr) return;
    ops_ = other.ops_;
    ops_->move(&other.storage_, &storage_);
    other.ops_ = nullptr;
  }
  void reset() noexcept {
    if (ops_ == nullptr) return;
    const Ops* ops = ops_;
    ops_ = nullptr;
    ops->destroy(&storage_);
  }

  const Ops* ops_ = nullptr;
  // No more than a pointer's: with max_align_t each Function would be a third larger.
  alignas(void*) std::byte storage_[kInline];
};

}  // namespace uvnet
