// BulkGauge: when a pipe stops copying and when it copies again.
#include "stream/bulk_gauge.h"

#include "support/catch.h"

using uvnet::stream::BulkGauge;

namespace {

// What is read or moved, one after the other without a pause.
unsigned note(BulkGauge& gauge, std::size_t size, int times = 1) {
  unsigned slabs = 0;
  for (int i = 0; i < times; ++i) slabs = gauge.note(size);
  return slabs;
}

// Messages that are all there is when they come.
unsigned noteSingle(BulkGauge& gauge, std::size_t size, int times = 1) {
  unsigned slabs = 0;
  for (int i = 0; i < times; ++i) {
    slabs = gauge.note(size);
    gauge.pause();
  }
  return slabs;
}

}  // namespace

TEST_CASE("several full reads on end are bulk, and then more at once with each that is full",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  CHECK(note(gauge, 65536, 4) == 0);
  CHECK(note(gauge, 65536) == 1);
  CHECK(note(gauge, 65536) == 2);
  CHECK(note(gauge, 65536) == 2);
  CHECK(note(gauge, 131072) == 4);
  CHECK(note(gauge, 262144) == 4);
}

TEST_CASE("reads that do not take all there could be are never bulk, however many",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  CHECK(note(gauge, 16384, 1000) == 0);
  CHECK(note(gauge, 65535, 1000) == 0);
}

TEST_CASE("messages of as much as a read takes are bulk only if there is more behind them",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  CHECK(noteSingle(gauge, 65536, 1000) == 0);
  // Every third time.
  for (int i = 0; i < 1000; ++i) {
    CHECK(note(gauge, 65536) == 0);
    CHECK(noteSingle(gauge, 65536, 2) == 0);
  }
  // Every second.
  unsigned slabs = 0;
  for (int i = 0; i < 8; ++i) {
    note(gauge, 65536);
    slabs = noteSingle(gauge, 65536);
  }
  CHECK(slabs > 0);
}

TEST_CASE("bulk ends when for some time nothing was behind what a read takes",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  CHECK(note(gauge, 65536, 6) == 2);
  CHECK(noteSingle(gauge, 65536, 7) == 2);
  CHECK(noteSingle(gauge, 65536) == 0);
  CHECK(note(gauge, 65536, 4) == 0);
  CHECK(note(gauge, 65536) == 1);
}

TEST_CASE("a small read among large ones is still bulk; small ones in a row are not",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  note(gauge, 131072, 10);
  for (int i = 0; i < 100; ++i) {
    CHECK(note(gauge, 100) > 0);
    CHECK(note(gauge, 131072) > 0);
  }
  CHECK(note(gauge, 100, 3) > 0);
  CHECK(note(gauge, 100) == 0);
  CHECK(note(gauge, 65536, 4) == 0);
}

TEST_CASE("a little behind a full read is not bulk", "[stream][stream:pipe]") {
  BulkGauge gauge;
  for (int i = 0; i < 100; ++i) {
    CHECK(note(gauge, 65536) == 0);
    CHECK(noteSingle(gauge, 100) == 0);
  }
}

TEST_CASE("after reset() it begins anew", "[stream][stream:pipe]") {
  BulkGauge gauge;
  note(gauge, 262144, 10);
  gauge.reset();
  CHECK(note(gauge, 65536, 4) == 0);
  CHECK(note(gauge, 65536) == 1);
}
