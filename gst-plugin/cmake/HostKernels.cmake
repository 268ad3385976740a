# SPDX-License-Identifier: Apache-2.0
# Every *_tmpl.c of the host backend, and every *_hwy.cpp where the headers of
# Highway are there, is compiled once per instruction set with SV_ISA as suffix
# of its symbols; cpu.c chooses at run time. Nothing is linked with Highway, nor
# with the library of C++.
include(CheckLanguage)

set(SAVANT_HIGHWAY OFF)
find_path(HIGHWAY_INCLUDE hwy/highway.h)
check_language(CXX)
if(HIGHWAY_INCLUDE AND CMAKE_CXX_COMPILER)
  # Versions before 1.1 have it in highway.h, later ones in base.h.
  foreach(header base highway)
    file(STRINGS ${HIGHWAY_INCLUDE}/hwy/${header}.h lines
      REGEX "^#define HWY_(MAJOR|MINOR) [0-9]+")
    list(APPEND version ${lines})
  endforeach()
  string(REGEX REPLACE "[^0-9;]" "" version "${version}")
  string(REPLACE ";" "." version "${version}")
  if(version VERSION_GREATER_EQUAL 1.0)
    message(STATUS "Host kernels: C and Highway ${version}")
    set(SAVANT_HIGHWAY ON)
    enable_language(CXX)
  else()
    message(STATUS
      "Host kernels: C alone, Highway ${version} is older than 1.0")
  endif()
else()
  message(STATUS
    "Host kernels: C alone, no headers of Highway or no C++ compiler")
endif()

# One object library a language: their flags differ.
function(savant_kernel_objects isa language sources)
  set(target savant_kernels_${isa}_${language})
  add_library(${target} OBJECT ${sources})
  target_include_directories(${target} PRIVATE include src)
  target_compile_definitions(${target} PRIVATE SV_ISA=${isa})
  target_compile_options(${target} PRIVATE -O3 -ffp-contract=off
    ${flags_${isa}})
  if(language STREQUAL "hwy")
    # Highway's headers warn of themselves in more than one way.
    target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Wno-psabi
      -fvisibility=hidden -fno-exceptions -fno-rtti -fno-threadsafe-statics)
    target_include_directories(${target} SYSTEM PRIVATE ${HIGHWAY_INCLUDE})
    target_compile_features(${target} PRIVATE cxx_std_17)
  else()
    savant_warnings(${target})
  endif()
  set(SAVANT_KERNEL_OBJECTS ${SAVANT_KERNEL_OBJECTS}
    $<TARGET_OBJECTS:${target}> PARENT_SCOPE)
endfunction()

function(savant_host_kernels target)
  set(dir ${CMAKE_CURRENT_SOURCE_DIR}/src/backend/host)
  file(GLOB templates CONFIGURE_DEPENDS ${dir}/*_tmpl.c)
  file(GLOB hwy_templates CONFIGURE_DEPENDS ${dir}/*_hwy.cpp)
  set(isas c)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    list(APPEND isas sse4 avx2 avx512)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND isas neon)
  endif()
  # What Highway wants to see for each of its targets.
  set(flags_sse4 -msse4.2 -maes -mpclmul)
  set(flags_avx2 ${flags_sse4} -mavx2 -mfma -mbmi -mbmi2 -mf16c)
  set(flags_avx512 ${flags_avx2} -mavx512f -mavx512bw -mavx512cd -mavx512dq
    -mavx512vl)
  if(SAVANT_HIGHWAY)
    target_compile_definitions(${target} PRIVATE SV_HAVE_HIGHWAY=1)
  endif()
  foreach(isa ${isas})
    savant_kernel_objects(${isa} c "${templates}")
    if(SAVANT_HIGHWAY AND NOT isa STREQUAL "c")
      savant_kernel_objects(${isa} hwy "${hwy_templates}")
    endif()
    string(TOUPPER ${isa} upper)
    target_compile_definitions(${target} PRIVATE SV_HAVE_ISA_${upper}=1)
  endforeach()
  # An object library does not pass the objects of others on.
  set(SAVANT_KERNEL_OBJECTS ${SAVANT_KERNEL_OBJECTS} PARENT_SCOPE)
endfunction()
