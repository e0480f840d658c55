// undestroy(): a stream object that is used for another life, as a Socket that connects again.
#include "stream/kinds.h"

using uvnet::Callback;
using uvnet::Error;
using uvnet::test::Kinds;

TEST_CASE("undestroy() makes a closed stream new", "[stream][stream:undestroy]") {
  Kinds w;
  auto& d = w.watch(w.duplex({}, {.write = w.writing()}), "d", Kinds::kAll);
  d.write("a");
  d.push("x");
  d.destroy(Error("mine"));
  CHECK(w.end() == "write a, d data x, d error mine, d close");
  CHECK((d.destroyed() && d.closed() && d.errored() != nullptr));

  d.undestroy();
  CHECK_FALSE((d.destroyed() || d.closed() || d.errored() != nullptr));
  CHECK((d.readable() && d.writable() && !d.writableEnded() && !d.readableEnded()));
  CHECK((d.readableLength() == 0 && d.writableLength() == 0));
  d.write("b", w.told("b"));
  d.push("y");
  d.push(nullptr);
  d.end();
  CHECK(w.end() == "write b, d prefinish, b ok, d data y, d finish, d end, d close");
}

TEST_CASE("an answer for the life before is not taken for one of this life",
          "[stream][stream:undestroy]") {
  Kinds w;
  Callback held;
  auto& d = w.duplex({}, {.write = Kinds::holding(held)});
  d.write("a", w.told("a"));
  d.write("b", w.told("b"));
  d.destroy();
  w.tick();
  d.undestroy();
  CHECK(w.end() == "a ERR_STREAM_DESTROYED, b ERR_STREAM_DESTROYED");
  Callback old = std::exchange(held, {});
  d.write("c", w.told("c"));
  CHECK(d.writableLength() == 1);
  old(nullptr);
  CHECK(w.end().empty());
  CHECK(d.writableLength() == 1);
  std::exchange(held, {})(nullptr);
  CHECK(w.end() == "c ok");
  CHECK(d.writableLength() == 0);
}
