/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_GPU_REPORT_H
#define BENCH_GPU_REPORT_H

#include <stdbool.h>
#include <stdio.h>

/* Microseconds of one way of doing a job. Negative: not measured. */
typedef struct GpuTime
{
  double device; /* a picture, between CUDA events around calls in a row */
  double queued; /* a picture, wall time of calls without a wait */
  double waited; /* a picture, wall time of calls that are each waited for */
  double cpu;    /* a call without a wait, time of all threads */
} GpuTime;

typedef struct GpuRow
{
  const char *what;
  int batch;
  double megabytes; /* source and destination of a picture, each once */
  double psnr;      /* of NvBufSurfTransform's pixels against ours, decibels */
  GpuTime ours;
  GpuTime peer;
  GpuTime copy; /* of the source's bytes, on the device */
  double copy_megabytes;
} GpuRow;

typedef struct GpuReport
{
  char device[128];
  char driver[64];
  const char *no_peer; /* why NvBufSurfTransform is not there, or NULL */
  GpuRow rows[64];
  int n_rows;
} GpuReport;

void gpu_report_markdown (const GpuReport *report, FILE *file);
void gpu_report_json (const GpuReport *report, FILE *file);

/* Share of the bandwidth that the copy of the source reaches. */
double gpu_report_share (const GpuRow *row);

#endif
