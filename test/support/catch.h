// Catch2 whichever version is installed: 2.13 (one header, Debian 12) or 3 (many). Tests include
// this and nothing of Catch2 itself. It is precompiled, so including it costs next to nothing.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#define UVNET_CATCH_MAJOR 3
#else
// Shows what listeners need; must be the same in every file, as there is one precompiled copy.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#define UVNET_CATCH_MAJOR 2
#endif
