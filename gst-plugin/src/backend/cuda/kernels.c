/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

/* The file that nvcc made, as the assembler finds it. */
__asm__ (".pushsection .rodata, \"a\", @progbits\n"
         ".balign 64\n"
         ".globl sv_cu_kernels\n"
         ".hidden sv_cu_kernels\n"
         ".type sv_cu_kernels, @object\n"
         "sv_cu_kernels:\n"
         ".incbin \"" SV_CU_FATBIN "\"\n"
         ".size sv_cu_kernels, . - sv_cu_kernels\n"
         ".popsection\n");

const int sv_cu_kernel_version = SV_CU_VERSION;
