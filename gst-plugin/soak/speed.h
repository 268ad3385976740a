/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOAK_SPEED_H
#define SOAK_SPEED_H

#include <glib.h>

/* Whether the same work takes longer the more often it was done: the first and
 * the last repetitions of one run side by side. Only printed, as no time is
 * the same twice. */

#define SOAK_SPEED_MOST 100

typedef struct SoakSpeed
{
  guint64 skip; /* repetitions that are not looked at */
  guint64 n;    /* that are */
  gdouble begun[2];
  gdouble first[2][SOAK_SPEED_MOST]; /* wall, CPU of the process; us */
  gdouble last[2][SOAK_SPEED_MOST];  /* a ring */
} SoakSpeed;

/* Around one repetition. */
void soak_speed_begin (SoakSpeed *speed);
void soak_speed_end (SoakSpeed *speed);

/* The medians of up to SOAK_SPEED_MOST repetitions at either end, and their
 * ratio. */
void soak_speed_print (const SoakSpeed *speed, const gchar *what);

#endif
