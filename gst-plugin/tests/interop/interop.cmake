# SPDX-License-Identifier: Apache-2.0
# The library's DLPack tensors as other libraries see them. numpy is in the
# virtual environment of scripts/bootstrap.sh; without it that part is skipped.
set(INTEROP_PYTHON ${PROJECT_SOURCE_DIR}/../target/venv/bin/python)
if(NOT EXISTS ${INTEROP_PYTHON})
  set(INTEROP_PYTHON ${Python3_EXECUTABLE})
endif()
# Python itself is not instrumented.
if(NOT SAVANT_SANITIZE)
  foreach(how ctypes numpy)
    add_test(NAME interop/dlpack-${how} COMMAND ${INTEROP_PYTHON} -B
      ${CMAKE_CURRENT_SOURCE_DIR}/interop/library_dlpack.py
      $<TARGET_FILE:gstsavant-1.0> ${how})
    set_tests_properties(interop/dlpack-${how} PROPERTIES
      ENVIRONMENT "${TEST_ENVIRONMENT}" SKIP_RETURN_CODE 77 TIMEOUT 120)
  endforeach()
endif()
