# SPDX-License-Identifier: Apache-2.0
# The cuda backend on a driver that the tests bring along.
set(CUDA_TEST_DIR ${CMAKE_CURRENT_SOURCE_DIR}/cuda)

# fake_cuda(<target> [more sources])
function(fake_cuda target)
  add_library(${target} SHARED ${ARGN} cuda/fakecuda.c cuda/fakelaunch.c)
  target_include_directories(${target} PRIVATE ../include ../src)
  target_link_libraries(${target} PRIVATE Threads::Threads)
  savant_warnings(${target})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME cuda SOVERSION 1
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${target})
endfunction()
fake_cuda(fake_cuda)
fake_cuda(fake_cuda_missing)
target_link_options(fake_cuda_missing PRIVATE
  -Wl,--version-script=${CUDA_TEST_DIR}/missing.map)

# Compilers for it, by the names under which they are looked for; CUDA_HOME
# keeps the machine's away.
add_library(fake_nvrtc SHARED cuda/fakenvrtc.c)
target_include_directories(fake_nvrtc PRIVATE ../include ../src)
savant_warnings(fake_nvrtc)
# What it implements is declared in no header.
target_compile_options(fake_nvrtc PRIVATE -Wno-missing-prototypes)
set_target_properties(fake_nvrtc PROPERTIES OUTPUT_NAME nvrtc SOVERSION 12
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fake_nvrtc)
foreach(suffix .12 .13 "")
  file(WRITE ${CMAKE_BINARY_DIR}/no_nvrtc/libnvrtc.so${suffix} "no library\n")
endforeach()

function(cuda_environment test library)
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
    LD_LIBRARY_PATH=${CMAKE_BINARY_DIR}/${library} SAVANT_BACKEND= ${ARGN})
endfunction()

foreach(test memory runs peers calls)
  savant_test(cuda/test_cuda_${test} savant_testable tsan)
  add_dependencies(test_cuda_cuda_${test} fake_cuda)
  cuda_environment(cuda/cuda_${test} fake_cuda)
endforeach()
savant_test(cuda/test_cuda_words savant_testable)
add_test(NAME cuda/peers-apart COMMAND test_cuda_cuda_peers)
set_tests_properties(cuda/peers-apart PROPERTIES
  ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
cuda_environment(cuda/peers-apart fake_cuda FAKE_CUDA=no-peers)
savant_test(cuda/test_cuda_elements gstsavant-1.0)
add_dependencies(test_cuda_cuda_elements fake_cuda)
cuda_environment(cuda/cuda_elements fake_cuda SAVANT_TEST_FAKE=1)
savant_test(cuda/test_cuda_failures gstsavant-1.0)
add_dependencies(test_cuda_cuda_failures fake_cuda)
target_link_libraries(test_cuda_cuda_failures PRIVATE ${CMAKE_DL_LIBS})
cuda_environment(cuda/cuda_failures fake_cuda)
foreach(test upload gpus)
  savant_test(cuda/test_cuda_${test} gstsavant-1.0)
  add_dependencies(test_cuda_cuda_${test} fake_cuda)
  cuda_environment(cuda/cuda_${test} fake_cuda SAVANT_TEST_FAKE=1)
endforeach()
savant_test(cuda/test_cuda_gstmemory gstsavant-1.0)
add_dependencies(test_cuda_cuda_gstmemory fake_cuda)
cuda_environment(cuda/cuda_gstmemory fake_cuda)
savant_test(cuda/test_cuda_pixels savant_testable tsan)
add_dependencies(test_cuda_cuda_pixels fake_cuda)
cuda_environment(cuda/cuda_pixels fake_cuda SAVANT_TEST_FAKE=1)
# Pixels of the kernels themselves, as the C++ compiler makes them.
get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if("CXX" IN_LIST languages)
  add_library(cpu_kernels OBJECT cuda/cpukernels.cpp)
  target_include_directories(cpu_kernels PRIVATE ../include ../src)
  target_compile_features(cpu_kernels PRIVATE cxx_std_17)
  target_compile_options(cpu_kernels PRIVATE -Wall -Wextra -Werror
    -Wno-unknown-pragmas -Wno-unused-function -fvisibility=hidden -O2)
  set_target_properties(cpu_kernels PROPERTIES POSITION_INDEPENDENT_CODE ON)
  fake_cuda(fake_cuda_cpu $<TARGET_OBJECTS:cpu_kernels>)
  # Sanitizers make them slow.
  set(kernel_tests exact)
  set(element_tests gpus)
  if(NOT SAVANT_SANITIZE)
    list(APPEND kernel_tests flips pairs crop color runs fuzz)
    list(APPEND element_tests elements pixels upload)
  endif()
  foreach(test ${kernel_tests})
    add_test(NAME cuda/kernels_${test} COMMAND test_kernels_transform_${test})
    set_tests_properties(cuda/kernels_${test} PROPERTIES
      ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_core};SAVANT_TEST_BACKEND=cuda"
      FIXTURES_REQUIRED registry TIMEOUT 600)
    cuda_environment(cuda/kernels_${test} fake_cuda_cpu)
  endforeach()
  # What the elements make of them.
  foreach(test ${element_tests})
    add_test(NAME cuda/kernels_${test} COMMAND test_cuda_cuda_${test})
    set_tests_properties(cuda/kernels_${test} PROPERTIES
      ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry
      TIMEOUT 600)
    cuda_environment(cuda/kernels_${test} fake_cuda_cpu)
  endforeach()
