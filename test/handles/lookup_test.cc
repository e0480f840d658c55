// LookupRequest: getaddrinfo on the pool, without any network: localhost, literals, a name that RFC
// 2606 keeps from existing, and cancelling.
#include "handles/lookup.h"

#include <functional>
#include <string>
#include <vector>

#include "handles/fixture.h"
#include "support/catch.h"
#include "support/run_loop.h"

using namespace uvnet;
using namespace uvnet::test;
using handles::LookupHints;
using handles::LookupRequest;
namespace uverr = handles::uverr;

namespace {

struct Answer {
  bool come = false;
  int status = 0;
  std::vector<LookupAddress> addresses;

  handles::LookupCallback taker() {
    return [this](int got, std::vector<LookupAddress> list) {
      CHECK_FALSE(come);
      come = true;
      status = got;
      addresses = std::move(list);
    };
  }
};

}  // namespace

TEST_CASE("localhost is found, in the family that was asked for, each address once") {
  World world;
  const int family = GENERATE(0, 4);
  const auto owner = make<Owner>();
  Answer answer;
  LookupRequest lookup;
  REQUIRE(lookup.start(world.context, "localhost", family, 0, *owner, answer.taker()) == 0);
  CHECK(lookup.pending());
  CHECK_FALSE(answer.come);
  runUntil(world.host, [&] { return answer.come; });
  CHECK_FALSE(lookup.pending());
  REQUIRE(answer.status == 0);
  REQUIRE(!answer.addresses.empty());
  int v4 = 0;
  for (const LookupAddress& address : answer.addresses) {
    if (family != 0) CHECK(address.family == family);
    if (address.address == "127.0.0.1") ++v4;
    CHECK((address.address.find(':') == std::string::npos) == (address.family == 4));
  }
  CHECK(v4 == (answer.addresses[0].family == 6 && answer.addresses.size() == 1 ? 0 : 1));
}

TEST_CASE("literals are their own answer; with V4MAPPED a v4 one is an answer in IPv6 too") {
  World world;
  const auto owner = make<Owner>();
  Answer v6;
  Answer mapped;
  LookupRequest first;
  LookupRequest second;
  REQUIRE(first.start(world.context, "::1", 0, 0, *owner, v6.taker()) == 0);
  REQUIRE(second.start(world.context, "127.0.0.1", 6, LookupHints::kV4Mapped, *owner,
                       mapped.taker()) == 0);
  runUntil(world.host, [&] { return v6.come && mapped.come; });
  REQUIRE(v6.status == 0);
  REQUIRE(v6.addresses.size() == 1);
  CHECK(v6.addresses[0].address == "::1");
  CHECK(v6.addresses[0].family == 6);
  REQUIRE(mapped.status == 0);
  CHECK(mapped.addresses[0].address == "::ffff:127.0.0.1");
}

TEST_CASE("a name that does not exist is an error") {
  World world;
  bool ownerGone = false;
  auto owner = make<Owner>(&ownerGone);
  Answer answer;
  LookupRequest lookup;
  REQUIRE(lookup.start(world.context, "nowhere.invalid", 0, 0, *owner, answer.taker()) == 0);
  owner.reset();
  runUntil(world.host, [&] { return answer.come; });
  // ENOTFOUND to node; EAI_AGAIN where no name server is to be reached.
  CHECK((answer.status == uverr::kEaiNoName || answer.status == uverr::kEaiNoData ||
         answer.status == uverr::kEaiAgain));
  CHECK(answer.addresses.empty());
  CHECK(ownerGone);
}

TEST_CASE("a name that cannot be one is refused at once or answered as an error") {
  World world;
  const auto owner = make<Owner>();
  Answer answer;
  LookupRequest lookup;
  const int status =
      lookup.start(world.context, std::string(300, 'x'), 0, 0, *owner, answer.taker());
  if (status == 0) {
    runUntil(world.host, [&] { return answer.come; });
    CHECK(answer.status < 0);
  } else {
    CHECK(status < 0);
    CHECK_FALSE(lookup.pending());
  }
}

TEST_CASE("a cancelled lookup never answers, and lets its owner and callback go at once") {
  World world;
  bool ownerGone = false;
  bool captureGone = false;
  auto owner = make<Owner>(&ownerGone);
  auto capture = make<Owner>(&captureGone);
  LookupRequest lookup;
  REQUIRE(lookup.start(world.context, "localhost", 0, 0, *owner,
                       [capture](int, const std::vector<LookupAddress>&) { FAIL("answered"); }) ==
          0);
  owner.reset();
  capture.reset();
  CHECK_FALSE(ownerGone);
  lookup.cancel();
  CHECK(ownerGone);
  CHECK(captureGone);
  CHECK_FALSE(lookup.pending());
  lookup.cancel();
  runToEnd(world.host);
}

TEST_CASE("lookups that wait in the pool's queue are cancelled there") {
  World world;
  const auto owner = make<Owner>();
  std::vector<LookupRequest> lookups(64);  // more than the pool has threads
  for (LookupRequest& lookup : lookups) {
    REQUIRE(lookup.start(world.context, "localhost", 0, 0, *owner,
                         [](int, const std::vector<LookupAddress>&) { FAIL("answered"); }) == 0);
  }
  for (LookupRequest& lookup : lookups) lookup.cancel();
  runToEnd(world.host);
}

TEST_CASE("a token may be dropped: the answer comes all the same") {
  World world;
  const auto owner = make<Owner>();
  Answer answer;
  {
    LookupRequest lookup;
    REQUIRE(lookup.start(world.context, "127.0.0.1", 4, 0, *owner, answer.taker()) == 0);
  }
  runUntil(world.host, [&] { return answer.come; });
  CHECK(answer.status == 0);
}

TEST_CASE("a lookup may be cancelled in another's answer, and started again in its own") {
  World world;
  const auto owner = make<Owner>();
  LookupRequest first;
  LookupRequest second;
  Answer again;
  int come = 0;
  const auto cancelOther = [&](LookupRequest& other) {
    return [&](int, const std::vector<LookupAddress>&) {
      ++come;
      other.cancel();
      REQUIRE(first.start(world.context, "127.0.0.1", 4, 0, *owner, again.taker()) == 0);
    };
  };
  REQUIRE(first.start(world.context, "127.0.0.1", 4, 0, *owner, cancelOther(second)) == 0);
  REQUIRE(second.start(world.context, "127.0.0.1", 4, 0, *owner, cancelOther(first)) == 0);
  runUntil(world.host, [&] { return again.come; });
  CHECK(come == 1);
}

TEST_CASE("a LoopHost may go while lookups are under way") {
  LookupRequest lookup;
  {
    LoopHost host;
    auto context = make<LoopContext>(host);
    const auto owner = make<Owner>();
    REQUIRE(lookup.start(context, "localhost", 0, 0, *owner,
                         [](int, const std::vector<LookupAddress>&) {}) == 0);
  }
  CHECK_FALSE(lookup.pending());
}
