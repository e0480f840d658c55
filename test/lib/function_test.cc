// Function: what it can hold, where it holds it, and that it calls with all arguments or none.
#include <uvnet/function.h>

#include <array>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "support/catch.h"

using uvnet::Function;

namespace {

int addOne(int n) { return n + 1; }

// Counts how many are alive; as large as Size, and noexcept to move if asked.
template <std::size_t Size, bool NoexceptMove = true>
struct Counted {
  explicit Counted(int& count) : alive(&count) { ++*alive; }
  // NOLINTNEXTLINE(performance-noexcept-move-constructor): one that may throw is the subject
  Counted(Counted&& other) noexcept(NoexceptMove) : alive(other.alive) { ++*alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  Counted& operator=(Counted&&) = delete;
  ~Counted() { --*alive; }
  const void* operator()() const { return this; }

  int* alive;
  std::array<char, Size - sizeof(int*)> rest{};
};

constexpr std::size_t kInline = Function<void()>::kInline;

bool inside(const void* place, const Function<const void*()>& function) {
  const char* const p = static_cast<const char*>(place);
  const char* const begin = reinterpret_cast<const char*>(&function);
  return p >= begin && p < begin + sizeof function;
}

}  // namespace

TEST_CASE("a Function calls with the arguments and returns the result") {
  Function<int(int, int)> function = [](int a, int b) { return a - b; };
  CHECK(function(7, 3) == 4);
  Function<int(int)> plain = addOne;
  CHECK(plain(1) == 2);
}

TEST_CASE("a callable that takes no arguments may stand where some are given") {
  int calls = 0;
  Function<void(int, std::string)> function = [&calls] { ++calls; };
  function(1, "text");
  CHECK(calls == 1);
  Function<int(int)> answer = [] { return 42; };
  CHECK(answer(0) == 42);
}

TEST_CASE("a callable that can take the arguments gets them, though it could do without") {
  int got = 0;
  Function<void(int)> function = [&got](int n = 1) { got = n; };
  function(5);
  CHECK(got == 5);
}

TEST_CASE("a void Function takes a callable that returns something") {
  int calls = 0;
  Function<void()> function = [&calls] { return ++calls; };
  function();
  CHECK(calls == 1);
}

TEST_CASE("a Function keeps the state of a mutable callable between calls") {
  Function<int()> function = [n = 0]() mutable { return ++n; };
  function();
  CHECK(function() == 2);
}

TEST_CASE("a Function holds what can only be moved") {
  Function<int()> function = [p = std::make_unique<int>(3)] { return *p; };
  Function<int()> moved = std::move(function);
  CHECK(moved() == 3);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Function<int()>>);
}

TEST_CASE("arguments that can only be moved go through") {
  Function<int(std::unique_ptr<int>)> function = [](std::unique_ptr<int> p) { return *p; };
  CHECK(function(std::make_unique<int>(9)) == 9);
}

TEST_CASE("a reference argument is the caller's object") {
  Function<void(std::string&)> function = [](std::string& text) { text += '!'; };
  std::string text = "hey";
  function(text);
  CHECK(text == "hey!");
}

TEST_CASE("a Function without a callable is false") {
  CHECK_FALSE(static_cast<bool>(Function<void()>()));
  CHECK_FALSE(static_cast<bool>(Function<void()>(nullptr)));
  int (*none)(int) = nullptr;
  CHECK_FALSE(static_cast<bool>(Function<int(int)>(none)));
  CHECK(static_cast<bool>(Function<void()>([] {})));
}

TEST_CASE("a callable of kInline bytes lives inside, a larger one does not") {
  int alive = 0;
  Function<const void*()> small = Counted<kInline>(alive);
  CHECK(inside(small(), small));
  Function<const void*()> large = Counted<kInline + 8>(alive);
  CHECK_FALSE(inside(large(), large));
}

TEST_CASE("a callable whose move may throw lives outside, so that moving the Function cannot") {
  int alive = 0;
  Function<const void*()> function = Counted<16, false>(alive);
  const void* const place = function();
  CHECK_FALSE(inside(place, function));
  Function<const void*()> moved = std::move(function);
  CHECK(moved() == place);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Function<void()>>);
}

TEMPLATE_TEST_CASE_SIG("a Function destroys its callable once, however it was moved", "",
                       ((std::size_t Size), Size), kInline, kInline + 8) {
  int alive = 0;
  {
    Function<const void*()> first = Counted<Size>(alive);
    CHECK(alive == 1);
    Function<const void*()> second = std::move(first);
    CHECK(alive == 1);
    CHECK_FALSE(static_cast<bool>(first));  // NOLINT: what a moved-from Function is, is the subject
    Function<const void*()> third = Counted<Size>(alive);
    CHECK(alive == 2);
    third = std::move(second);
    CHECK(alive == 1);
    Function<const void*()>& same = third;
    third = std::move(same);
    CHECK(alive == 1);
    CHECK(static_cast<bool>(third));
  }
  CHECK(alive == 0);
}

TEST_CASE("assigning null frees the callable") {
  int alive = 0;
  Function<const void*()> function = Counted<16>(alive);
  function = nullptr;
  CHECK(alive == 0);
  CHECK_FALSE(static_cast<bool>(function));
}

TEST_CASE("a callable may clear the Function it does not run from") {
  // What a stream does: takes the callback out, then calls it; the callback sets the next one.
  Function<void()> slot;
  int calls = 0;
  slot = [&] {
    ++calls;
    slot = [&] { calls += 10; };
  };
  Function<void()> running = std::exchange(slot, nullptr);
  REQUIRE(static_cast<bool>(running));
  running();
  slot();
  CHECK(calls == 11);
}
