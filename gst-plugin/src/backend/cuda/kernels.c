/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"
#include "nvrtc.h"

/* A file, as the assembler finds it, and a byte 0. */
#define EMBED(symbol, path)                                                    \
  __asm__ (".pushsection .rodata, \"a\", @progbits\n"                          \
           ".balign 64\n"                                                      \
           ".globl " symbol "\n"                                               \
           ".hidden " symbol "\n"                                              \
           ".type " symbol ", @object\n" symbol ":\n"                          \
           ".incbin \"" path "\"\n"                                            \
           ".byte 0\n"                                                         \
           ".size " symbol ", . - " symbol "\n"                                \
           ".popsection\n");

/* What nvcc made. */
EMBED ("sv_cu_kernels", SV_CU_FATBIN)

const int sv_cu_kernel_version = SV_CU_VERSION;

/* What it was made of: the build lists the files, as SOURCE (a number, their
 * name and path). */
#define SOURCE(n, name, path)                                                  \
  EMBED ("sv_cu_source_" #n, path)                                             \
  extern const char sv_cu_source_##n[] __attribute__ ((visibility ("hidden")));
#include SV_CU_SOURCES
#undef SOURCE

const SvCuSource sv_cu_sources[] = {
#define SOURCE(n, name, path) { name, sv_cu_source_##n },
#include SV_CU_SOURCES
#undef SOURCE
};

const int sv_cu_n_sources =
    (int) (sizeof sv_cu_sources / sizeof sv_cu_sources[0]);
