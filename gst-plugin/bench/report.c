/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <math.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <gst/gst.h>

typedef struct Machine
{
  char processor[128];
  long cores;
  char system[192];
  char load[64];
} Machine;

static void
first_line (const char *path, const char *key, char *out, gsize size)
{
  char *text = NULL;

  g_strlcpy (out, "unknown", size);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  char *at = key != NULL ? strstr (text, key) : text;
  if (at != NULL && key != NULL)
    at = strchr (at, ':');
  if (at != NULL) {
    at += key != NULL ? strspn (at, ": \t") : 0;
    g_strlcpy (out, at, MIN (size, strcspn (at, "\n") + 1));
  }
  g_free (text);
}

static Machine
look_at_machine (void)
{
  Machine m;
  struct utsname name;

  first_line ("/proc/cpuinfo", "model name", m.processor, sizeof m.processor);
  first_line ("/proc/loadavg", NULL, m.load, sizeof m.load);
  m.load[strcspn (m.load, " ")] = '\0';
  m.cores = sysconf (_SC_NPROCESSORS_ONLN);
  uname (&name);
  g_snprintf (m.system, sizeof m.system, "%s %s", name.sysname, name.machine);
  return m;
}

/* The fastest peer but ours and the memcpy; -1 = none. */
static int
fastest (const BenchReport *r, const BenchRow *row)
{
  int best = -1;

  for (int p = 1; p < r->n_peers - 1; p++)
    if (row->times[p].there
        && (best < 0 || row->times[p].median < row->times[best].median))
      best = p;
  return best;
}

static void
write_cell (const BenchRow *row, int p, gboolean memcpy_column, FILE *file)
{
  const BenchTime *t = &row->times[p];

  if (!t->there) {
    fprintf (file, " - |");
    return;
  }
  fprintf (file, " %.3f / %.3f / %.3f", t->best, t->median, t->p90);
  if (!memcpy_column && isfinite (t->psnr))
    fprintf (file, ", %.1f dB", t->psnr);
  else if (!memcpy_column)
    fprintf (file, ", exact");
  fprintf (file, " |");
}

static void
write_threads_markdown (const BenchReport *r, FILE *file)
{
  if (r->n_threads == 0)
    return;
  fprintf (file,
      "\nWall ms of a frame, best / median of %d rounds: `n-threads` on one "
      "job "
      "after the other, beside as many runs of one thread side by side; the "
      "share of these that it reaches, by best and by median.\n\n"
      "| job | threads | n-threads | side by side | share |\n"
      "|---|---|---|---|---|\n",
      r->rounds);
  for (int i = 0; i < r->n_threads; i++) {
    const BenchThreads *t = &r->threads[i];

    fprintf (file, "| %s | %d | %.3f / %.3f | %.3f / %.3f | %.2f / %.2f |\n",
        t->name, t->n, t->together[0], t->together[1], t->apart[0], t->apart[1],
        t->apart[0] / t->together[0], t->apart[1] / t->together[1]);
  }
}

static void
write_threads_json (const BenchReport *r, FILE *file)
{
  fprintf (file, ",\n  \"threads\": [");
  for (int i = 0; i < r->n_threads; i++) {
    const BenchThreads *t = &r->threads[i];

    fprintf (file,
        "%s\n    { \"job\": \"%s\", \"threads\": %d, \"unit\": \"wall ms\", "
        "\"together\": { \"best\": %.4f, \"median\": %.4f }, "
        "\"apart\": { \"best\": %.4f, \"median\": %.4f } }",
        i > 0 ? "," : "", t->name, t->n, t->together[0], t->together[1],
        t->apart[0], t->apart[1]);
  }
  fprintf (file, "%s]", r->n_threads > 0 ? "\n  " : "");
}

void
bench_report_markdown (const BenchReport *r, FILE *file)
{
  Machine m = look_at_machine ();

  fprintf (file,
      "%s, %ld cores, load %s, %s, gcc %s, %s, our kernels: %s.\n"
      "CPU ms (best / median / 90 %% of %d rounds, peers in turn), one thread, "
      "input hot; symmetric letterbox. PSNR against exact arithmetic.\n\n",
      m.processor, m.cores, m.load, m.system, __VERSION__,
      gst_version_string (), r->kernels, r->rounds);
  fprintf (file, "| job | what |");
  for (int p = 0; p < r->n_peers; p++)
    fprintf (file, " %s |", r->peers[p]);
  fprintf (file, " ours / fastest peer | ours / memcpy |\n|---|---|");
  for (int p = 0; p < r->n_peers + 2; p++)
    fprintf (file, "---|");
  fprintf (file, "\n");
  for (int i = 0; i < r->n_rows; i++) {
    const BenchRow *row = &r->rows[i];
    int best = fastest (r, row);

    fprintf (file, "| %s | %s |", row->name, row->what);
    for (int p = 0; p < r->n_peers; p++)
      write_cell (row, p, p == r->n_peers - 1, file);
    if (best >= 0)
      fprintf (file, " %.2f (%s) |",
          row->times[0].median / row->times[best].median, r->peers[best]);
    else
      fprintf (file, " - |");
    fprintf (file, " %.2f |\n",
        row->times[0].median / row->times[r->n_peers - 1].median);
  }
  write_threads_markdown (r, file);
}

void
bench_report_json (const BenchReport *r, FILE *file)
{
  Machine m = look_at_machine ();

  fprintf (file,
      "{\n  \"processor\": \"%s\",\n  \"cores\": %ld,\n  \"load\": %s,\n"
      "  \"system\": \"%s\",\n  \"compiler\": \"gcc %s\",\n"
      "  \"gstreamer\": \"%s\",\n  \"kernels\": \"%s\",\n"
      "  \"rounds\": %d,\n  \"unit\": \"CPU ms\",\n  \"jobs\": [",
      m.processor, m.cores, m.load, m.system, __VERSION__,
      gst_version_string (), r->kernels, r->rounds);
  for (int i = 0; i < r->n_rows; i++) {
    const BenchRow *row = &r->rows[i];
    const char *comma = "";

    fprintf (file, "%s\n    { \"job\": \"%s\", \"what\": \"%s\", \"times\": [",
        i > 0 ? "," : "", row->name, row->what);
    for (int p = 0; p < r->n_peers; p++) {
      const BenchTime *t = &row->times[p];

      if (!t->there)
        continue;
      fprintf (file,
          "%s\n      { \"peer\": \"%s\", \"best\": %.4f, \"median\": %.4f, "
          "\"p90\": %.4f",
          comma, r->peers[p], t->best, t->median, t->p90);
      if (p < r->n_peers - 1 && isfinite (t->psnr))
        fprintf (file, ", \"psnr\": %.2f", t->psnr);
      fprintf (file, " }");
      comma = ",";
    }
    fprintf (file, " ] }");
  }
  fprintf (file, "\n  ]");
  write_threads_json (r, file);
  fprintf (file, "\n}\n");
}
