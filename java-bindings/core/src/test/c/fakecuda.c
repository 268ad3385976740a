/* SPDX-License-Identifier: Apache-2.0 */
#include "fakegpu.h"

/* libcuda.so.1. Handles are GPUs + 100, contexts GPUs + 0xC000. */

#define ERROR_NOT_INITIALIZED 3
#define ERROR_NO_DEVICE 100
#define ERROR_INVALID_DEVICE 101

static int visible[FAKE_MAX_GPUS];
static int n_visible;
static int initialized;
static int contexts[FAKE_MAX_GPUS];
static int current = -1;

FAKE_API int fake_contexts (int gpu);
FAKE_API int fake_current (void);
FAKE_API int cuInit (unsigned flags);
FAKE_API int cuDeviceGetCount (int *count);
FAKE_API int cuDeviceGet (int *device, int ordinal);
FAKE_API int cuDeviceGetUuid_v2 (unsigned char *uuid, int device);
FAKE_API int cuDeviceGetPCIBusId (char *text, int size, int device);
FAKE_API int cuDeviceGetAttribute (int *value, int attribute, int device);
FAKE_API int cuDevicePrimaryCtxRetain (void **context, int device);
FAKE_API int cuDevicePrimaryCtxRelease_v2 (int device);
FAKE_API int cuCtxSetCurrent (void *context);
FAKE_API int cuGetErrorName (int error, const char **name);

int
fake_contexts (int gpu)
{
  return contexts[gpu];
}

int
fake_current (void)
{
  return current;
}

int
cuInit (unsigned flags)
{
  const char *list = getenv ("CUDA_VISIBLE_DEVICES");

  fake_check (flags == 0);
  fake_load ();
  n_visible = 0;
  if (list == NULL)
    for (; n_visible < fake_count; n_visible++)
      visible[n_visible] = n_visible;
  for (; list != NULL && *list != '\0'; list += strcspn (list, ",")) {
    list += *list == ',';
    if (atoi (list) < 0 || atoi (list) >= fake_count)
      break;
    visible[n_visible++] = atoi (list);
  }
  initialized = 1;
  return n_visible == 0 ? ERROR_NO_DEVICE : 0;
}

int
cuDeviceGetCount (int *count)
{
  if (!initialized)
    return ERROR_NOT_INITIALIZED;
  *count = n_visible;
  return 0;
}

int
cuDeviceGet (int *device, int ordinal)
{
  if (!initialized)
    return ERROR_NOT_INITIALIZED;
  if (ordinal < 0 || ordinal >= n_visible)
    return ERROR_INVALID_DEVICE;
  *device = 100 + visible[ordinal];
  return 0;
}

static int
gpu_of (int device)
{
  fake_check (initialized);
  fake_check (device >= 100 && device < 100 + fake_count);
  return device - 100;
}

int
cuDeviceGetUuid_v2 (unsigned char *uuid, int device)
{
  fake_uuid (gpu_of (device), uuid);
  return 0;
}

int
cuDeviceGetPCIBusId (char *text, int size, int device)
{
  fake_check (size >= 13);
  fake_pci (gpu_of (device), text, (size_t) size);
  return 0;
}

int
cuDeviceGetAttribute (int *value, int attribute, int device)
{
  const FakeGpu *gpu = &fake_gpus[gpu_of (device)];

  fake_check (attribute == 16 || attribute == 75 || attribute == 76);
  *value = attribute == 16 ? gpu->multiprocessors
      : attribute == 75    ? gpu->major
                           : gpu->minor;
  return 0;
}

int
cuDevicePrimaryCtxRetain (void **context, int device)
{
  contexts[gpu_of (device)]++;
  *context = (void *) (size_t) (0xC000 + gpu_of (device));
  return 0;
}

int
cuDevicePrimaryCtxRelease_v2 (int device)
{
  fake_check (contexts[gpu_of (device)] > 0);
  contexts[gpu_of (device)]--;
  return 0;
}

int
cuCtxSetCurrent (void *context)
{
  current = (int) (size_t) context - 0xC000;
  fake_check (current >= 0 && current < fake_count && contexts[current] > 0);
  return 0;
}

int
cuGetErrorName (int error, const char **name)
{
  *name = error == ERROR_NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : NULL;
  return *name == NULL;
}
