/* SPDX-License-Identifier: Apache-2.0 */
#include "fakegpu.h"

#include <stdint.h>

/* libnvidia-encode.so.1, for the contexts of fakecuda.c. FAKE_NVENC_VERSION is
 * the newest interface that it knows. */

#ifndef FAKE_NVENC_VERSION
#define FAKE_NVENC_VERSION (13 << 4)
#endif
/* What is to be asked for: the newest, up to 12.0. */
#define MAJOR ((FAKE_NVENC_VERSION >> 4) > 12 ? 12 : FAKE_NVENC_VERSION >> 4)
#define MINOR ((FAKE_NVENC_VERSION >> 4) > 12 ? 0 : FAKE_NVENC_VERSION & 15)
#define API_VERSION ((uint32_t) MAJOR | (uint32_t) MINOR << 24)
#define STRUCT_VERSION(n) (API_VERSION | (n) << 16 | 7u << 28)

typedef void (*Function) (void);

typedef struct FunctionList
{
  uint32_t version;
  uint32_t reserved;
  Function functions[318];
} FunctionList;

typedef struct Params
{
  uint32_t version;
  uint32_t device_type;
  void *device;
  void *reserved;
  uint32_t api_version;
  uint32_t reserved1[253];
  void *reserved2[64];
} Params;

static int sessions;

FAKE_API int fake_sessions (void);
FAKE_API int NvEncodeAPIGetMaxSupportedVersion (uint32_t *version);
FAKE_API int NvEncodeAPICreateInstance (FunctionList *list);

int
fake_sessions (void)
{
  return sessions;
}

int
NvEncodeAPIGetMaxSupportedVersion (uint32_t *version)
{
  *version = FAKE_NVENC_VERSION;
  return 0;
}

static int
destroy_encoder (void *session)
{
  fake_check (session == &sessions);
  sessions--;
  return 0;
}

static int
open_session_ex (Params *params, void **session)
{
  size_t gpu = (size_t) params->device - 0xC000;

  fake_check (params->version == STRUCT_VERSION (1u));
  fake_check (params->api_version == API_VERSION);
  fake_check (params->device_type == 1);
  fake_check (gpu < (size_t) fake_count);
  for (size_t i = 0; i < 253; i++)
    fake_check (params->reserved1[i] == 0);
  for (size_t i = 0; i < 64; i++)
    fake_check (params->reserved2[i] == NULL);
  /* Without a device there is no session; any other outcome leaves one. */
  if (fake_gpus[gpu].nvenc != 1) {
    sessions++;
    *session = &sessions;
  }
  return fake_gpus[gpu].nvenc;
}

static void
wrong (void)
{
  fake_check (!"a function that is not to be called");
}

int
NvEncodeAPICreateInstance (FunctionList *list)
{
  fake_load ();
  fake_check (sizeof *list == 2552 && sizeof (Params) == 1552);
  fake_check (list->version == STRUCT_VERSION (2u) && list->reserved == 0);
  for (int i = 0; i < 41; i++)
    list->functions[i] = wrong;
  list->functions[27] = (Function) destroy_encoder;
  list->functions[29] = (Function) open_session_ex;
  return 0;
}
