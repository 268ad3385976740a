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
endforeach()

function(ds_environment test)
  list(TRANSFORM ARGN PREPEND ${DS_FOLDER}/ REGEX "^[a-z0-9_]+$")
  list(JOIN ARGN ":" path)
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
    LD_LIBRARY_PATH=${path} SAVANT_BACKEND=)
endfunction()

savant_test(deepstream/test_ds_meta gstsavant-1.0)
add_dependencies(test_deepstream_ds_meta fake_ds_META fake_ds_GST_META
  fake_ds_HELPER)
ds_environment(deepstream/ds_meta meta)
