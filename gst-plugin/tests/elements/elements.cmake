# SPDX-License-Identifier: Apache-2.0
# The plugin twice more, as if it came from other releases, each in a directory
# of its own and with this build's library.
add_executable(test_elements_mismatch elements/mismatch.c)
target_link_libraries(test_elements_mismatch PRIVATE test_support gstsavant-1.0)
savant_warnings(test_elements_mismatch)

# savant_mismatch(<name> <version> <ABI version> [compiler options...])
function(savant_mismatch name version abi)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/other-${name})
  add_library(plugin_other_${name} MODULE ${PLUGIN_SOURCES})
  target_link_libraries(plugin_other_${name} PRIVATE gstsavant-1.0)
  target_include_directories(plugin_other_${name} PRIVATE ../src)
  target_compile_definitions(plugin_other_${name} PRIVATE
    SAVANT_VERSION_STRING="${version}")
  target_compile_options(plugin_other_${name} PRIVATE ${ARGN})
  set_target_properties(plugin_other_${name} PROPERTIES
    OUTPUT_NAME gstsavant LIBRARY_OUTPUT_DIRECTORY ${dir})
  savant_warnings(plugin_other_${name})
  set(environment ${TEST_ENVIRONMENT})
  if(SAVANT_SANITIZE)
    list(APPEND environment ${LSAN_glib})
  endif()
  add_test(NAME elements/mismatch-${name} COMMAND test_elements_mismatch)
  set_tests_properties(elements/mismatch-${name} PROPERTIES TIMEOUT 600
    ENVIRONMENT "${environment};GST_PLUGIN_PATH=${dir};GST_PLUGIN_SYSTEM_PATH=${dir};GST_REGISTRY=${CMAKE_CURRENT_BINARY_DIR}/registry-${name}.bin;SAVANT_TEST_OTHER_DIR=${dir};SAVANT_TEST_OTHER_VERSION=version ${version} (ABI ${abi})")
endfunction()

savant_mismatch(version 9.8.7 1)
savant_mismatch(abi ${PROJECT_VERSION} 4711
  -include ${CMAKE_CURRENT_SOURCE_DIR}/elements/other_abi.h)

# GStreamer's analytics library, as it is from 1.28 on, as it was before, and
# not at all; this machine's own is out of sight behind the file in "none".
add_executable(test_elements_analytics elements/analytics.c)
target_link_libraries(test_elements_analytics PRIVATE test_support
  gstsavant-1.0 ${CMAKE_DL_LIBS})
savant_warnings(test_elements_analytics)
foreach(kind released old none)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/analytics-${kind})
  if(kind STREQUAL "none")
    file(WRITE ${dir}/libgstanalytics-1.0.so.0 "no library\n")
  else()
    add_library(fake_analytics_${kind} SHARED elements/fakeanalytics.c)
    target_link_libraries(fake_analytics_${kind} PRIVATE PkgConfig::GST)
    set_target_properties(fake_analytics_${kind} PROPERTIES
      OUTPUT_NAME gstanalytics-1.0 SOVERSION 0 LIBRARY_OUTPUT_DIRECTORY ${dir})
    savant_warnings(fake_analytics_${kind})
    add_dependencies(test_elements_analytics fake_analytics_${kind})
  endif()
  set(environment ${TEST_ENVIRONMENT})
  if(SAVANT_SANITIZE)
    list(APPEND environment ${LSAN_glib})
  endif()
  add_test(NAME elements/analytics-${kind} COMMAND test_elements_analytics)
  set_tests_properties(elements/analytics-${kind} PROPERTIES TIMEOUT 600
    FIXTURES_REQUIRED registry
    ENVIRONMENT "${environment};LD_LIBRARY_PATH=${dir};SAVANT_TEST_ANALYTICS=${kind}")
endforeach()
target_compile_definitions(fake_analytics_old PRIVATE OLD_LAYOUT=1)

# Slices of GLib would hide allocations.
set_property(TEST elements/savanttransform_allocs APPEND PROPERTY
  ENVIRONMENT G_SLICE=always-malloc)
