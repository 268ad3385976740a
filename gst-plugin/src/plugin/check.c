/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dladdr */
#include "check.h"

#include <dlfcn.h>
#include <string.h>

#include <savant/gst.h>

#include "enums.h"

/* The directory of the file that holds `address`. Free with g_free(). */
static gchar *
directory_of (const void *address)
{
  Dl_info info;

  if (dladdr (address, &info) == 0 || info.dli_fname == NULL)
    return g_strdup ("(unknown)");
  return g_path_get_dirname (info.dli_fname);
}

static gboolean
check_versions (GstElement *element)
{
  gchar *plugin_dir, *library_dir;

  if (savant_abi_version () == SAVANT_ABI_VERSION
      && strcmp (savant_version (), SAVANT_VERSION_STRING) == 0)
    return TRUE;

  plugin_dir = directory_of ((const void *) sv_check_ready);
  library_dir = directory_of ((const void *) savant_abi_version);
  GST_ELEMENT_ERROR (element, LIBRARY, INIT,
      ("The plugin libgstsavant.so is version %s (ABI %d) in %s, but the "
       "library libgstsavant-1.0.so.0 that was loaded is version %s (ABI %d) "
       "in %s. Install both from one build in one directory.",
          SAVANT_VERSION_STRING, SAVANT_ABI_VERSION, plugin_dir,
          savant_version (), savant_abi_version (), library_dir),
      (NULL));
  g_free (plugin_dir);
  g_free (library_dir);
  return FALSE;
}

static gboolean
check_backend (GstElement *element, const gchar *backend)
{
  SavantTransform *transform;

  if (savant_transform_new (backend, &transform) == SAVANT_OK) {
    savant_transform_free (transform);
    return TRUE;
  }
  GST_ELEMENT_ERROR (element, LIBRARY, INIT,
      ("Backend \"%s\" cannot be used: %s", backend ? backend : "auto",
          savant_last_error ()),
      ("backends: %s", savant_backends ()));
  return FALSE;
}

/* The name of a memory type as properties spell it. Static. */
static const gchar *
mem_type_nick (SavantMemType mem_type)
{
  GEnumClass *klass = g_type_class_ref (GST_TYPE_SAVANT_MEM_TYPE);
  const GEnumValue *value = g_enum_get_value (klass, mem_type);

  g_type_class_unref (klass);
  return value ? value->value_nick : "(unknown)";
}

/* Allocates the smallest surface: only that tells whether a driver plays. */
static gboolean
check_memory (GstElement *element, const gchar *backend, SavantMemType mem_type,
    gint gpu_id)
{
  GstSavantSurfaceParams params = { 0 };
  GstAllocator *allocator;
  GstMemory *memory = NULL;

  if (mem_type == SAVANT_MEM_DEFAULT)
    return TRUE;

  params.format = SAVANT_FORMAT_GRAY8;
  params.width = params.height = params.batch_size = 1;
  params.mem_type = mem_type;
  params.gpu_id = MAX (gpu_id, 0);
  allocator = gst_savant_allocator_new (backend);
  if (allocator != NULL)
    memory = gst_savant_allocator_alloc_surface (allocator, &params);
  if (memory == NULL)
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        ("Memory type \"%s\" cannot be used: %s", mem_type_nick (mem_type),
            savant_last_error ()),
        ("backend \"%s\", gpu-id %d, backends: %s", backend ? backend : "auto",
            params.gpu_id, savant_backends ()));
  else
    gst_memory_unref (memory);
  gst_clear_object (&allocator);
  return memory != NULL;
}

gboolean
sv_check_ready (GstElement *element, const gchar *backend,
    SavantMemType mem_type, gint gpu_id)
{
  return check_versions (element) && check_backend (element, backend)
      && check_memory (element, backend, mem_type, gpu_id);
}

gboolean
sv_check_engine (GstElement *element, const gchar *backend,
    const SavantTransformConfig *config)
{
  SavantTransform *transform = NULL;
  gboolean ready = savant_transform_new (backend, &transform) == SAVANT_OK
      && savant_transform_run (transform, config, NULL, 0) == SAVANT_OK;

  if (!ready)
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS, ("%s", savant_last_error ()),
        ("backend %s, backends: %s", backend ? backend : "auto",
            savant_backends ()));
  savant_transform_free (transform);
  return ready;
}

gboolean
sv_check_takes_cuda (const gchar *backend)
{
  SavantTransform *transform = NULL;
  gboolean takes = savant_transform_new (backend, &transform) == SAVANT_OK
      && savant_transform_takes (transform, SAVANT_MEM_CUDA_DEVICE)
          == SAVANT_OK;

  savant_transform_free (transform);
  return takes;
}

gchar *
sv_check_backends (void)
{
  return g_strdup (savant_backends ());
}
