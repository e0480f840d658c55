// A misspelt option does not go unnoticed.
// expect: error:
// expect: prot
#include <uvnet/net.h>

void misuse(uvnet::Server& server) { server.listen(uvnet::ListenOptions{.prot = 8124}); }
