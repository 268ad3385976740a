/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_LOCK_H
#define SV_LOCK_H

/* Locks that many threads take for every frame, most of them for some ten
 * nanoseconds. Sleeping for one, and waking whoever sleeps, costs more than
 * trying again for about a microsecond. */

#include <pthread.h>

#define SV_LOCK_TRIES 50

static inline void
sv_cpu_relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile ("yield");
#endif
}

static inline void
sv_lock_short (pthread_mutex_t *lock)
{
  for (int i = 0; i < SV_LOCK_TRIES; i++) {
    if (pthread_mutex_trylock (lock) == 0)
      return;
    sv_cpu_relax ();
  }
  pthread_mutex_lock (lock);
}

#endif
