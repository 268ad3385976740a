/* SPDX-License-Identifier: Apache-2.0 */
#include "gpu_report.h"

double
gpu_report_share (const GpuRow *row)
{
  double copy = 2.0 * row->copy_megabytes / row->copy.device;

  return row->megabytes / row->ours.device / copy;
}

static void
write_time (const GpuTime *t, FILE *file)
{
  if (t->device < 0.0)
    fprintf (file, " - |");
  else
    fprintf (file, " %.2f / %.2f / %.2f / %.1f |", t->device, t->queued,
        t->waited, t->cpu);
}

void
gpu_report_markdown (const GpuReport *report, FILE *file)
{
  fprintf (file,
      "Letterbox of 1920x1080 on %s, driver %s. Microseconds: device a picture "
      "(CUDA events around calls in a row), a picture queued (ours without a "
      "wait, NvBufSurfTransformAsync), a picture with each call waited for, "
      "CPU a queued call.\n\n",
      report->device, report->driver);
  if (report->no_peer != NULL)
    fprintf (file, "NvBufSurfTransform is left out: %s\n\n", report->no_peer);
  fprintf (file,
      "| job | batch | ours | NvBufSurfTransform | copy of the source | "
      "queued / NvBufSurfTransform | queued / its Async | waited / "
      "NvBufSurfTransform | device / copy | MB a picture | "
      "share of the copy's bandwidth | PSNR of NvBufSurfTransform |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (int i = 0; i < report->n_rows; i++) {
    const GpuRow *row = &report->rows[i];

    fprintf (file, "| %s | %d |", row->what, row->batch);
    write_time (&row->ours, file);
    write_time (&row->peer, file);
    fprintf (file, " %.2f / %.2f |", row->copy.device, row->copy.queued);
    if (row->peer.device < 0.0)
      fprintf (file, " - | - | - |");
    else
      fprintf (file, " %.2f | %.2f | %.2f |",
          row->ours.queued / row->peer.waited,
          row->ours.queued / row->peer.queued,
          row->ours.waited / row->peer.waited);
    fprintf (file, " %.2f | %.2f | %.0f %% |",
        row->ours.device / row->copy.device, row->megabytes,
        100.0 * gpu_report_share (row));
    if (row->peer.device < 0.0)
      fprintf (file, " - |\n");
    else
      fprintf (file, " %.1f dB |\n", row->psnr);
  }
}

static void
write_json_time (const char *name, const GpuTime *t, FILE *file)
{
  if (t->device >= 0.0)
    fprintf (file,
        ",\n      \"%s\": { \"device\": %.3f, \"queued\": %.3f, "
        "\"waited\": %.3f, \"cpu\": %.3f }",
        name, t->device, t->queued, t->waited, t->cpu);
}

void
gpu_report_json (const GpuReport *report, FILE *file)
{
  fprintf (file, "{\n  \"device\": \"%s\",\n  \"driver\": \"%s\",\n",
      report->device, report->driver);
  fprintf (file, "  \"unit\": \"microseconds\",\n  \"jobs\": [");
  for (int i = 0; i < report->n_rows; i++) {
    const GpuRow *row = &report->rows[i];

    fprintf (file,
        "%s\n    { \"job\": \"%s\", \"batch\": %d, \"megabytes\": %.3f, "
        "\"copy_megabytes\": %.3f",
        i > 0 ? "," : "", row->what, row->batch, row->megabytes,
        row->copy_megabytes);
    if (row->peer.device >= 0.0)
      fprintf (file, ", \"psnr\": %.2f", row->psnr);
    write_json_time ("ours", &row->ours, file);
    write_json_time ("peer", &row->peer, file);
    write_json_time ("copy", &row->copy, file);
    fprintf (file, " }");
  }
  fprintf (file, "\n  ]\n}\n");
}
