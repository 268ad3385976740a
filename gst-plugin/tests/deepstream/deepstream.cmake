# SPDX-License-Identifier: Apache-2.0
# DeepStream on libraries that the tests bring along, of both of its layouts.
set(DS_FOLDER ${CMAKE_BINARY_DIR}/fake_ds)

# fake_ds(<target> <folder> <library> <source> [definitions...])
function(fake_ds target folder library source)
  add_library(${target} SHARED deepstream/${source}.c)
  target_compile_definitions(${target} PRIVATE ${ARGN})
  target_link_libraries(${target} PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
  savant_warnings(${target})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${library}
    LIBRARY_OUTPUT_DIRECTORY ${DS_FOLDER}/${folder})
endfunction()

foreach(part META GST_META HELPER)
  set(META_NAME nvds_meta)
  set(GST_META_NAME nvdsgst_meta)
  set(HELPER_NAME nvdsgst_helper)
  fake_ds(fake_ds_${part} meta ${${part}_NAME} fakemeta FAKE_${part})
  target_link_libraries(fake_ds_${part} PRIVATE PkgConfig::GST)
  fake_ds(fake_ds_${part}_old meta_old ${${part}_NAME} fakemeta FAKE_${part}
    FAKE_OLD)
  target_link_libraries(fake_ds_${part}_old PRIVATE PkgConfig::GST)
endforeach()

function(ds_environment test)
  list(TRANSFORM ARGN PREPEND ${DS_FOLDER}/ REGEX "^[a-z0-9_]+$")
  list(JOIN ARGN ":" path)
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
    LD_LIBRARY_PATH=${path} SAVANT_BACKEND=)
endfunction()

