// BulkGauge: when a pipe stops copying and when it copies again.
#include "stream/bulk_gauge.h"

#include "support/catch.h"

using uvnet::stream::BulkGauge;

namespace {

unsigned note(BulkGauge& gauge, std::size_t size, int times = 1) {
  unsigned slabs = 0;
  for (int i = 0; i < times; ++i) slabs = gauge.note(size);
  return slabs;
}

}  // namespace

TEST_CASE("several large reads in a row are bulk, and then more at once with each that is full",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  CHECK(note(gauge, 65536, 3) == 0);
  CHECK(note(gauge, 65536) == 1);
  CHECK(note(gauge, 65536) == 2);
  CHECK(note(gauge, 65536) == 2);
  CHECK(note(gauge, 131072) == 4);
  CHECK(note(gauge, 262144) == 4);
}

TEST_CASE("reads of 16 KiB are never bulk, however many", "[stream][stream:pipe]") {
  BulkGauge gauge;
  CHECK(note(gauge, 16384, 1000) == 0);
}

TEST_CASE("a small read now and then is still bulk; small ones in a row are not",
          "[stream][stream:pipe]") {
  BulkGauge gauge;
  note(gauge, 65536, 4);
  for (int i = 0; i < 100; ++i) {
    CHECK(note(gauge, 100) > 0);
    CHECK(note(gauge, 65536) > 0);
  }
  CHECK(note(gauge, 100, 3) > 0);
  CHECK(note(gauge, 100) == 0);
  CHECK(note(gauge, 65536, 3) == 0);
}

TEST_CASE("after reset() it begins anew", "[stream][stream:pipe]") {
  BulkGauge gauge;
  note(gauge, 262144, 10);
  gauge.reset();
  CHECK(note(gauge, 65536, 3) == 0);
  CHECK(note(gauge, 65536) == 1);
}
