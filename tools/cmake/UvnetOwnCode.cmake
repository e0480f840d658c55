# Flags for code of this project only. They are PRIVATE to each target: a consumer sees none of them.

# The same warnings as a list, because the compile-fail tests and tools/dev's header check use them too.
set(UVNET_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Wswitch)

# ccache only when we are the project being built (a consumer chooses for itself) and only when the
# user has not named a launcher. The sloppiness is what ccache asks for to cache with a precompiled
# header.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(UVNET_CCACHE ccache)
  mark_as_advanced(UVNET_CCACHE)
  if(UVNET_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${UVNET_CCACHE})
  endif()
endif()

function(uvnet_own_code target)
  set_target_properties(
    ${target}
    PROPERTIES CXX_STANDARD 20
               CXX_STANDARD_REQUIRED ON
               CXX_EXTENSIONS OFF
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 /permissive- /utf-8 $<$<BOOL:${UVNET_WERROR}>:/WX>)
  else()
    target_compile_options(${target} PRIVATE ${UVNET_WARNINGS} $<$<BOOL:${UVNET_WERROR}>:-Werror>)
  endif()
endfunction()
