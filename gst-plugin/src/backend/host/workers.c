/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* How long a thread looks for more before it sleeps: frames of a stream come
 * close together, and waking up takes longer than a small picture. */
#define SPINS 2000

typedef struct Work
{
  struct Work *next;
  void (*part) (void *data, int i, int lane);
  void *data;
  int n_parts;
  int n_lanes;     /* helpers that may still join, and the caller */
  int n_joined;    /* under the lock */
  atomic_int at;   /* the next part */
  atomic_int left; /* helpers at work */
} Work;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static Work *first;          /* with room for helpers */
static atomic_int n_waiting; /* works in that list */
static pthread_t threads[SV_MAX_THREADS - 1];
static int n_threads;
static int n_asleep;
static bool ending;

static void
pause_cpu (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile ("yield");
#endif
}

static void
do_parts (Work *work, int lane)
{
  int i;

  while ((i = atomic_fetch_add (&work->at, 1)) < work->n_parts)
    work->part (work->data, i, lane);
}

static void
take_out (Work *work)
{
  Work **at = &first;

  while (*at != NULL && *at != work)
    at = &(*at)->next;
  if (*at == NULL)
    return;
  *at = work->next;
  atomic_fetch_sub (&n_waiting, 1);
}

/* The lock is held, and is again when it returns. */
static void
help (Work *work)
{
  int lane = work->n_joined++;

  atomic_fetch_add (&work->left, 1);
  if (work->n_joined == work->n_lanes)
    take_out (work);
  pthread_mutex_unlock (&lock);
  do_parts (work, lane);
  pthread_mutex_lock (&lock);
  /* The caller may leave, and `work` be gone, after this. */
  if (atomic_fetch_sub (&work->left, 1) == 1)
    pthread_cond_broadcast (&done);
}

static void *
run_thread (void *unused)
{
  (void) unused;
  pthread_mutex_lock (&lock);
  while (!ending) {
    if (first != NULL) {
      help (first);
      continue;
    }
    pthread_mutex_unlock (&lock);
    for (int i = 0; i < SPINS && atomic_load (&n_waiting) == 0; i++)
      pause_cpu ();
    pthread_mutex_lock (&lock);
    n_asleep++;
    while (first == NULL && !ending)
      pthread_cond_wait (&more, &lock);
    n_asleep--;
  }
  pthread_mutex_unlock (&lock);
  return NULL;
}

static void
before_fork (void)
{
  pthread_mutex_lock (&lock);
}

static void
after_fork_in_parent (void)
{
  pthread_mutex_unlock (&lock);
}

/* Nobody but the forking thread is there, which was not at work. */
static void
after_fork_in_child (void)
{
  first = NULL;
  atomic_store (&n_waiting, 0);
  n_threads = n_asleep = 0;
  pthread_cond_init (&more, NULL);
  pthread_cond_init (&done, NULL);
  pthread_mutex_unlock (&lock);
}

static void
init (void)
{
  pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
}

/* Without signals: those are the application's business. */
static void
start_threads (int wanted)
{
  sigset_t all, old;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  while (n_threads < wanted && n_threads < SV_MAX_THREADS - 1 && !ending
      && pthread_create (&threads[n_threads], NULL, run_thread, NULL) == 0)
    n_threads++;
  pthread_sigmask (SIG_SETMASK, &old, NULL);
}

__attribute__ ((destructor)) static void
end_threads (void)
{
  int n;

  pthread_mutex_lock (&lock);
  ending = true;
  n = n_threads;
  n_threads = 0;
  pthread_cond_broadcast (&more);
  pthread_mutex_unlock (&lock);
  for (int i = 0; i < n; i++)
    pthread_join (threads[i], NULL);
}

/* Helpers that are still at it will be done soon. */
static void
wait_for_helpers (Work *work)
{
  for (int i = 0; i < SPINS && atomic_load (&work->left) > 0; i++)
    pause_cpu ();
  pthread_mutex_lock (&lock);
  if (work->n_joined < work->n_lanes)
    take_out (work);
  while (atomic_load (&work->left) > 0)
    pthread_cond_wait (&done, &lock);
  pthread_mutex_unlock (&lock);
}

void
sv_workers_run (int n_wanted, int n_parts,
    void (*part) (void *data, int i, int lane), void *data)
{
  Work work = { .part = part,
    .data = data,
    .n_parts = n_parts,
    .n_joined = 1,
    .n_lanes = n_wanted < n_parts ? n_wanted : n_parts };

  if (work.n_lanes > SV_MAX_THREADS)
    work.n_lanes = SV_MAX_THREADS;
  atomic_init (&work.at, 0);
  atomic_init (&work.left, 0);
  if (work.n_lanes < 2) {
    do_parts (&work, 0);
    return;
  }
  pthread_once (&once, init);
  pthread_mutex_lock (&lock);
  start_threads (work.n_lanes - 1);
  work.next = first;
  first = &work;
  atomic_fetch_add (&n_waiting, 1);
  for (int i = 0; i < work.n_lanes - 1 && i < n_asleep; i++)
    pthread_cond_signal (&more);
  pthread_mutex_unlock (&lock);
  do_parts (&work, 0);
  wait_for_helpers (&work);
}

int
sv_workers_n_cores (void)
{
  cpu_set_t set;
  int n = sched_getaffinity (0, sizeof set, &set) == 0
      ? CPU_COUNT (&set)
      : (int) sysconf (_SC_NPROCESSORS_ONLN);

  return n < 1 ? 1 : n > SV_MAX_THREADS ? SV_MAX_THREADS : n;
}

int
sv_workers_n_started (void)
{
  int n;

  pthread_mutex_lock (&lock);
  n = n_threads;
  pthread_mutex_unlock (&lock);
  return n;
}
