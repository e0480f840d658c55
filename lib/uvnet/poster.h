// A way into the loop's thread for other threads: LoopHost::poster() gives one, copies of it go
// where they are needed.
//
//   std::thread worker([poster = host.poster(), &socket] {
//     poster.post([&socket, text = compute()] { socket.write(text); });
//   });
#pragma once

#include <uvnet/export.h>
#include <uvnet/function.h>

#include <memory>

namespace uvnet {

namespace handles {
class Mailboxes;
}

// Keeps the loop running for as long as a copy of it lives, so that nothing that is posted comes
// too late. Copies may be used and dropped in any thread.
class UVNET_API Poster {
 public:
  Poster() noexcept = default;  // to no loop: post() says false

  // Runs the task in the loop's thread, as Host::nextTick() would there: in the order in which they
  // were posted, what they throw goes to Host::uncaught(). False: the LoopHost has gone, and the
  // task too, unrun. Any thread; a Ref or Buffer that the task holds must not be copied or dropped
  // there. Throws ERR_INVALID_ARG_TYPE for an empty task.
  bool post(Function<void()> task) const;

  // Whether it, and all copies, keep the loop running. In the loop's thread.
  void ref() const noexcept;
  void unref() const noexcept;

 private:
  friend class handles::Mailboxes;
  struct Sender;
  std::shared_ptr<Sender> sender_;
};

}  // namespace uvnet
