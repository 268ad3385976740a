/* SPDX-License-Identifier: Apache-2.0 */
#include "gpucaps.h"

static gboolean
is_nvmm (const GstCaps *caps)
{
  return gst_caps_get_size (caps) > 0
      && gst_caps_features_contains (gst_caps_get_features (caps, 0),
          GST_SAVANT_CAPS_FEATURE_NVMM);
}

void
sv_caps_set_gpu (GstCaps *caps, const gchar *backend, SavantMemType mem_type,
    gint gpu_id)
{
  SavantMemType resolved;

  if (!is_nvmm (caps))
    return;
  if (gpu_id >= 0
      && savant_resolve_mem_type (backend, (gint) mem_type, &resolved)
          == SAVANT_OK
      && resolved == SAVANT_MEM_CUDA_DEVICE)
    gst_caps_set_simple (caps, "gpu-id", G_TYPE_INT, gpu_id, NULL);
}

gint
sv_caps_get_gpu (const GstCaps *caps)
{
  const GstStructure *s;
  const gchar *kind;
  gint gpu_id;

  if (!is_nvmm (caps))
    return -1;
  s = gst_caps_get_structure (caps, 0);
  kind = gst_structure_get_string (s, "nvbuf-memory-type");
  /* Every GPU reaches memory of the other kinds. */
  if ((kind != NULL && !g_str_equal (kind, "nvbuf-mem-cuda-device"))
      || !gst_structure_get_int (s, "gpu-id", &gpu_id))
    return -1;
  return gpu_id;
}

gchar *
sv_check_gpus (gint from, gint to, gboolean peer_copy)
{
  if (from < 0 || to < 0 || from == to || peer_copy)
    return NULL;
  return g_strdup_printf (
      "surfaces of GPU %d come in and GPU %d is to read them: set gpu-id=%d "
      "here or gpu-id=%d there, or peer-copy=true to have them copied",
      from, to, from, to);
}