endif()
# And on a GPU, where there is one.
foreach(test elements pixels upload gpus)
  add_test(NAME gpu/${test} COMMAND test_cuda_cuda_${test})
  set_tests_properties(gpu/${test} PROPERTIES
    ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib};CK_FORK=no"
    FIXTURES_REQUIRED registry
    SKIP_RETURN_CODE 77 TIMEOUT 600 LABELS "gpu;gpu-short")
endforeach()

# As long as it is told to; a few seconds among the tests.
add_executable(soak_gpu cuda/soak_gpu.c)
target_link_libraries(soak_gpu PRIVATE gstsavant-1.0 PkgConfig::GST
  ${CMAKE_DL_LIBS})
savant_warnings(soak_gpu)
add_test(NAME gpu/soak COMMAND soak_gpu 5)
set_tests_properties(gpu/soak PROPERTIES
  ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry
  SKIP_RETURN_CODE 77 TIMEOUT 600 LABELS gpu)

# cuda_missing_test(<name> <library> <FAKE_CUDA> <part of the reason>)
savant_test(cuda/test_cuda_missing savant_testable)
# In front of a driver that the machine may have.
file(WRITE ${CMAKE_BINARY_DIR}/no_cuda/libcuda.so.1 "no library\n")
cuda_environment(cuda/cuda_missing no_cuda
  "EXPECTED=libcuda.so.1 cannot be loaded")
add_dependencies(test_cuda_cuda_missing fake_cuda fake_cuda_missing)
function(cuda_missing_test name library mode expected)
  add_test(NAME cuda/missing-${name} COMMAND test_cuda_cuda_missing)
  set_tests_properties(cuda/missing-${name} PROPERTIES
    ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
  cuda_environment(cuda/missing-${name} ${library} FAKE_CUDA=${mode}
    "EXPECTED=${expected}")
endfunction()
cuda_missing_test(symbol fake_cuda_missing none "has no cuLaunchKernel")
cuda_missing_test(device fake_cuda no-device "no NVIDIA GPU")
cuda_missing_test(kernels fake_cuda:${CMAKE_BINARY_DIR}/no_nvrtc old-driver
  "CUDA 12.4, the kernels need 13.0 or newer, and to compile them here \
libnvrtc.so.12 of a CUDA 12 toolkit cannot be loaded")
cuda_missing_test(compiler fake_cuda:${CMAKE_BINARY_DIR}/fake_nvrtc old-driver
  "newer than the driver")
set_property(TEST cuda/missing-compiler APPEND PROPERTY ENVIRONMENT
  FAKE_NVRTC=newer)
cuda_missing_test(forced fake_cuda:${CMAKE_BINARY_DIR}/no_nvrtc none
  "SAVANT_CUDA_KERNELS is nvrtc, and libnvrtc.so.13")
set_property(TEST cuda/missing-forced APPEND PROPERTY ENVIRONMENT
  SAVANT_CUDA_KERNELS=nvrtc)
foreach(name kernels compiler forced)
  set_property(TEST cuda/missing-${name} APPEND PROPERTY ENVIRONMENT
    CUDA_HOME=${CMAKE_BINARY_DIR}/no_nvrtc)
endforeach()
cuda_missing_test(capability fake_cuda old-gpu "7.5")

# Kernels that are compiled on the machine.
savant_test(cuda/test_cuda_nvrtc savant_testable)
add_dependencies(test_cuda_cuda_nvrtc fake_cuda fake_nvrtc)
cuda_environment(cuda/cuda_nvrtc fake_cuda:${CMAKE_BINARY_DIR}/fake_nvrtc
  FAKE_CUDA=old-driver)
# cuda_nvrtc_test(<name> <library> <environment>...)
function(cuda_nvrtc_test name library)
  add_test(NAME cuda/nvrtc-${name} COMMAND test_cuda_cuda_nvrtc)
  set_tests_properties(cuda/nvrtc-${name} PROPERTIES
    ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
  cuda_environment(cuda/nvrtc-${name} fake_cuda:${CMAKE_BINARY_DIR}/${library}
    CUDA_HOME=${CMAKE_BINARY_DIR}/no_nvrtc ${ARGN})
endfunction()
# By PTX, on GPUs newer than the compiler; of a driver that is not old.
cuda_nvrtc_test(ptx fake_nvrtc FAKE_CUDA=old-driver FAKE_NVRTC=old)
cuda_nvrtc_test(error fake_nvrtc FAKE_CUDA=old-driver FAKE_NVRTC=error
  "EXPECTED=transform.cu(7): error: a reason")
cuda_nvrtc_test(neither no_nvrtc FAKE_CUDA=refusing
  "EXPECTED=and they cannot be compiled here: libnvrtc.so.13")
cuda_nvrtc_test(unwanted fake_nvrtc FAKE_CUDA=refusing
  SAVANT_CUDA_KERNELS=fatbin "EXPECTED=loading the kernels failed")
