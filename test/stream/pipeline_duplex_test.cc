// pipeline() with a Duplex at its end, or at both. What is expected is what node printed for the
// same streams.
#include "stream/kinds.h"

using uvnet::Error;
using uvnet::pipeline;
using uvnet::test::Kinds;

TEST_CASE("pipeline() into a Duplex is over when it has taken all", "[stream][stream:pipeline]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", Kinds::kEnds);
  auto& d = w.watch(w.duplex(), "d", Kinds::kEnds);
  pipeline({r, d}, w.told("pl"));
  r.push("a");
  r.push(nullptr);
  CHECK(w.end() == "r end, d finish, r close, pl ok");
  CHECK(d.listenerCount<"error">() == 1);  // the test's: the pipeline hears no later error
  CHECK(d.listenerCount<"end">() == 1);
  d.push(nullptr);
  d.resume();
  CHECK(w.end() == "d end, d close");

  auto& r2 = w.watch(w.readable(), "r", Kinds::kEnds);
  auto& t = w.watch(w.passThrough(), "t", Kinds::kEnds);
  pipeline({r2, t}, w.told("pl"));
  r2.push("a");
  r2.push(nullptr);
  CHECK(w.end() == "r end, t finish, r close, pl ok");
  t.resume();
  CHECK(w.end() == "t end, t close");
}

TEST_CASE("what a Duplex at the end of a pipeline suffers later is its own",
          "[stream][stream:pipeline]") {
  Kinds w;
  auto& r = w.watch(w.readable(), "r", Kinds::kEnds);
  auto& d = w.duplex();
  pipeline({r, d}, w.told("pl"));
  r.push(nullptr);
  CHECK(w.end() == "r end, r close, pl ok");
  d.destroy(Error("x"));
  CHECK(w.end() == "uncaught x");
}

TEST_CASE("pipeline() from a Duplex back into itself", "[stream][stream:pipeline]") {
  Kinds w;
  auto& d = w.duplex({}, {.write = w.writing()});
  w.watch(d, "d", Kinds::kEnds);
  pipeline({d, w.passThrough(), d}, w.told("pl"));
  d.push("a");
  d.push(nullptr);
  CHECK(w.end() == "write a, d end, d finish, pl ok, d close");
}
