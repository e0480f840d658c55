// Error's key function: its vtable and type_info live here once, so that a catch works across the
// boundary of a shared library.
#include <uvnet/error.h>

namespace uvnet {

Error::~Error() = default;

}  // namespace uvnet
