// The end of what is counted.
#include <uvnet/ref.h>

namespace uvnet {

// With a guard that nothing ends: what the destructors run may take a Ref, or call in here.
void RefCounted::deleteThis() noexcept {
  enter();
  delete this;
}

}  // namespace uvnet
