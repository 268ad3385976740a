/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <glib.h>
#include <stdio.h>

/* Names of the columns. The first is ours, the last a memcpy. */
#define BENCH_MAX_PEERS 7

/* What one peer took for one job. */
typedef struct BenchTime
{
  gboolean there; /* the rest counts only if it is */
  double best;    /* CPU milliseconds */
  double median;
  double p90;  /* nine of ten rounds took at most this */
  double psnr; /* decibels against exact arithmetic; of a memcpy 0 */
} BenchTime;

typedef struct BenchRow
{
  const char *name;
  const char *what;
  BenchTime times[BENCH_MAX_PEERS];
} BenchRow;

/* Wall milliseconds of a frame: n threads on one job after the other, and as
 * many runs of one thread each side by side. */
typedef struct BenchThreads
{
  const char *name;
  int n;
  double together[2]; /* best, median */
  double apart[2];
} BenchThreads;

typedef struct BenchReport
{
  const char *peers[BENCH_MAX_PEERS];
  int n_peers;
  int rounds;
  const char *kernels; /* the instruction set of ours */
  BenchRow rows[32];
  int n_rows;
  BenchThreads threads[8];
  int n_threads;
} BenchReport;

void bench_report_markdown (const BenchReport *report, FILE *file);
void bench_report_json (const BenchReport *report, FILE *file);

#endif
