/* SPDX-License-Identifier: Apache-2.0 */
/* What identifies a plan: all that changes pixels, and nothing else. */
#include "backend/plankey.h"

#include <gst/check/gstcheck.h>
#include <string.h>

typedef struct Member
{
  size_t offset;
  const char *name;
} Member;

#define AT(object, member)                                                     \
  {                                                                            \
    offsetof (object, member), #member                                         \
  }

static const Member job_members[] = {
  AT (SavantTransformJob, src.format),
  AT (SavantTransformJob, src.width),
  AT (SavantTransformJob, src.height),
  AT (SavantTransformJob, src.colorimetry.matrix),
  AT (SavantTransformJob, src.colorimetry.range),
  AT (SavantTransformJob, src.colorimetry.siting),
  AT (SavantTransformJob, dst.format),
  AT (SavantTransformJob, dst.width),
  AT (SavantTransformJob, dst.height),
  AT (SavantTransformJob, dst.colorimetry.matrix),
  AT (SavantTransformJob, dst.colorimetry.range),
  AT (SavantTransformJob, dst.colorimetry.siting),
  AT (SavantTransformJob, src_rect.x),
  AT (SavantTransformJob, src_rect.y),
  AT (SavantTransformJob, src_rect.w),
  AT (SavantTransformJob, src_rect.h),
  AT (SavantTransformJob, dst_rect.x),
  AT (SavantTransformJob, dst_rect.y),
  AT (SavantTransformJob, dst_rect.w),
  AT (SavantTransformJob, dst_rect.h),
};

static const Member config_members[] = {
  AT (SavantTransformConfig, interpolation),
  AT (SavantTransformConfig, flip),
  AT (SavantTransformConfig, pad_color),
};

static void
add_one (void *object, const Member *member)
{
  int value;

  memcpy (&value, (char *) object + member->offset, sizeof value);
  value++;
  memcpy ((char *) object + member->offset, &value, sizeof value);
}

static gboolean
same (const SavantTransformConfig *config, const SavantTransformJob *job)
{
  SavantTransformConfig zero_config;
  SavantTransformJob zero_job;
  SvPlanKey a, b;

  memset (&zero_config, 0, sizeof zero_config);
  memset (&zero_job, 0, sizeof zero_job);
  memset (&a, 0x55, sizeof a);
  memset (&b, 0xaa, sizeof b);
  sv_plan_key (&a, &zero_config, &zero_job);
  sv_plan_key (&b, config, job);
  return memcmp (&a, &b, sizeof a) == 0;
}

GST_START_TEST (every_member_counts)
{
  for (guint i = 0; i < G_N_ELEMENTS (job_members); i++) {
    SavantTransformConfig config;
    SavantTransformJob job;

    memset (&config, 0, sizeof config);
    memset (&job, 0, sizeof job);
    add_one (&job, &job_members[i]);
    fail_if (same (&config, &job), "%s does not count", job_members[i].name);
  }
  for (guint i = 0; i < G_N_ELEMENTS (config_members); i++) {
    SavantTransformConfig config;
    SavantTransformJob job;

    memset (&config, 0, sizeof config);
    memset (&job, 0, sizeof job);
    add_one (&config, &config_members[i]);
    fail_if (same (&config, &job), "%s does not count", config_members[i].name);
  }
}
GST_END_TEST;

/* Addresses, pitches and what only leads to the rectangles make no other
 * plan. */
GST_START_TEST (addresses_do_not_count)
{
  SavantTransformConfig config;
  SavantTransformJob job;

  memset (&config, 0, sizeof config);
  memset (&job, 0, sizeof job);
  for (int p = 0; p < SAVANT_MAX_PLANES; p++) {
    job.src.data[p] = job.dst.data[p] = (uint8_t *) &job + p;
    job.src.pitch_bytes[p] = job.dst.pitch_bytes[p] = 64 * (p + 1);
  }
  config.padding = SAVANT_PADDING_SYMMETRIC;
  config.pad_left = config.pad_bottom = 3;
  config.par_n = config.par_d = 2;
  config.n_threads = 4;
  config.compute_mode = SAVANT_COMPUTE_GPU;
  fail_unless (same (&config, &job));
}
GST_END_TEST;

static Suite *
plan_key_suite (void)
{
  Suite *s = suite_create ("plan key");
  TCase *tc = tcase_create ("key");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, every_member_counts);
  tcase_add_test (tc, addresses_do_not_count);
  return s;
}

GST_CHECK_MAIN (plan_key);
