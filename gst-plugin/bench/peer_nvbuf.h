/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PEER_NVBUF_H
#define BENCH_PEER_NVBUF_H

/* NvBufSurfTransform of DeepStream 9 by dlopen, on any memory of GPU 0. */

#include <stdbool.h>

#include <savant/transform.h>

#include "backend/cuda/driver.h"

/* Opens the libraries and has them work in `stream`. False: *why says what is
 * missing, static. */
bool bench_nvbuf_open (SvCuStream stream, const char **why);

/* Batches of surfaces around pictures that are there already. */
typedef struct BenchNvbuf BenchNvbuf;

/* Jobs 0 .. n_jobs - 1 in batches of `batch`. NULL where a layout is none of
 * a surface's, or without memory: planes must follow each other. */
BenchNvbuf *bench_nvbuf_new (const SavantTransformJob *jobs, int n_jobs,
    int batch, SavantInterpolation interpolation);
void bench_nvbuf_free (BenchNvbuf *nvbuf);

/* Transforms one batch; 0 or the library's error. */
int bench_nvbuf_run (BenchNvbuf *nvbuf, int batch);

/* The same by NvBufSurfTransformAsync; *sync is to be waited for. */
int bench_nvbuf_start (BenchNvbuf *nvbuf, int batch, void **sync);
int bench_nvbuf_wait (void **sync);

#endif
