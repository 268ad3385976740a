/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

/* A libcuda.so.1 for machines without a GPU: memory of the CPU in which only
 * its own calls may read and write, streams whose work is done at once but
 * whose events pass when they are told to, and launches that are checked and
 * leave FAKE_PIXEL in the first plane of every destination. A call that breaks
 * a rule of the driver ends the program with its name.
 *
 * The environment's FAKE_CUDA makes it one that does not work: "no-device" or
 * "old-gpu"; "old-driver" and "refusing" take only kernels of the fake NVRTC;
 * "no-peers" has GPUs that do not reach each other. It has two GPUs. */

#include <stdbool.h>
#include <stdint.h>

#define FAKE_PIXEL 0x5a
/* What kernels of the fake NVRTC begin with. */
#define FAKE_NVRTC_IMAGE "kernels of the fake NVRTC"
#define FAKE_GPUS 2

typedef struct FakeCuda
{
  /* Calls of a function so far, by the driver's name of it. */
  int (*calls) (const char *name);
  /* All calls so far, and whether the one of a number fails (0: none does) and
   * whether all after it do, too. */
  int (*n_calls) (void);
  void (*fail_at) (int call, int result, bool from_then_on);
  /* Events that are recorded from now on pass only when they are waited for,
   * or once this is undone. */
  void (*hold) (bool held);
  /* Things that exist. */
  int (*n_memories) (void);
  int (*n_streams) (void);
  int (*n_events) (void);
  /* Contexts that the calling thread has pushed and not popped. */
  int (*depth) (void);
  /* Of the last launch. */
  int (*last_jobs) (void);
  unsigned (*last_blocks) (void);
  int (*last_gpu) (void);
} FakeCuda;

/* The symbol of the library that gives the table. */
#define FAKE_CUDA_TABLE "fake_cuda_table"

#endif
