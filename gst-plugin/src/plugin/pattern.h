/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_PATTERN_H
#define SV_PLUGIN_PATTERN_H

#include <savant/transform.h>

#include "enums.h"

G_BEGIN_DECLS

/* Draws the patterns of savantbufgen. Every pattern is made of RGB or grey
 * pictures that a transform converts to the frame's format and colorimetry.
 * For one thread at a time. */
typedef struct SvPainter SvPainter;

/* A painter on a backend, as for savant_transform_new(); NULL and
 * savant_last_error() where that is missing. */
SvPainter *sv_painter_new (const gchar *backend);

/* NULL is allowed. */
void sv_painter_free (SvPainter *painter);

/* Writes every pixel of `frame`. `pattern` is any but SV_PATTERN_NONE, `color`
 * (0xRRGGBB) is read by SV_PATTERN_COLOR, `index` (the number of the frame in
 * its stream) by SV_PATTERN_BALL and `id` by SV_PATTERN_COUNTER. On failure
 * FALSE and a text in *error, to be freed with g_free(). */
gboolean sv_painter_draw (SvPainter *painter, SvPattern pattern, guint32 color,
    guint64 index, gint64 id, const SavantImage *frame, gchar **error);

G_END_DECLS

#endif