# With the newest release, with one that knows fewer events, and with pools that
# do not grow.
foreach(test ds_meta ds_events)
  savant_test(deepstream/test_${test} gstsavant-1.0)
  add_dependencies(test_deepstream_${test} fake_ds_META fake_ds_GST_META
    fake_ds_HELPER fake_ds_META_old fake_ds_GST_META_old fake_ds_HELPER_old)
  ds_environment(deepstream/${test} meta)
  foreach(name old fixed)
    add_test(NAME deepstream/${test}-${name}
      COMMAND test_deepstream_${test})
    set_tests_properties(deepstream/${test}-${name} PROPERTIES
      ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
  endforeach()
  ds_environment(deepstream/${test}-old meta_old)
  ds_environment(deepstream/${test}-fixed meta)
  set_property(TEST deepstream/${test}-fixed APPEND PROPERTY ENVIRONMENT
    FAKE_META=fixed)
endforeach()

if(NOT SAVANT_HAVE_CUDA)
  return()
endif()
fake_ds(fake_ds6 ds6 nvbufsurface fakenvbufsurface FAKE_SLOT=384)
fake_ds(fake_ds9 ds9 nvbufsurface fakenvbufsurface FAKE_SLOT=416)
fake_ds(fake_ds_missing missing nvbufsurface fakenvbufsurface FAKE_SLOT=416)
target_link_options(fake_ds_missing PRIVATE
  -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/deepstream/missing.map)
set(DS_CUDA ${CMAKE_BINARY_DIR}/fake_cuda)
# As the real one, it cannot be loaded without a driver.
foreach(target fake_ds6 fake_ds9 fake_ds_missing)
  target_sources(${target} PRIVATE deepstream/fakemapping.c)
  target_link_libraries(${target} PRIVATE -Wl,--no-as-needed fake_cuda)
  set_target_properties(${target} PROPERTIES SKIP_BUILD_RPATH ON)
endforeach()

# Memory of the cuda backend where DeepStream is the one that is chosen.
add_test(NAME cuda/memory-deepstream COMMAND test_cuda_cuda_memory)
set_tests_properties(cuda/memory-deepstream PROPERTIES
  ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
ds_environment(cuda/memory-deepstream ds9 ${DS_CUDA})
set_property(TEST cuda/memory-deepstream APPEND PROPERTY ENVIRONMENT
  SAVANT_TEST_DEEPSTREAM=1)

savant_test(deepstream/test_ds_surfaces savant_testable tsan)
add_dependencies(test_deepstream_ds_surfaces fake_ds6 fake_ds9 fake_cuda)
ds_environment(deepstream/ds_surfaces ds9 ${DS_CUDA})
add_test(NAME deepstream/ds_surfaces-6 COMMAND test_deepstream_ds_surfaces)
set_tests_properties(deepstream/ds_surfaces-6 PROPERTIES
  ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
ds_environment(deepstream/ds_surfaces-6 ds6 ${DS_CUDA})

fake_ds(fake_vic6 ds6 nvbufsurftransform faketransform FAKE_SLOT=384)
fake_ds(fake_vic9 ds9 nvbufsurftransform faketransform FAKE_SLOT=416)
fake_cuda(fake_cuda_jetson deepstream/fakeegl.c)
target_include_directories(fake_cuda_jetson PRIVATE . cuda)
set(DS_JETSON ${CMAKE_BINARY_DIR}/fake_cuda_jetson)
savant_test(deepstream/test_ds_jetson savant_testable)
add_dependencies(test_deepstream_ds_jetson fake_ds6 fake_ds9 fake_vic6
  fake_vic9 fake_cuda_jetson)
ds_environment(deepstream/ds_jetson ds9 ${DS_JETSON})
# ds_jetson_test(<name> <folder> <FAKE_DS>)
function(ds_jetson_test name folder mode)
  add_test(NAME deepstream/ds_jetson-${name} COMMAND test_deepstream_ds_jetson)
  set_tests_properties(deepstream/ds_jetson-${name} PROPERTIES
    ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
  ds_environment(deepstream/ds_jetson-${name} ${folder} ${DS_JETSON})
  set_property(TEST deepstream/ds_jetson-${name} APPEND PROPERTY ENVIRONMENT
    FAKE_DS=${mode})
endfunction()
ds_jetson_test(6 ds6 jetson)
ds_jetson_test(9 ds9 jetson)
ds_jetson_test(block-linear ds9 block-linear)
ds_jetson_test(cuda-buffer ds9 cuda-buffer)
ds_jetson_test(cuda-direct ds9 cuda-direct)
ds_jetson_test(cuda-only ds9 cuda-only)
# Whose slots have no place for CUDA buffers.
ds_jetson_test(cuda-buffer-6 ds6 cuda-buffer)

# ds_missing_test(<name> <part of the reason> <FAKE_DS> <folders...>)
savant_test(deepstream/test_ds_missing savant_testable)
add_dependencies(test_deepstream_ds_missing fake_ds9 fake_ds_missing fake_cuda)
function(ds_missing_test name expected mode)
  if(NOT name STREQUAL "library")
    add_test(NAME deepstream/missing-${name} COMMAND test_deepstream_ds_missing)
    set_tests_properties(deepstream/missing-${name} PROPERTIES
      ENVIRONMENT "${TEST_ENVIRONMENT};${LSAN_glib}" FIXTURES_REQUIRED registry)
    set(test deepstream/missing-${name})
  else()
    set(test deepstream/ds_missing)
  endif()
  ds_environment(${test} ${ARGN})
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT FAKE_DS=${mode}
    "EXPECTED=${expected}")
endfunction()
# In front of libraries that the machine may have.
file(WRITE ${DS_FOLDER}/broken/libnvbufsurface.so "no library\n")
ds_missing_test(library "libnvbufsurface.so cannot be loaded" none broken
  ${DS_CUDA})
ds_missing_test(symbol "has no NvBufSurfaceDestroy" none missing ${DS_CUDA})
ds_missing_test(gpu "NvBufSurfaceCreate returns -1" no-gpu ds9 ${DS_CUDA})
ds_missing_test(version "neither 384 bytes" unknown ds9 ${DS_CUDA})
ds_missing_test(driver "libcuda.so.1" none ds9
  ${CMAKE_BINARY_DIR}/no_cuda)

# With DeepStream's own libraries and elements, where they are.
savant_test(deepstream/test_ds_elements gstsavant-1.0 gpu)
set_property(TEST deepstream/ds_elements APPEND PROPERTY ENVIRONMENT CK_FORK=no
  SAVANT_TEST_CLIP=${PROJECT_SOURCE_DIR}/../examples/media/bigbuckbunny.mp4)
