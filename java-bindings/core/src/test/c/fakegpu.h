/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_GPU_H
#define FAKE_GPU_H

/* What the fake libraries of a driver share: the GPUs that there are. Each
 * library is told by fake_set(), or by the environment variable FAKE_GPUS: a
 * line a GPU, in CUDA's order of all of them, of seven numbers: NVML's number
 * of the architecture, compute capability major and minor, multiprocessors,
 * used MiB, NVENCSTATUS of a session, kind.
 *
 * NVML counts the other way round. Wrong arguments abort, so that no test
 * passes by them; functions that are not here cannot be called. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_API __attribute__ ((visibility ("default")))
#define FAKE_MAX_GPUS 8

enum
{
  FAKE_WHOLE = 0,  /* NVML knows it by its UUID */
  FAKE_MIG = 1,    /* an instance: its UUID is a MIG instance's */
  FAKE_BY_PCI = 2, /* NVML knows only its PCI address */
  FAKE_HIDDEN = 3  /* NVML does not know it */
};

typedef struct FakeGpu
{
  int architecture;
  int major;
  int minor;
  int multiprocessors;
  int used_mib;
  int nvenc;
  int kind;
} FakeGpu;

static FakeGpu fake_gpus[FAKE_MAX_GPUS];
static int fake_count = -1;

#define fake_check(condition)                                      \
  do {                                                             \
    if (!(condition)) {                                            \
      fprintf (stderr, "%s: wrong: %s\n", __func__, #condition); \
      abort ();                                                    \
    }                                                              \
  } while (0)

FAKE_API void fake_set (const char *text);

static void
fake_parse (const char *text)
{
  fake_count = 0;
  while (text != NULL && *text != '\0') {
    FakeGpu *gpu = &fake_gpus[fake_count++];
    const char *end = strchr (text, '\n');

    fake_check (fake_count <= FAKE_MAX_GPUS);
    fake_check (sscanf (text, "%d %d %d %d %d %d %d", &gpu->architecture,
                    &gpu->major, &gpu->minor, &gpu->multiprocessors,
                    &gpu->used_mib, &gpu->nvenc, &gpu->kind)
        == 7);
    text = end == NULL ? NULL : end + 1;
  }
}

void
fake_set (const char *text)
{
  fake_parse (text);
}

static inline void
fake_load (void)
{
  if (fake_count < 0)
    fake_parse (getenv ("FAKE_GPUS"));
}

static inline void
fake_uuid (int gpu, unsigned char *uuid)
{
  for (int i = 0; i < 16; i++)
    uuid[i] = (unsigned char) (gpu * 16 + i + 0x80);
}

static inline void
fake_pci (int gpu, char *text, size_t size)
{
  snprintf (text, size, "0000:%02x:00.0", gpu + 0x17);
}

#endif
