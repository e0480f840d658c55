// The BIO that all engines of a thread share: reads what it was given to read, keeps what is
// written to it, and never says that it is full. No descriptor, no events.
//
// Two memory BIOs for each connection cost 2.4 KB and a copy; an SSL is only ever inside a call of
// OpenSSL's for one connection of a thread at a time, so one BIO serves all of them.
#pragma once

#include <uvnet/ref.h>

#include <string>
#include <string_view>
#include <utility>

#include "tls/openssl.h"

namespace uvnet::tls {

class LoopBio final : public RefCounted {
 public:
  // That of this thread; it goes with the last Ref.
  static Ref<LoopBio> ofThisThread();

  LoopBio();
  ~LoopBio() override;

  BIO* bio() const noexcept { return bio_.get(); }

  std::string_view in;  // to be read; what was read is taken from its front
  std::string out;      // what was written

  // What was written, for the caller to send; its memory comes back with giveBack().
  std::string takeOut() noexcept { return std::exchange(out, {}); }
  void giveBack(std::string&& memory) noexcept;

 private:
  // More than the records of one read of the loop (64 KiB) is not kept.
  static constexpr std::size_t kKeep = 128 * 1024;
  BioPtr bio_;
};

}  // namespace uvnet::tls
