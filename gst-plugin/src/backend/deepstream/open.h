/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SV_DEEPSTREAM_OPEN_H
#define SV_DEEPSTREAM_OPEN_H

/* Where DeepStream's libraries are. Header only: the plugin, which cannot see
 * the inside of the library, looks in the same places. */

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define SV_DS_FOLDER "/opt/nvidia/deepstream/deepstream/lib"

/* Opens a library where the loader looks (LD_LIBRARY_PATH and the system's
 * folders), else where the SDK is installed. NULL: `reason` says why, in at
 * most `size` bytes. */
static inline void *
sv_ds_open (const char *name, char *reason, size_t size)
{
  char path[256];
  void *library = dlopen (name, RTLD_NOW | RTLD_LOCAL);
  const char *error;

  if (library != NULL)
    return library;
  error = dlerror ();
  snprintf (reason, size, "%s cannot be loaded", name);
  /* What it lacks itself is worth telling, that it is absent is not. */
  if (error != NULL && strncmp (error, name, strlen (name)) != 0)
    snprintf (reason, size, "%s cannot be loaded: %s", name, error);
  snprintf (path, sizeof path, SV_DS_FOLDER "/%s", name);
  library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  error = library == NULL ? dlerror () : NULL;
  if (error != NULL && strncmp (error, path, strlen (path)) != 0)
    snprintf (reason, size, "%s cannot be loaded: %s", path, error);
  return library;
}

#endif
