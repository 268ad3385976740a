/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_PLUGIN_CHECK_H
#define SV_PLUGIN_CHECK_H

#include <gst/gst.h>

#include <savant/transform.h>

G_BEGIN_DECLS

/* What every element asks before it leaves NULL:
 *  - library and plugin are of one version;
 *  - `backend` ("auto", NULL or a name from savant_backends()) works here;
 *  - `mem_type`, unless SAVANT_MEM_DEFAULT, can be allocated on GPU `gpu_id`
 *    (negative = 0).
 * TRUE, or FALSE after exactly one GST_ELEMENT_ERROR that says what is
 * missing; the state change has to fail then. */
gboolean sv_check_ready (GstElement *element, const gchar *backend,
    SavantMemType mem_type, gint gpu_id);

/* Whether the engine of `config` is there; posts an error like the above. */
gboolean sv_check_engine (GstElement *element, const gchar *backend,
    const SavantTransformConfig *config);

/* Whether a backend reads memory of a GPU; else savant_last_error(). */
gboolean sv_check_takes_cuda (const gchar *backend);

/* The value of an element's read-only property `backends`. Free with
 * g_free(). */
gchar *sv_check_backends (void);

G_END_DECLS

#endif
