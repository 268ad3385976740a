# SPDX-License-Identifier: Apache-2.0
# savant_bundle(library plugin): the install component `bundle` puts both into
# savant/native/<platform as JNA names it>, where Java looks for them, with a
# bundle.properties that holds the version and a SHA-256 of each file.
function(savant_bundle library plugin)
  string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
  string(TOLOWER ${CMAKE_SYSTEM_PROCESSOR} processor)
  if(processor MATCHES "^(x86_64|amd64)$")
    set(processor x86-64)
  endif()
  set(dir savant/native/${system}-${processor})
  install(TARGETS ${library} ${plugin}
    LIBRARY DESTINATION ${dir} COMPONENT bundle NAMELINK_SKIP)
  install(CODE "
    set(dir \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${dir}\")
    set(text \"version=${PROJECT_VERSION}\\n\")
    foreach(name
        $<TARGET_SONAME_FILE_NAME:${library}> $<TARGET_FILE_NAME:${plugin}>)
      file(SHA256 \"\${dir}/\${name}\" sha256)
      string(APPEND text \"sha256.\${name}=\${sha256}\\n\")
    endforeach()
    file(WRITE \"\${dir}/bundle.properties\" \"\${text}\")"
    COMPONENT bundle)
endfunction()
