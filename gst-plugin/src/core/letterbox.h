/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_LETTERBOX_H
#define SV_LETTERBOX_H

#include <stdbool.h>

#include <savant/transform.h>

/* Whether a flip swaps width and height. */
bool sv_flip_is_transposed (SavantFlip flip);

#endif
