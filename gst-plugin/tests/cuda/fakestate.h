/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_STATE_H
#define FAKE_STATE_H

/* What the files of the fake driver share. */

#include <pthread.h>
#include <stdint.h>

#include "backend/cuda/driver.h"
#include "backend/cuda/kernels/params.h"
#include "fakecuda.h"

#define EXPORT __attribute__ ((visibility ("default")))
#define MAX_THINGS 4096

typedef enum Kind
{
  KIND_NONE,
  KIND_DEVICE,
  KIND_PINNED,
  KIND_MANAGED
} Kind;

typedef struct Memory
{
  Kind kind;
  uint8_t *data;
  size_t size;
  size_t mapped;
  int gpu;
} Memory;

struct SvCuContextRec
{
  int gpu;
};

struct SvCuStreamRec
{
  bool used;
  int gpu;
};

struct SvCuEventRec
{
  bool used;
  bool recorded;
  bool passed;
  int gpu;
};

struct SvCuModuleRec
{
  int gpu;
};

struct SvCuFunctionRec
{
  int gpu;
  bool wide;
};

/* Of the calling thread: the GPUs of the contexts that it has pushed. */
extern __thread int fake_stack[64];
extern __thread int fake_depth;

extern struct SvCuContextRec fake_contexts[FAKE_GPUS];
extern Memory fake_memories[MAX_THINGS];
extern struct SvCuStreamRec fake_streams[MAX_THINGS];
extern struct SvCuEventRec fake_events[MAX_THINGS];

typedef struct Count
{
  const char *name;
  int calls;
} Count;

/* What the controls read and write; under `lock` while calls run. */
typedef struct FakeState
{
  pthread_mutex_t lock;
  Count counts[64];
  bool held;
  int n_calls;
  int failing_call;
  int failing_result;
  bool failing_on;
  bool peers[FAKE_GPUS][FAKE_GPUS]; /* who may reach whose memory */
} FakeState;

extern FakeState fake_state;

/* Every function begins with ENTER, with the lock held from then on, and ends
 * with leave(). */
int fake_enter (const char *name, bool needs_context);
SvCuResult fake_leave (SvCuResult result);

#define ENTER(name, needs_context)                                             \
  do {                                                                         \
    int failure = fake_enter (name, needs_context);                            \
    if (failure != 0)                                                          \
      return fake_leave (failure);                                             \
  } while (0)

/* Ends the program: `name` broke `rule`. */
void fake_broken (const char *name, const char *rule);

/* Whether the environment's FAKE_CUDA has a value. */
bool fake_is_mode (const char *mode);

/* The memory around an address, or NULL. */
Memory *fake_find (SvCuPtr address);

/* Lets the fake itself, and nobody else, at device memory. */
void fake_open (Memory *memory, bool open);

void fake_check_span (const char *name, const Memory *memory, SvCuPtr at,
    size_t size);
/* Copies between any two addresses. */
void fake_move (const char *name, SvCuPtr dst, SvCuPtr src, size_t size);
void fake_check_stream (const char *name, SvCuStream stream);

/* What a launch does, where a library has it; else every destination gets
 * FAKE_PIXEL. */
__attribute__ ((weak)) void fake_run_kernel (bool wide, const SvCuArgs *args,
    unsigned n_blocks);

/* The driver's functions, by their names in the library. */
#define FAKE_DECLARE(name, symbol, params) \
  EXPORT SvCuResult fake_##name params __asm__ (symbol);
SV_CU_CALLS (FAKE_DECLARE)
#undef FAKE_DECLARE

#endif
