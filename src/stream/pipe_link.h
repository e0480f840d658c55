// One pipe: source -> destination, with its listeners on both.
//
// The source holds the link, the link holds the destination; the destination's listeners count the
// link too. It ends by unpipe(), by the destination's 'finish' or 'close', or with the source.
#pragma once

#include <uvnet/stream.h>

#include <vector>

namespace uvnet::handles {
class StreamHandle;
}

namespace uvnet::stream {

class PipeLink : public RefCounted {
 public:
  PipeLink(Stream& source, Stream& destination) : source_(&source), destination_(&destination) {}

  static void start(Stream& source, Stream& destination, PipeOptions options);
  // Takes the link out of the source's list and says 'unpipe'.
  static void stop(Stream& source, Stream& destination);
  static void stopAll(Stream& source);

  // Where everything goes that this stream reads, if it goes there unseen and unchanged: its one
  // destination, which has nothing to write before it. nullptr: somebody has to be told.
  static handles::StreamHandle* soleDestination(Stream& source) noexcept;

  bool awaitsDrain() const noexcept { return awaitsDrain_; }
  void clearAwaitDrain() noexcept { awaitsDrain_ = false; }
  // Without a word to anybody: one of the two is going.
  void detach() noexcept;

 private:
  void listen(bool end);
  void onData(const Buffer& chunk);
  void onDrain();
  void onError(const Error& error);
  void onSourceEnd(bool end);
  void waitForDrain();
  void cleanup();
  void sayUnpipe();
  void unpipe() {
    if (source_ != nullptr) source_->unpipeFrom(*destination_);
  }

  Stream* source_;  // nullptr once it has gone
  Ref<Stream> destination_;
  bool awaitsDrain_ = false;
  bool listensToDrain_ = false;
  bool cleanedUp_ = false;
  ListenerToken end_, data_, unpipe_, drain_, error_, close_, finish_;
};

// What only a stream that was piped has.
struct Pipes {
  std::vector<Ref<PipeLink>> links;
  std::vector<Ref<PipeLink>> loose;  // out of `links` and still listening
  bool many = false;    // a second destination was added (Node keeps a set from then on)
  bool untold = false;  // an 'unpipe' is being said that no pipe has taken as its own
};

}  // namespace uvnet::stream
