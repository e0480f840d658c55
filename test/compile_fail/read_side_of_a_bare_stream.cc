// What a listener of 'pipe' gets is a Stream, which shows only what every stream has.
// expect: protected
#include <uvnet/net.h>

void misuse(uvnet::Stream& stream) { stream.read(); }
