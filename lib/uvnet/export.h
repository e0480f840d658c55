// UVNET_API marks what the library exports. Put it on public classes and free functions that have a
// definition in a .cc file; templates and inline functions need none.
//
// The build defines UVNET_SHARED for the library and its users when the library is shared, and
// UVNET_BUILDING for the library alone. A static library exports nothing: linked into somebody's
// plugin, uvnet must not appear among the plugin's symbols.
#pragma once

#if !defined(UVNET_SHARED)
#define UVNET_API
#elif defined(_WIN32)
#if defined(UVNET_BUILDING)
#define UVNET_API __declspec(dllexport)
#else
#define UVNET_API __declspec(dllimport)
#endif
#else
#define UVNET_API __attribute__((visibility("default")))
#endif
