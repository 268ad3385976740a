/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_HOST_WORKERS_H
#define SV_HOST_WORKERS_H

/* One set of threads a process that helps whoever has work to share. Threads
 * start when they are first needed, then wait for the next work; none is
 * started for a frame. They end with the process or when the library is
 * unloaded. A child of fork() starts its own. */

/* Threads of one call at most, the calling one included. */
#define SV_MAX_THREADS 64

/* Calls part (data, i, lane) for i = 0..n_parts - 1 from at most n_threads
 * threads (1..SV_MAX_THREADS), the caller among them, and returns when all are
 * done. lane is 0..n_threads - 1, never the same in two threads of a call at
 * once. Any thread may call, several at once; where threads cannot be started
 * or all are busy, the caller does the work alone. Not from inside a part. */
void sv_workers_run (int n_threads, int n_parts,
    void (*part) (void *data, int i, int lane), void *data);

/* Processors that this process may use, 1..SV_MAX_THREADS. */
int sv_workers_n_cores (void);

/* Threads that have been started in this process, for tests. */
int sv_workers_n_started (void);

#endif
