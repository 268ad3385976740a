/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_CLOCK_H
#define SV_CLOCK_H

/* CLOCK_MONOTONIC, by which all of ours waits: a change of the wall clock
 * neither ends nor lengthens a wait. Library and plugin each have their own
 * code of it. */

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define SV_SECOND_NS 1000000000

static inline int64_t
sv_clock_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * SV_SECOND_NS + now.tv_nsec;
}

/* A condition for sv_cond_wait_until(). */
static inline void
sv_cond_init (pthread_cond_t *cond)
{
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attr);
  pthread_condattr_destroy (&attr);
}

/* As pthread_cond_timedwait(); `deadline` as of sv_clock_now(), INT64_MAX for
 * ever. 0, or ETIMEDOUT. */
static inline int
sv_cond_wait_until (pthread_cond_t *cond, pthread_mutex_t *lock,
    int64_t deadline)
{
  const struct timespec until = { .tv_sec = deadline / SV_SECOND_NS,
    .tv_nsec = deadline % SV_SECOND_NS };

  return deadline == INT64_MAX ? pthread_cond_wait (cond, lock)
                               : pthread_cond_timedwait (cond, lock, &until);
}

#endif
