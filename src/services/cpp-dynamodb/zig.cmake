# Compiles by zig. From the environment: ZIG, the program, and ZIG_TARGET, as in x86_64-linux-musl.

set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR $ENV{ZIG_TARGET})

# CMake takes one program where it takes an archiver.
foreach(tool IN ITEMS ar ranlib)
  set(program $ENV{ZIG_WRAPPERS}/zig-${tool})
  if(NOT EXISTS ${program})
    file(WRITE ${program} "#!/bin/sh\nexec '$ENV{ZIG}' ${tool} \"$@\"\n")
    file(CHMOD ${program} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  endif()
  string(TOUPPER ${tool} name)
  set(CMAKE_${name} ${program})
endforeach()

set(CMAKE_C_COMPILER $ENV{ZIG} cc -target $ENV{ZIG_TARGET})
set(CMAKE_CXX_COMPILER $ENV{ZIG} c++ -target $ENV{ZIG_TARGET})

# Nothing of the machine that builds may get in.
set(CMAKE_FIND_ROOT_PATH ${CMAKE_BINARY_DIR})
foreach(kind IN ITEMS LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
