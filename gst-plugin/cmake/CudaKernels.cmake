# SPDX-License-Identifier: Apache-2.0
# savant_cuda(target): adds the cuda backend's sources to a target, with the
# kernels in a fatbin that nvcc makes, or its stubs where there is no nvcc.
# No other part of a CUDA toolkit takes part, and nothing of it is linked.
set(SAVANT_CUDA_ARCHS 75 80 90 100 120 CACHE STRING
  "Compute capabilities that the kernels are compiled for, the lowest first")

# All build folders share what nvcc made of the same files.
set(SAVANT_KERNEL_CACHE ${PROJECT_SOURCE_DIR}/target/kernels CACHE PATH
  "Where compiled kernels are kept")

function(savant_cuda target)
  set(dir ${PROJECT_SOURCE_DIR}/src/backend/cuda)
  file(GLOB wheels
    ${PROJECT_SOURCE_DIR}/../target/venv/lib/python3*/site-packages/nvidia/cu13/bin)
  find_program(SAVANT_NVCC nvcc
    HINTS ${wheels} ENV CUDA_HOME PATHS /usr/local/cuda/bin
    DOC "nvcc of CUDA 13 or newer, for the cuda backend")
  set(version "")
  if(SAVANT_NVCC)
    execute_process(COMMAND ${SAVANT_NVCC} --version
      OUTPUT_VARIABLE text ERROR_QUIET)
    if(text MATCHES "release ([0-9]+)\\.([0-9]+)")
      math(EXPR version "${CMAKE_MATCH_1} * 1000 + ${CMAKE_MATCH_2} * 10")
    endif()
  endif()
  if(NOT version OR version LESS 13000)
    message(STATUS "CUDA: no nvcc 13, the cuda backend is left out"
      " (scripts/bootstrap.sh installs it, -DSAVANT_NVCC= names it)")
    target_sources(${target} PRIVATE ${dir}/stubs.c
      ${dir}/../deepstream/stubs.c)
    set(SAVANT_HAVE_CUDA OFF PARENT_SCOPE)
    return()
  endif()
  message(STATUS "CUDA: ${SAVANT_NVCC}, for ${SAVANT_CUDA_ARCHS}")

  set(fatbin ${CMAKE_BINARY_DIR}/kernels.fatbin)
  file(GLOB kernels CONFIGURE_DEPENDS ${dir}/kernels/*)
  add_custom_command(OUTPUT ${fatbin}
    COMMAND ${CMAKE_COMMAND} -DNVCC=${SAVANT_NVCC} -DVERSION=${version}
      "-DARCHS=${SAVANT_CUDA_ARCHS}" -DSOURCE=${dir}/kernels/transform.cu
      "-DINPUTS=${kernels}" -DCACHE=${SAVANT_KERNEL_CACHE} -DOUTPUT=${fatbin}
      -P ${PROJECT_SOURCE_DIR}/cmake/CompileKernels.cmake
    DEPENDS ${kernels} ${PROJECT_SOURCE_DIR}/cmake/CompileKernels.cmake
    COMMENT "Compiling CUDA kernels" VERBATIM)
  # Their source for NVRTC, the file to compile before those that it includes.
  set(sources ${CMAKE_BINARY_DIR}/kernel_sources.inc)
  set(ordered ${kernels})
  list(REMOVE_ITEM ordered ${dir}/kernels/transform.cu)
  list(PREPEND ordered ${dir}/kernels/transform.cu)
  set(text "")
  set(n 0)
  foreach(path ${ordered})
    get_filename_component(name ${path} NAME)
    string(APPEND text "SOURCE (${n}, \"${name}\", \"${path}\")\n")
    math(EXPR n "${n} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${sources} CONTENT "${text}" @ONLY)
  set(definitions "SV_CU_FATBIN=\"${fatbin}\"" "SV_CU_SOURCES=\"${sources}\""
    SV_CU_VERSION=${version})
  set_source_files_properties(${dir}/kernels.c PROPERTIES
    OBJECT_DEPENDS "${fatbin};${kernels}" COMPILE_DEFINITIONS "${definitions}")
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.c ${dir}/../deepstream/*.c)
  list(FILTER sources EXCLUDE REGEX "/(stubs|library)\\.c$")
  target_sources(${target} PRIVATE ${sources})
  target_link_libraries(${target} PUBLIC ${CMAKE_DL_LIBS})
  set(SAVANT_HAVE_CUDA ON PARENT_SCOPE)
endfunction()
