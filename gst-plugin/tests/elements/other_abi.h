/* SPDX-License-Identifier: Apache-2.0 */
/* Comes before everything else in a build of the plugin that expects another
 * ABI version; see elements.cmake. */
#ifndef TEST_OTHER_ABI_H
#define TEST_OTHER_ABI_H

#define _GNU_SOURCE /* as the sources that follow have it */
#include <savant/status.h>

#undef SAVANT_ABI_VERSION
#define SAVANT_ABI_VERSION 4711

#endif
