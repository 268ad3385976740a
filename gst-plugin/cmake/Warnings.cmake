# SPDX-License-Identifier: Apache-2.0
# Warnings are errors in our code; nothing but our symbols is exported.
function(savant_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes
    -Wmissing-prototypes -Wwrite-strings -Wundef -Wformat=2
    -Wno-missing-field-initializers -fvisibility=hidden)
endfunction()
