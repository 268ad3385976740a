/* SPDX-License-Identifier: Apache-2.0 */
#include "fakegpu.h"

#include <stdint.h>

/* libnvidia-ml.so.1. Handles are GPUs + 0x1000, those of MIG instances
 * + 0x2000. With FAKE_OLD_NVML, memory is told in its first form only. */

#define ERROR_INVALID_ARGUMENT 2
#define ERROR_NOT_FOUND 6
#define ERROR_DRIVER_NOT_LOADED 9

static int initialized;

typedef struct Memory
{
  uint64_t total;
  uint64_t free;
  uint64_t used;
} Memory;

typedef struct MemoryV2
{
  uint32_t version;
  uint64_t total;
  uint64_t reserved;
  uint64_t free;
  uint64_t used;
} MemoryV2;

FAKE_API int nvmlInit_v2 (void);
FAKE_API const char *nvmlErrorString (int result);
FAKE_API int nvmlDeviceGetCount_v2 (unsigned *count);
FAKE_API int nvmlDeviceGetHandleByIndex_v2 (unsigned index, void **device);
FAKE_API int nvmlDeviceGetHandleByUUID (const char *uuid, void **device);
FAKE_API int nvmlDeviceGetHandleByPciBusId_v2 (const char *text, void **device);
FAKE_API int nvmlDeviceGetDeviceHandleFromMigDeviceHandle (void *instance,
    void **device);
FAKE_API int nvmlDeviceGetArchitecture (void *device, unsigned *architecture);
FAKE_API int nvmlDeviceGetMemoryInfo (void *device, Memory *memory);
#ifndef FAKE_OLD_NVML
FAKE_API int nvmlDeviceGetMemoryInfo_v2 (void *device, MemoryV2 *memory);
#endif

int
nvmlInit_v2 (void)
{
  fake_load ();
  initialized = fake_count > 0;
  return initialized ? 0 : ERROR_DRIVER_NOT_LOADED;
}

const char *
nvmlErrorString (int result)
{
  return result == ERROR_DRIVER_NOT_LOADED ? "Driver Not Loaded" : "Other";
}

int
nvmlDeviceGetCount_v2 (unsigned *count)
{
  fake_check (initialized);
  *count = (unsigned) fake_count;
  return 0;
}

static int
give (int gpu, size_t base, void **device)
{
  *device = (void *) (base + (size_t) gpu);
  return 0;
}

int
nvmlDeviceGetHandleByIndex_v2 (unsigned index, void **device)
{
  fake_check (initialized && (int) index < fake_count);
  return give (fake_count - 1 - (int) index, 0x1000, device);
}

int
nvmlDeviceGetHandleByUUID (const char *uuid, void **device)
{
  fake_check (initialized);
  fake_check (strlen (uuid) == 40);
  for (int gpu = 0; gpu < fake_count; gpu++) {
    unsigned char bytes[16];
    char text[41];
    int at = 4;

    fake_uuid (gpu, bytes);
    strcpy (text, fake_gpus[gpu].kind == FAKE_MIG ? "MIG-" : "GPU-");
    for (int i = 0; i < 16; i++)
      at += snprintf (text + at, sizeof text - (size_t) at,
          i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
    if (strcmp (text, uuid) == 0 && fake_gpus[gpu].kind < FAKE_BY_PCI)
      return give (gpu, fake_gpus[gpu].kind == FAKE_MIG ? 0x2000 : 0x1000,
          device);
  }
  /* Releases of the driver differ in what they say to an unknown one. */
  return uuid[0] == 'G' ? ERROR_NOT_FOUND : ERROR_INVALID_ARGUMENT;
}

int
nvmlDeviceGetHandleByPciBusId_v2 (const char *text, void **device)
{
  fake_check (initialized);
  for (int gpu = 0; gpu < fake_count; gpu++) {
    char own[16];

    fake_pci (gpu, own, sizeof own);
    if (strcmp (own, text) == 0 && fake_gpus[gpu].kind != FAKE_HIDDEN)
      return give (gpu, 0x1000, device);
  }
  return ERROR_NOT_FOUND;
}

int
nvmlDeviceGetDeviceHandleFromMigDeviceHandle (void *instance, void **device)
{
  fake_check ((size_t) instance >= 0x2000);
  return give ((int) ((size_t) instance - 0x2000), 0x1000, device);
}

static FakeGpu *
gpu_of (void *device)
{
  size_t gpu = (size_t) device & 0xFFF;

  fake_check (initialized);
  fake_check ((size_t) device >= 0x1000 && gpu < (size_t) fake_count);
  return &fake_gpus[gpu];
}

int
nvmlDeviceGetArchitecture (void *device, unsigned *architecture)
{
  if ((size_t) device >= 0x2000)
    return ERROR_INVALID_ARGUMENT;
  *architecture = (unsigned) gpu_of (device)->architecture;
  return 0;
}

/* Of a split GPU the instance has a tenth. */
static uint64_t
used (void *device)
{
  const FakeGpu *gpu = gpu_of (device);
  uint64_t bytes = (uint64_t) gpu->used_mib << 20;

  return gpu->kind == FAKE_MIG && (size_t) device < 0x2000 ? 10 * bytes : bytes;
}

int
nvmlDeviceGetMemoryInfo (void *device, Memory *memory)
{
  /* The first form counts what the driver has set aside. */
  memory->used = used (device) + (480 << 20);
  return 0;
}

#ifndef FAKE_OLD_NVML
int
nvmlDeviceGetMemoryInfo_v2 (void *device, MemoryV2 *memory)
{
  fake_check (memory->version == (sizeof *memory | 2 << 24));
  memory->reserved = 480 << 20;
  memory->used = used (device);
  return 0;
}
#endif
