/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include <savant/transform.h>

#include "letterbox.h"
#include "log.h"

bool
sv_flip_is_transposed (SavantFlip flip)
{
  return flip == SAVANT_FLIP_ROTATE_90 || flip == SAVANT_FLIP_ROTATE_270
      || flip == SAVANT_FLIP_TRANSPOSE || flip == SAVANT_FLIP_INVERSE_TRANSPOSE;
}

int
savant_clip_source_rect (SavantRect *rect, int width, int height)
{
  int64_t left, top, right, bottom;

  if (rect == NULL || width < 1 || height < 1 || width > SAVANT_MAX_SIDE
      || height > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "source rectangle of a %dx%d source: width and height are 1 to %d",
        width, height, SAVANT_MAX_SIDE);
  if (rect->w < 0 || rect->h < 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "source rectangle %d,%d %dx%d has a negative size", rect->x, rect->y,
        rect->w, rect->h);
  left = rect->x < 0 ? 0 : rect->x;
  top = rect->y < 0 ? 0 : rect->y;
  right = rect->w == 0 ? width : (int64_t) rect->x + rect->w;
  bottom = rect->h == 0 ? height : (int64_t) rect->y + rect->h;
  right = right > width ? width : right;
  bottom = bottom > height ? height : bottom;
  if (right <= left || bottom <= top)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "source rectangle %d,%d %dx%d lies outside the %dx%d source", rect->x,
        rect->y, rect->w, rect->h, width, height);
  *rect = (SavantRect){ (int) left, (int) top, (int) (right - left),
    (int) (bottom - top) };
  return SAVANT_OK;
}

static int
check_arguments (const SavantTransformConfig *config, int src_w, int src_h,
    int dst_w, int dst_h)
{
  if (src_w < 1 || src_h < 1 || src_w > SAVANT_MAX_SIDE
      || src_h > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "source size %dx%d: width and height are 1 to %d", src_w, src_h,
        SAVANT_MAX_SIDE);
  if (dst_w < 1 || dst_h < 1 || dst_w > SAVANT_MAX_SIDE
      || dst_h > SAVANT_MAX_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "destination size %dx%d: width and height are 1 to %d", dst_w, dst_h,
        SAVANT_MAX_SIDE);
  if ((unsigned) config->padding > SAVANT_PADDING_SYMMETRIC)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "padding %d: it is 0 (none), 1 (right-bottom) or 2 (symmetric)",
        (int) config->padding);
  if ((unsigned) config->flip > SAVANT_FLIP_INVERSE_TRANSPOSE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT, "flip %d: it is 0 to 7",
        (int) config->flip);
  if (config->par_n < 1 || config->par_d < 1)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "pixel aspect ratio %d/%d: both numbers are at least 1", config->par_n,
        config->par_d);
  if (config->pad_left < 0 || config->pad_top < 0 || config->pad_right < 0
      || config->pad_bottom < 0)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "dst padding left %d, top %d, right %d, bottom %d: no side is "
        "negative",
        config->pad_left, config->pad_top, config->pad_right,
        config->pad_bottom);
  return SAVANT_OK;
}

int
savant_letterbox (const SavantTransformConfig *config, int src_w, int src_h,
    int dst_w, int dst_h, SavantRect *dst_rect)
{
  static const SavantTransformConfig defaults =
      SAVANT_TRANSFORM_CONFIG_DEFAULTS;
  const SavantTransformConfig *c = config != NULL ? config : &defaults;
  int status = check_arguments (c, src_w, src_h, dst_w, dst_h);

  if (status != SAVANT_OK)
    return status;
  if (dst_rect == NULL)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "savant_letterbox: dst_rect is NULL");

  bool given = c->pad_left > 0 || c->pad_top > 0 || c->pad_right > 0
      || c->pad_bottom > 0;
  int64_t ew = (int64_t) dst_w - c->pad_left - c->pad_right;
  int64_t eh = (int64_t) dst_h - c->pad_top - c->pad_bottom;
  if (given && ew < SAVANT_MIN_EFFECTIVE_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "effective width %lld: destination width %d less dst padding left %d "
        "and right %d must leave at least %d pixels",
        (long long) ew, dst_w, c->pad_left, c->pad_right,
        SAVANT_MIN_EFFECTIVE_SIDE);
  if (given && eh < SAVANT_MIN_EFFECTIVE_SIDE)
    return sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "effective height %lld: destination height %d less dst padding top %d "
        "and bottom %d must leave at least %d pixels",
        (long long) eh, dst_h, c->pad_top, c->pad_bottom,
        SAVANT_MIN_EFFECTIVE_SIDE);

  int64_t w = ew, h = eh;
  if (c->padding != SAVANT_PADDING_NONE) {
    bool swap = sv_flip_is_transposed (c->flip);
    int64_t sw = swap ? src_h : src_w, sh = swap ? src_w : src_h;
    double a = (double) (sw * c->par_n) / (double) (sh * c->par_d);

    if (a > (double) ew / (double) eh)
      h = lround ((double) ew / a);
    else
      w = lround ((double) eh * a);
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
  }
  int64_t x = c->pad_left, y = c->pad_top;
  if (c->padding == SAVANT_PADDING_SYMMETRIC) {
    x += (ew - w) / 2;
    y += (eh - h) / 2;
  }
  *dst_rect = (SavantRect){ (int) x, (int) y, (int) w, (int) h };
  return SAVANT_OK;
}
