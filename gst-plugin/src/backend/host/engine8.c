/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

bool
sv_8bit_init (SvPlan *plan)
{
  plan->tables = NULL;
  return true;
}

void
sv_8bit_clear (SvPlan *plan)
{
  (void) plan;
}

bool
sv_8bit_run (const SvPlan *plan, const SvSource *source,
    const SavantImage *dst, SvScratch *scratch)
{
  (void) plan;
  (void) source;
  (void) dst;
  (void) scratch;
  return false;
}
