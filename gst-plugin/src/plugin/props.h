/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_PROPS_H
#define SV_PLUGIN_PROPS_H

/* Properties that several elements have. */

#include <pthread.h>

#include <gst/gst.h>

#include <savant/transform.h>

G_BEGIN_DECLS

#define SV_FLAGS_PLAYING                                                          \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define SV_FLAGS_NUMBER (SV_FLAGS_PLAYING | GST_PARAM_CONTROLLABLE)
#define SV_FLAGS_READY                                                            \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define SV_FLAGS_READ (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

#define SV_MAX_POOL_SIZE 100000

/* How a picture is placed and computed, in the order of the ids. */
typedef enum SvPlacingProp
{
  SV_PLACING_PADDING,
  SV_PLACING_PAD_LEFT,
  SV_PLACING_PAD_TOP,
  SV_PLACING_PAD_RIGHT,
  SV_PLACING_PAD_BOTTOM,
  SV_PLACING_PAD_COLOR,
  SV_PLACING_INTERPOLATION,
  SV_PLACING_COMPUTE_MODE,
  SV_PLACING_USE_PAR,
  SV_PLACING_N_THREADS,
  SV_PLACING_N_PROPS
} SvPlacingProp;

/* Installs them with ids from `first` on. */
void sv_placing_install (GObjectClass *klass, guint first);

/* FALSE where `prop` is none of them. */
gboolean sv_placing_set (SavantTransformConfig *config, gboolean *use_par,
    guint prop, const GValue *value);
gboolean sv_placing_get (const SavantTransformConfig *config, gboolean use_par,
    guint prop, GValue *value);

/* Whether width and height change places. */
gboolean sv_flip_is_quarter_turn (SavantFlip flip);

/* par_n and par_d of a config: of a source with in_n/in_d, before its flip,
 * and a destination with out_n/out_d. 1/1 where they cannot be had. */
void sv_placing_set_par (SavantTransformConfig *config, gint in_n, gint in_d,
    gint out_n, gint out_d);

/* A number of pixels, 0 to SAVANT_MAX_SIDE, 0 by default. */
void sv_install_number (GObjectClass *klass, guint id, const gchar *name,
    const gchar *nick, const gchar *blurb);

/* Where output surfaces lie and who computes, in the order of the ids. */
typedef enum SvMemoryProp
{
  SV_MEMORY_GPU_ID,
  SV_MEMORY_MEM_TYPE,
  SV_MEMORY_POOL_SIZE,
  SV_MEMORY_BACKEND,
  SV_MEMORY_BACKENDS, /* read-only */
  SV_MEMORY_PEER_COPY,
  SV_MEMORY_N_PROPS
} SvMemoryProp;

typedef struct SvMemorySettings
{
  gint gpu_id; /* -1: the input's */
  SavantMemType mem_type;
  guint pool_size; /* 0: the element decides */
  gchar *backend;
  gboolean peer_copy;
} SvMemorySettings;

void sv_memory_init (SvMemorySettings *memory);
void sv_memory_clear (SvMemorySettings *memory);

/* Of one moment, under the lock that guards them. The backend, g_free(). */
gchar *sv_memory_read (const SvMemorySettings *memory, pthread_mutex_t *lock,
    SavantMemType *mem_type, gint *gpu_id);

/* FALSE where `prop` is none of them. */
gboolean sv_memory_set (SvMemorySettings *memory, guint prop,
    const GValue *value);
gboolean sv_memory_get (const SvMemorySettings *memory, guint prop,
    GValue *value);

/* Installs them with ids from `first` on. */
void sv_install_memory_properties (GObjectClass *klass, guint first,
    const gchar *pool_size_blurb);

G_END_DECLS

#endif
