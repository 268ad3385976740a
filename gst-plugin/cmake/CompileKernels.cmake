# SPDX-License-Identifier: Apache-2.0
# cmake -DNVCC= -DVERSION= -DARCHS= -DSOURCE= -DINPUTS= -DCACHE= -DOUTPUT= -P:
# OUTPUT is what NVCC makes of SOURCE, from CACHE where that has been made of
# the same INPUTS before.
set(flags -O3 -std=c++17 -Xcompiler=-Wall,-Wextra --threads=2)
foreach(arch ${ARCHS})
  list(APPEND flags -gencode=arch=compute_${arch},code=sm_${arch})
endforeach()
# For GPUs that are newer, or none of these.
list(GET ARCHS 0 lowest)
list(APPEND flags -gencode=arch=compute_${lowest},code=compute_${lowest})

set(text "${VERSION} ${flags}")
foreach(input ${INPUTS})
  file(SHA256 ${input} hash)
  string(APPEND text " ${hash}")
endforeach()
string(SHA256 key "${text}")
set(kept ${CACHE}/${key}.fatbin)
if(NOT EXISTS ${kept})
  file(MAKE_DIRECTORY ${CACHE})
  string(RANDOM LENGTH 8 suffix)
  execute_process(COMMAND ${NVCC} -fatbin ${flags} -o ${kept}.${suffix}
    ${SOURCE} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "nvcc failed: ${result}")
  endif()
  file(RENAME ${kept}.${suffix} ${kept})
endif()
file(COPY_FILE ${kept} ${OUTPUT})
