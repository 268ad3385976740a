/* SPDX-License-Identifier: Apache-2.0 */
#include "library.h"

#include <pthread.h>

#include <savant/surface.h>

#include "open.h"

#define LIBRARY "libnvbufsurface.so"

/* The surface that tells the layout. */
#define PROBE_WIDTH 48
#define PROBE_HEIGHT 16

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static SvDsLibrary library;
static bool works;
static char missing[512];

/* The first symbol that the library lacks, or NULL. */
static const char *
load_symbols (void *handle)
{
#define LOAD(name, symbol, params)                                             \
  *(void **) &library.name = dlsym (handle, symbol);                           \
  if (library.name == NULL)                                                    \
    return symbol;
  SV_DS_CALLS (LOAD)
#undef LOAD
  return NULL;
}

/* System memory needs no GPU; releases that have none of it make their
 * default. */
static int
create_probe (void **surface)
{
  static const int32_t mem_types[] = { SAVANT_MEM_SYSTEM, SAVANT_MEM_DEFAULT };
  int result = 0;

  for (int i = 0; i < 2; i++) {
    SvDsCreateParams params = { .width = PROBE_WIDTH,
      .height = PROBE_HEIGHT,
      .color_format = SAVANT_FORMAT_RGBA,
      .layout = SV_DS_PITCH,
      .mem_type = mem_types[i] };

    *surface = NULL;
    result = library.create (surface, 2, &params);
    if (result == 0 && *surface != NULL)
      return 0;
  }
  return result != 0 ? result : -1;
}

/* Releases differ in the size of a slot, and none tells its version: where the
 * second slot of a known surface is found says it. */
static void
find_layout (void)
{
  void *surface = NULL;
  int result = create_probe (&surface);

  if (result != 0) {
    snprintf (missing, sizeof missing,
        LIBRARY " makes no surface here: NvBufSurfaceCreate returns %d; is "
                "there an NVIDIA GPU?",
        result);
    return;
  }
  works = sv_nvbuf_find_layout (surface, PROBE_WIDTH, PROBE_HEIGHT,
      SAVANT_FORMAT_RGBA, &library.layout);
  if (!works)
    snprintf (missing, sizeof missing,
        LIBRARY " is of an unknown version: its slots have neither 384 bytes "
                "(DeepStream 6 to 8) nor 416 (DeepStream 9)");
  library.destroy (surface);
}

/* Surface arrays are there where the machine has a VIC, which is part of every
 * Jetson and of nothing else. */
static void
load_jetson (void *handle)
{
  int (*get_info) (SvDsDeviceInfo *);
  SvDsDeviceInfo info = { 0 };

  *(void **) &get_info = dlsym (handle, "NvBufSurfaceGetDeviceInfo");
  if (get_info == NULL || get_info (&info) != 0 || info.has_vic != 1)
    return;
  *(void **) &library.map_egl = dlsym (handle, "NvBufSurfaceMapEglImage");
  *(void **) &library.unmap_egl = dlsym (handle, "NvBufSurfaceUnMapEglImage");
  if (library.unmap_egl == NULL)
    library.map_egl = NULL;
  /* Only slots of DeepStream 9 have a place for what it gives. */
  if (library.layout != SV_NVBUF_DS9)
    return;
  *(void **) &library.map_cuda = dlsym (handle, "NvBufSurfaceMapCudaBuffer");
  *(void **) &library.unmap_cuda =
      dlsym (handle, "NvBufSurfaceUnMapCudaBuffer");
  if (library.unmap_cuda == NULL)
    library.map_cuda = NULL;
}

static void
open_library (void)
{
  void *handle = sv_ds_open (LIBRARY, missing, sizeof missing);
  const char *symbol;

  if (handle == NULL)
    return;
  symbol = load_symbols (handle);
  if (symbol == NULL) {
    find_layout ();
    load_jetson (handle);
    return;
  }
  snprintf (missing, sizeof missing,
      LIBRARY " has no %s: it is of an unknown version", symbol);
  dlclose (handle);
}

const SvDsLibrary *
sv_ds_library (void)
{
  pthread_once (&opened, open_library);
  return works ? &library : NULL;
}

const char *
sv_ds_library_missing (void)
{
  pthread_once (&opened, open_library);
  return works ? NULL : missing;
}

/* Whatever touches a surface asks this first, also on other backends: those of
 * DeepStream's elements may be in the same pipeline. */
SvNvbufLayout
sv_nvbuf_layout (void)
{
  const SvDsLibrary *ds = sv_ds_library ();

  return ds != NULL ? ds->layout : SV_NVBUF_DS9;
}
