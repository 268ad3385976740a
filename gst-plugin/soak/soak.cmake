# SPDX-License-Identifier: Apache-2.0
# The soak programs: whole by `make soak`, in seconds as tests.
add_library(soak_support STATIC ../soak/soak.c ../soak/report.c
  ../soak/pipeline.c ../soak/speed.c)
target_include_directories(soak_support PUBLIC ../soak)
target_link_libraries(soak_support PUBLIC gstsavant-1.0 PkgConfig::GST
  Threads::Threads m)
savant_warnings(soak_support)

# savant_soak(<source> <arguments of the short form...>)
function(savant_soak name)
  add_executable(soak_${name} ../soak/${name}.c)
  target_link_libraries(soak_${name} PRIVATE soak_support ${CMAKE_DL_LIBS})
  # What it defines takes the place of the library's, to let calls fail.
  set_target_properties(soak_${name} PROPERTIES ENABLE_EXPORTS ON)
  savant_warnings(soak_${name})
  add_dependencies(soak_${name} gstsavant)
  add_test(NAME soak/${name} COMMAND soak_${name} ${ARGN})
  set(environment ${TEST_ENVIRONMENT})
  if(SAVANT_SANITIZE)
    list(APPEND environment ${LSAN_glib})
  endif()
  set_tests_properties(soak/${name} PROPERTIES
    ENVIRONMENT "${environment};MALLOC_ARENA_MAX=2;G_DEBUG=fatal-criticals"
    TIMEOUT 300 FIXTURES_REQUIRED registry LABELS soak)
endfunction()

# Short forms. What sanitizers make slow and blind to memory is shorter still.
if(SAVANT_SANITIZE)
  set(sources --changes 300)
  set(cycles --changes 80)
  set(failures --changes 100)
else()
  set(sources --changes 1300)
  set(cycles --changes 400)
  set(failures --changes 500 --warm-up 250)
endif()
savant_soak(s1_add_remove --seconds 4 --warm-up 5)
savant_soak(s2_source_changes ${sources})
savant_soak(s3_cycles ${cycles})
savant_soak(s4_consumers --changes 12)
savant_soak(s5_stray_events --changes 4000)
savant_soak(s6_failures ${failures})
savant_soak(s7_times --changes 4000)

# Whole, one after the other.
foreach(name s1_add_remove s2_source_changes s3_cycles s4_consumers
    s5_stray_events s6_failures s7_times)
  list(APPEND soak_commands COMMAND ${CMAKE_COMMAND} -E env
    GST_PLUGIN_PATH=${SAVANT_NATIVE_DIR} G_DEBUG=fatal-criticals
    GST_REGISTRY=${CMAKE_BINARY_DIR}/registry.bin $<TARGET_FILE:soak_${name}>)
endforeach()
add_custom_target(soak ${soak_commands} USES_TERMINAL)
