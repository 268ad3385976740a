/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_EXPORTS_H
#define SV_EXPORTS_H

#include <gst/gst.h>

/* References that do not make a buffer shared: aliases of its owner, and
 * views and tensors (exports). */

/* Counts a view or tensor that holds a reference of its own. */
void sv_buffer_export_add (GstBuffer *buffer);

/* Counts it out and drops its reference, on any thread. */
void sv_buffer_export_release (GstBuffer *buffer);

int sv_buffer_exports (GstBuffer *buffer);

/* A buffer that nobody but its owner holds becomes writable for GStreamer
 * until sv_buffer_end_write(), with *lent references set aside. NOT_WRITABLE
 * (the text says that `what` cannot be set) for any other. */
int sv_buffer_begin_write (GstBuffer *buffer, const char *what, int *lent);
void sv_buffer_end_write (GstBuffer *buffer, int lent);

#endif
