# SPDX-License-Identifier: Apache-2.0
# What others link against: exported and imported symbols, dependencies, and
# headers that stand alone.
enable_language(CXX)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(ABI_DIR ${CMAKE_CURRENT_SOURCE_DIR}/abi)
pkg_get_variable(GST_GIR_DIR gstreamer-1.0 girdir)

function(savant_abi_test name)
  add_test(NAME abi/${name} COMMAND ${ARGN})
  set_tests_properties(abi/${name} PROPERTIES
    ENVIRONMENT "${TEST_ENVIRONMENT}" TIMEOUT 120)
endfunction()

# Every public header compiles alone, in C and in C++; all but gst.h without
# GStreamer's headers in reach.
file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/savant/*.h)
foreach(header ${headers})
  get_filename_component(name ${header} NAME_WE)
  set(includes -I${PROJECT_SOURCE_DIR}/include)
  if(name STREQUAL "gst")
    list(APPEND includes ${GST_CFLAGS})
  endif()
  savant_abi_test(header-${name}-c ${CMAKE_C_COMPILER} -x c -std=c11
    -fsyntax-only -Wall -Wextra -Werror -Wstrict-prototypes ${includes}
    ${header})
  savant_abi_test(header-${name}-cpp ${CMAKE_CXX_COMPILER} -x c++ -std=c++17
    -fsyntax-only -Wall -Wextra -Werror ${includes} ${header})
endforeach()

# Sanitizers add symbols and dependencies of their own.
if(NOT SAVANT_SANITIZE)
  savant_abi_test(exported-symbols ${Python3_EXECUTABLE}
    ${ABI_DIR}/check_exports.py --nm ${CMAKE_NM}
    --headers ${PROJECT_SOURCE_DIR}/include/savant
    --library $<TARGET_FILE:gstsavant-1.0> --plugin $<TARGET_FILE:gstsavant>)
  savant_abi_test(dependencies ${Python3_EXECUTABLE}
    ${ABI_DIR}/check_dependencies.py --readelf ${CMAKE_READELF}
    --library $<TARGET_FILE:gstsavant-1.0> --plugin $<TARGET_FILE:gstsavant>)

  set(gst_version_check ${Python3_EXECUTABLE} ${ABI_DIR}/check_gst_version.py
    --nm ${CMAKE_NM} --gir-dir ${GST_GIR_DIR}
    --gir-dir /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/gir-1.0
    --exceptions ${ABI_DIR}/gst_symbols_without_gir.txt
    $<TARGET_FILE:gstsavant-1.0> $<TARGET_FILE:gstsavant>)
  savant_abi_test(gst-version ${gst_version_check} --max 1.20)
  # The same check with a limit below what we use has to object.
  savant_abi_test(gst-version-objects ${gst_version_check} --max 1.0)
  set_tests_properties(abi/gst-version-objects PROPERTIES
    PASS_REGULAR_EXPRESSION "is newer than 1\\.0")
endif()
