/* SPDX-License-Identifier: Apache-2.0 */
/* A libnvbufsurftransform.so, of which only the VIC is ever asked: of
 * DeepStream 6 to 8 with FAKE_SLOT 384, of 9 with 416. Offsets are written out
 * here, apart from ours; a call that breaks a rule ends the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakenvbufsurface.h"

#define EXPORT __attribute__ ((visibility ("default")))

EXPORT int NvBufSurfTransform (const uint8_t *src, const uint8_t *dst,
    const uint8_t *params);
EXPORT int NvBufSurfTransformSetSessionParams (const uint8_t *config);
EXPORT int NvBufSurfTransformAsync (void);

static FakeTransform last;
static _Thread_local int on_vic;

EXPORT FakeTransform *fake_transform (void);

FakeTransform *
fake_transform (void)
{
  return &last;
}

static void
broken (const char *rule)
{
  fprintf (stderr, "fake libnvbufsurftransform: %s\n", rule);
  abort ();
}

static uint32_t
get32 (const uint8_t *at)
{
  uint32_t value;

  memcpy (&value, at, sizeof value);
  return value;
}

static const uint8_t *
get_pointer (const uint8_t *at)
{
  const uint8_t *value;

  memcpy (&value, at, sizeof value);
  return value;
}

static void
check_zero (const uint8_t *at, size_t size, const char *rule)
{
  for (size_t i = 0; i < size; i++)
    if (at[i] != 0)
      broken (rule);
}

int
NvBufSurfTransformSetSessionParams (const uint8_t *config)
{
  if (get32 (config) != 2 || get32 (config + 4) != 0)
    broken ("the session is not the VIC's");
  check_zero (config + 8, 40, "stream and reserved fields of the session");
  on_vic = 1;
  return 0;
}

/* The slot of a surface of one. */
static const uint8_t *
check_surface (const uint8_t *surface)
{
  const uint8_t *slot = get_pointer (surface + 24);

  if (get32 (surface + 4) != 1 || get32 (surface + 8) != 1)
    broken ("batchSize and numFilled are to be 1");
  if (get32 (surface + 16) != 4 && get32 (surface + 16) != 5)
    broken ("memType is to be 4 or 5");
  check_zero (surface + 32, FAKE_SLOT == 416 ? 40 : 32, "reserved fields");
  if (get_pointer (slot + 312) == NULL
      && (FAKE_SLOT != 416 || get_pointer (slot + 328) == NULL))
    broken ("a slot that was never mapped");
  return slot;
}

static void
check_rect (const uint8_t *rect, const uint8_t *slot, uint32_t out[4])
{
  for (int i = 0; i < 4; i++)
    out[i] = get32 (rect + 4 * i);
  if (out[2] < 1 || out[3] < 1 || out[1] + out[2] > get32 (slot)
      || out[0] + out[3] > get32 (slot + 4))
    broken ("a rectangle outside of the picture");
  if (FAKE_SLOT == 416)
    check_zero (rect + 16, 32, "reserved fields of a rectangle");
}

int
NvBufSurfTransform (const uint8_t *src, const uint8_t *dst,
    const uint8_t *params)
{
  if (!on_vic)
    broken ("a thread without a session");
  if (get32 (params + 4) > 7 || get32 (params + 8) > 6)
    broken ("flip or filter");
  if (((get32 (params) & 8) != 0) != (get32 (params + 4) != 0)
      || (get32 (params) & ~8u) != 7)
    broken ("flags");
  if (FAKE_SLOT == 416)
    check_zero (params + 32, 32, "reserved fields of the parameters");
  check_rect (get_pointer (params + 16), check_surface (src), last.src);
  check_rect (get_pointer (params + 24), check_surface (dst), last.dst);
  last.flip = (int) get32 (params + 4);
  last.filter = (int) get32 (params + 8);
  last.calls++;
  return last.result;
}

int
NvBufSurfTransformAsync (void)
{
  broken ("never to be called");
  return -1;
}
