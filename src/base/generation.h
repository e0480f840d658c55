// Whether an answer is still wanted: who asks takes a stamp along, and what makes the question void
// begins another generation. So an answer that comes late is nobody's, whoever gives it.
#pragma once

#include <uvnet/ref.h>

namespace uvnet::base {

class Generation {
 public:
  class Stamp {
   private:
    friend class Generation;
    friend class WatchedGeneration;
    explicit Stamp(unsigned number) noexcept : number_(number) {}
    unsigned number_;
  };

  Stamp now() const noexcept { return Stamp(number_); }
  bool is(Stamp stamp) const noexcept { return stamp.number_ == number_; }
  void next() noexcept { ++number_; }

 private:
  unsigned number_ = 0;  // wraps, long after any answer
};

// For who does not keep the object that asks: a watch also says no once that has gone.
class WatchedGeneration : public Generation {
  struct Record final : RefCounted {
    explicit Record(const WatchedGeneration& generation) : of(&generation) {}
    const WatchedGeneration* of;  // nullptr: gone
  };

 public:
  class Watch {
   public:
    bool current() const noexcept { return record_->of != nullptr && record_->of->is(stamp_); }

   private:
    friend class WatchedGeneration;
    Watch(Ref<Record> record, Stamp stamp) noexcept : record_(std::move(record)), stamp_(stamp) {}
    Ref<Record> record_;
    Stamp stamp_;
  };

  WatchedGeneration() = default;
  WatchedGeneration(const WatchedGeneration&) = delete;
  WatchedGeneration& operator=(const WatchedGeneration&) = delete;
  ~WatchedGeneration() {
    if (record_) record_->of = nullptr;
  }

  // The first one allocates what all watches of this object share.
  Watch watch() {
    if (!record_) record_ = make<Record>(*this);
    return {record_, now()};
  }

 private:
  Ref<Record> record_;
};

}  // namespace uvnet::base
