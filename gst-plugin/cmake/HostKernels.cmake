# SPDX-License-Identifier: Apache-2.0
# Every *_tmpl.c of the host backend is compiled once per instruction set with
# SV_ISA as suffix of its symbols; cpu.c chooses at run time.
function(savant_host_kernels target)
  file(GLOB templates CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/src/backend/host/*_tmpl.c)
  set(isas c)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    list(APPEND isas avx2)
  endif()
  set(flags_c "")
  set(flags_avx2 -mavx2 -mfma -mbmi2)
  foreach(isa ${isas})
    add_library(savant_kernels_${isa} OBJECT ${templates})
    target_include_directories(savant_kernels_${isa} PRIVATE include src)
    target_compile_definitions(savant_kernels_${isa} PRIVATE SV_ISA=${isa})
    target_compile_options(savant_kernels_${isa} PRIVATE -O3
      -ffp-contract=off ${flags_${isa}})
    savant_warnings(savant_kernels_${isa})
    list(APPEND objects $<TARGET_OBJECTS:savant_kernels_${isa}>)
    string(TOUPPER ${isa} upper)
    target_compile_definitions(${target} PRIVATE SV_HAVE_ISA_${upper}=1)
  endforeach()
  # An object library does not pass the objects of others on.
  set(SAVANT_KERNEL_OBJECTS ${objects} PARENT_SCOPE)
endfunction()
