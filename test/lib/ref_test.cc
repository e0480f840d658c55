// Ref: counting, and when the object goes.
#include <uvnet/ref.h>

#include <type_traits>
#include <utility>

#include "support/catch.h"

using uvnet::make;
using uvnet::Ref;
using uvnet::RefCounted;

namespace {

class Thing : public RefCounted {
 public:
  explicit Thing(int& count, int n = 0) : number(n), alive_(count) { ++alive_; }
  ~Thing() override { --alive_; }
  int number;

 private:
  int& alive_;
};

class Special : public Thing {
 public:
  using Thing::Thing;
  Ref<Special> next;
};

}  // namespace

TEST_CASE("the object goes with its last Ref") {
  int alive = 0;
  {
    Ref<Thing> first = make<Thing>(alive);
    {
      const Ref<Thing> second = first;  // NOLINT: the copy is the subject
      CHECK(alive == 1);
    }
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("make passes its arguments on, and a Ref leads to the object") {
  int alive = 0;
  const Ref<Thing> ref = make<Thing>(alive, 7);
  CHECK(ref->number == 7);
  CHECK((*ref).number == 7);
  CHECK(ref.get() == &*ref);
}

TEST_CASE("a moved Ref is null and the object stays") {
  int alive = 0;
  Ref<Thing> from = make<Thing>(alive);
  const Ref<Thing> to = std::move(from);
  CHECK_FALSE(static_cast<bool>(from));  // NOLINT: what a moved-from Ref is, is the subject
  CHECK(static_cast<bool>(to));
  CHECK(alive == 1);
}

TEST_CASE("assigning a Ref drops what it held") {
  int alive = 0;
  Ref<Thing> ref = make<Thing>(alive, 1);
  ref = make<Thing>(alive, 2);
  CHECK(alive == 1);
  CHECK(ref->number == 2);
  const Ref<Thing>& same = ref;
  ref = same;
  CHECK(alive == 1);
  ref = nullptr;
  CHECK(alive == 0);
}

TEST_CASE("reset drops the object") {
  int alive = 0;
  Ref<Thing> ref = make<Thing>(alive);
  ref.reset();
  CHECK(alive == 0);
  CHECK_FALSE(static_cast<bool>(ref));
}

TEST_CASE("a Ref made again from the plain object shares its count") {
  int alive = 0;
  Ref<Thing> again;
  {
    const Ref<Thing> ref = make<Thing>(alive);
    Thing& plain = *ref;
    again = Ref<Thing>(plain);
  }
  CHECK(alive == 1);
  again = nullptr;
  CHECK(alive == 0);
}

TEST_CASE("a Ref to the derived class is one to its base") {
  int alive = 0;
  Ref<Thing> base;
  {
    const Ref<Special> special = make<Special>(alive, 3);
    base = special;
    CHECK(base == Ref<Thing>(special));
  }
  CHECK(base->number == 3);
  CHECK(alive == 1);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Ref<Thing>, Ref<Special>>);
}

TEST_CASE("an object that drops the Ref through which it was reached goes after the Ref is null") {
  int alive = 0;
  Ref<Special> head = make<Special>(alive, 1);
  head->next = make<Special>(alive, 2);
  head = head->next;  // frees the first, which owned the second
  CHECK(alive == 1);
  CHECK(head->number == 2);
}

TEST_CASE("Refs are equal when they lead to one object") {
  int alive = 0;
  const Ref<Thing> one = make<Thing>(alive);
  const Ref<Thing> other = make<Thing>(alive);
  CHECK(one == Ref<Thing>(one.get()));
  CHECK_FALSE(one == other);
  CHECK(Ref<Thing>() == nullptr);
}
