/* SPDX-License-Identifier: Apache-2.0 */
/* savant_letterbox() against the same formula in Python, on random cases. */
#include <savant/transform.h>

#include <gst/check/gstcheck.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_CASES 20000
#define SKIPPED 77

static char *
script_path (void)
{
  char *dir = g_path_get_dirname (__FILE__);
  char *path = g_build_filename (dir, "letterbox_cases.py", NULL);

  g_free (dir);
  return path;
}

/* The line's numbers; its result is left in `rest`. */
static void
parse (const char *line, int numbers[12], char rest[64])
{
  int used = 0;
  int n = sscanf (line, "%d %d %d %d %d %d %d %d %d %d %d %d %n", &numbers[0],
      &numbers[1], &numbers[2], &numbers[3], &numbers[4], &numbers[5],
      &numbers[6], &numbers[7], &numbers[8], &numbers[9], &numbers[10],
      &numbers[11], &used);

  fail_unless (n == 12, "not a case: %s", line);
  g_strlcpy (rest, line + used, 64);
  g_strchomp (rest);
}

static void
check_case (const char *line)
{
  SavantTransformConfig config = SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  SavantRect rect = { -1, -1, -1, -1 };
  char want[64], got[64];
  int n[12], status;

  parse (line, n, want);
  config.padding = n[0];
  config.pad_left = n[1];
  config.pad_top = n[2];
  config.pad_right = n[3];
  config.pad_bottom = n[4];
  config.flip = n[5];
  config.par_n = n[6];
  config.par_d = n[7];
  status = savant_letterbox (&config, n[8], n[9], n[10], n[11], &rect);
  if (status == SAVANT_OK) {
    snprintf (got, sizeof (got), "%d %d %d %d", rect.x, rect.y, rect.w, rect.h);
  } else {
    fail_unless_equals_int (status, SAVANT_ERROR_INVALID_ARGUMENT);
    g_strlcpy (got, "refused", sizeof (got));
    if (strstr (savant_last_error (), "effective width"))
      g_strlcpy (got, "width", sizeof (got));
    else if (strstr (savant_last_error (), "effective height"))
      g_strlcpy (got, "height", sizeof (got));
  }
  fail_unless (strcmp (got, want) == 0, "%s got %s", line, got);
}

GST_START_TEST (random_cases)
{
  char *path = script_path ();
  char *command = g_strdup_printf ("python3 '%s' %d %d", path, __i__, N_CASES);
  FILE *cases = popen (command, "r");
  char line[256];
  int n = 0, refused = 0;

  fail_unless (cases != NULL);
  while (fgets (line, sizeof (line), cases)) {
    check_case (line);
    refused += strstr (line, "width") || strstr (line, "height");
    n++;
  }
  fail_unless_equals_int (pclose (cases), 0);
  fail_unless_equals_int (n, N_CASES);
  fail_unless (refused > 0 && refused < n / 2);
  g_free (command);
  g_free (path);
}
GST_END_TEST;

static Suite *
letterbox_python_suite (void)
{
  Suite *s = suite_create ("letterbox_python");
  TCase *tc = tcase_create ("python");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, random_cases, 1, 3);
  return s;
}

int
main (int argc, char **argv)
{
  Suite *s;

  if (system ("python3 -c pass") != 0) {
    fprintf (stderr, "did not run: python3 is missing\n");
    return SKIPPED;
  }
  gst_check_init (&argc, &argv);
  s = letterbox_python_suite ();
  return gst_check_run_suite (s, "letterbox_python", __FILE__);
}
