# SPDX-License-Identifier: Apache-2.0
# The soak programs: whole by `make soak`, in seconds as tests.
add_library(soak_support STATIC ../soak/soak.c ../soak/report.c
  ../soak/pipeline.c)
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

savant_soak(s1_add_remove --seconds 4 --warm-up 5)
savant_soak(s2_source_changes --changes 300)
savant_soak(s3_cycles --changes 400)
