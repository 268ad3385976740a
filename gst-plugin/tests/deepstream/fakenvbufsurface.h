/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_NVBUFSURFACE_H
#define FAKE_NVBUFSURFACE_H

#include <stdint.h>

/* Controls of the fake libnvbufsurface. */
typedef struct FakeDs
{
  int (*n_surfaces) (void);      /* that exist */
  int (*n_creates) (void);       /* calls so far that were not refused */
  void (*fail_create) (int nth); /* of those from now on; 0 = none */
  int header_size;
  int slot_size;
} FakeDs;

/* The symbol of the library that gives the table. */
#define FAKE_DS_TABLE "fake_ds_table"

#endif
