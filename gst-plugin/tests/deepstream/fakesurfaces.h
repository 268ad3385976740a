/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_SURFACES_H
#define FAKE_SURFACES_H

/* Between the files of the fake libnvbufsurface: surfaces and, for Jetsons,
 * the mapping of their slots. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef FAKE_SLOT
#error FAKE_SLOT
#endif

#define EXPORT __attribute__ ((visibility ("default")))

enum
{
  FAKE_PINNED = 1,
  FAKE_DEVICE = 2,
  FAKE_UNIFIED = 3,
  FAKE_SYSTEM = 6
};

/* Of all surfaces. */
extern pthread_mutex_t fake_lock;

/* Ends the program. */
void fake_broken (const char *name, const char *rule);

/* What the environment's FAKE_DS says. */
bool fake_is_mode (const char *mode);
bool fake_makes_cuda_buffers (void);
bool fake_is_jetson (void);

void fake_put32 (uint8_t *at, uint32_t value);
void fake_put_pointer (uint8_t *at, const void *value);
void *fake_get_pointer (const uint8_t *at);

/* Pixels of a memory type. */
void *fake_allocate (int mem_type, uint32_t gpu, size_t size);
void fake_release (int mem_type, uint32_t gpu, void *data);

/* The slot of a surface array or NVRM handle, with the lock held. */
uint8_t *fake_find_slot (const char *name, const void *surface, int slot);

/* Mapped slots. */
int fake_count_images (void);
int fake_count_cuda_buffers (void);
void fake_set_cuda_buffer_fault (int fault);

#endif
