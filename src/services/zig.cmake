# Compiles by zig, through the programs that `tools/setup.mjs zig` puts beside it. From the environment: ZIG_PROGRAMS, where they
# are, and ZIG_TARGET, as in x86_64-linux-musl.

set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR $ENV{ZIG_TARGET})

set(CMAKE_AR $ENV{ZIG_PROGRAMS}/zig-ar)
set(CMAKE_RANLIB $ENV{ZIG_PROGRAMS}/zig-ranlib)
set(CMAKE_C_COMPILER $ENV{ZIG_PROGRAMS}/zig-cc)
set(CMAKE_ASM_COMPILER $ENV{ZIG_PROGRAMS}/zig-cc)
set(CMAKE_CXX_COMPILER $ENV{ZIG_PROGRAMS}/zig-c++)

# Nothing of the machine that builds may get in.
set(CMAKE_FIND_ROOT_PATH ${CMAKE_INSTALL_PREFIX})
foreach(kind IN ITEMS LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
