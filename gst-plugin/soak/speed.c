/* SPDX-License-Identifier: Apache-2.0 */
#include "speed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static gdouble
now_us (clockid_t clock)
{
  struct timespec t;

  clock_gettime (clock, &t);
  return (gdouble) t.tv_sec * 1e6 + (gdouble) t.tv_nsec / 1e3;
}

void
soak_speed_begin (SoakSpeed *speed)
{
  speed->begun[0] = now_us (CLOCK_MONOTONIC);
  speed->begun[1] = now_us (CLOCK_PROCESS_CPUTIME_ID);
}

void
soak_speed_end (SoakSpeed *speed)
{
  const gdouble spent[2] = { now_us (CLOCK_MONOTONIC) - speed->begun[0],
    now_us (CLOCK_PROCESS_CPUTIME_ID) - speed->begun[1] };

  if (speed->skip > 0) {
    speed->skip--;
    return;
  }
  for (guint i = 0; i < 2; i++) {
    if (speed->n < SOAK_SPEED_MOST)
      speed->first[i][speed->n] = spent[i];
    speed->last[i][speed->n % SOAK_SPEED_MOST] = spent[i];
  }
  speed->n++;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (gdouble *values, guint64 n)
{
  qsort (values, n, sizeof *values, compare);
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

void
soak_speed_print (const SoakSpeed *speed, const gchar *what)
{
  guint64 n = MIN (speed->n / 2, SOAK_SPEED_MOST);
  gdouble first[2], last[2], values[SOAK_SPEED_MOST];

  if (n == 0) {
    printf ("  speed: too few repetitions\n");
    return;
  }
  for (guint i = 0; i < 2; i++) {
    memcpy (values, speed->first[i], n * sizeof *values);
    first[i] = median (values, n);
    for (guint64 k = 0; k < n; k++)
      values[k] = speed->last[i][(speed->n - n + k) % SOAK_SPEED_MOST];
    last[i] = median (values, n);
  }
  printf ("  speed: %s, median of the first %" G_GUINT64_FORMAT
          " of %" G_GUINT64_FORMAT " %.0f us (CPU %.0f us), of the last "
          "%" G_GUINT64_FORMAT " %.0f us (CPU %.0f us): ratio %.3f (CPU "
          "%.3f)\n",
      what, n, speed->n, first[0], first[1], n, last[0], last[1],
      last[0] / first[0], last[1] / first[1]);
}
