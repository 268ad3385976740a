/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver of a Jetson has beside the others: EGL images of the fake
 * libnvbufsurface, mapped for the GPU. */
#include "cuda/fakestate.h"
#include "deepstream/fakenvbufsurface.h"

#define MAX_RESOURCES 256

/* CUeglFrame, by its offsets. */
typedef struct Frame
{
  void *planes[3];
  unsigned size[3];
  unsigned pitch;
  unsigned n_planes;
  unsigned n_channels;
  int type;
  int egl_format;
  int format;
} Frame;

static FakeEglImage *resources[MAX_RESOURCES];
static int n_resources;

EXPORT int cuGraphicsEGLRegisterImage (void **resource, void *image,
    unsigned flags);
EXPORT int cuGraphicsResourceGetMappedEglFrame (Frame *frame, void *resource,
    unsigned index, unsigned level);
EXPORT int cuGraphicsUnregisterResource (void *resource);
EXPORT int fake_egl_resources (void);

int
fake_egl_resources (void)
{
  return n_resources;
}

static FakeEglImage **
find (const char *name, void *resource)
{
  FakeEglImage **at = resource;

  if (at < resources || at >= resources + MAX_RESOURCES || *at == NULL
      || (*at)->magic != FAKE_EGL_MAGIC)
    fake_broken (name, "no resource, or its EGL image is gone");
  return at;
}

int
cuGraphicsEGLRegisterImage (void **resource, void *image, unsigned flags)
{
  FakeEglImage **at = resources;

  ENTER ("cuGraphicsEGLRegisterImage", true);
  if (flags != 0 || image == NULL
      || ((FakeEglImage *) image)->magic != FAKE_EGL_MAGIC)
    fake_broken ("cuGraphicsEGLRegisterImage", "flags, or no EGL image");
  while (*at != NULL)
    if (++at == resources + MAX_RESOURCES)
      fake_broken ("cuGraphicsEGLRegisterImage", "too many");
  *at = image;
  n_resources++;
  *resource = at;
  return fake_leave (0);
}

int
cuGraphicsResourceGetMappedEglFrame (Frame *frame, void *resource,
    unsigned index, unsigned level)
{
  FakeEglImage **at;

  ENTER ("cuGraphicsResourceGetMappedEglFrame", true);
  at = find ("cuGraphicsResourceGetMappedEglFrame", resource);
  if (index != 0 || level != 0)
    fake_broken ("cuGraphicsResourceGetMappedEglFrame", "index or level");
  *frame = (Frame){ { (*at)->planes[0], (*at)->planes[1], (*at)->planes[2] },
    { (*at)->width, (*at)->height, 1 }, (*at)->pitch, (*at)->n_planes, 1,
    (*at)->block_linear ? 0 : 1, 0, 1 };
  return fake_leave (0);
}

int
cuGraphicsUnregisterResource (void *resource)
{
  ENTER ("cuGraphicsUnregisterResource", true);
  *find ("cuGraphicsUnregisterResource", resource) = NULL;
  n_resources--;
  return fake_leave (0);
}
