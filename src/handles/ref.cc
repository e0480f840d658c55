// The end of what is counted.
#include <uvnet/ref.h>

namespace uvnet {

void RefCounted::deleteThis() noexcept { delete this; }

}  // namespace uvnet
