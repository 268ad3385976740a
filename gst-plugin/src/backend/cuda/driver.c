/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../../core/log.h"
#include "kernels/params.h"

#define LIBRARY "libcuda.so.1"

/* Kernels are compiled for compute capability 7.5 and higher. */
#define MIN_COMPUTE 75

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static SvCuDriver driver;
static bool works;
static char missing[256];

/* ---- Loading ------------------------------------------------------------ */

static const char *
name_of (SvCuResult result)
{
  const char *text = NULL;

  if (driver.error_name (result, &text) != SV_CU_SUCCESS || text == NULL)
    return "unknown error";
  return text;
}

/* The first symbol that the library lacks, or NULL. */
static const char *
load_symbols (void *library)
{
#define LOAD(name, symbol, params)                                             \
  *(void **) &driver.name = dlsym (library, symbol);                           \
  if (driver.name == NULL)                                                     \
    return symbol;
  SV_CU_CALLS (LOAD)
#undef LOAD
  return NULL;
}

static bool
is_usable (int ordinal)
{
  SvCuDevice device;
  int major = 0, minor = 0;

  return driver.device_get (&device, ordinal) == SV_CU_SUCCESS
      && driver.device_attribute (&major, SV_CU_DEVICE_COMPUTE_MAJOR, device)
      == SV_CU_SUCCESS
      && driver.device_attribute (&minor, SV_CU_DEVICE_COMPUTE_MINOR, device)
      == SV_CU_SUCCESS
      && 10 * major + minor >= MIN_COMPUTE;
}

static void
check_driver (void)
{
  int version = 0;
  SvCuResult result = driver.init (0);

  if (result == SV_CU_ERROR_NO_DEVICE) {
    snprintf (missing, sizeof missing, "the driver finds no NVIDIA GPU");
    return;
  }
  if (result == SV_CU_SUCCESS)
    result = driver.driver_version (&version);
  if (result == SV_CU_SUCCESS)
    result = driver.device_count (&driver.n_devices);
  if (result != SV_CU_SUCCESS)
    snprintf (missing, sizeof missing, "the driver does not start: %s",
        name_of (result));
  else if (driver.n_devices < 1)
    snprintf (missing, sizeof missing, "the driver finds no NVIDIA GPU");
  else if (version / 1000 < sv_cu_kernel_version / 1000)
    snprintf (missing, sizeof missing,
        "the driver is for CUDA %d.%d and the kernels need %d.0 or "
        "newer",
        version / 1000, version % 1000 / 10, sv_cu_kernel_version / 1000);
  else if (!is_usable (0))
    snprintf (missing, sizeof missing,
        "GPU 0 is too old: compute capability 7.5 (Turing) or newer is "
        "needed");
  else
    works = true;
}

static void
open_driver (void)
{
  void *library = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL);
  const char *symbol;

  if (library == NULL) {
    snprintf (missing, sizeof missing,
        "no NVIDIA driver: " LIBRARY " cannot be loaded");
    return;
  }
  symbol = load_symbols (library);
  if (symbol == NULL) {
    check_driver ();
    return;
  }
  snprintf (missing, sizeof missing,
      LIBRARY " has no %s: the driver is too old or no driver", symbol);
  dlclose (library);
}

const SvCuDriver *
sv_cu_driver (void)
{
  pthread_once (&opened, open_driver);
  return works ? &driver : NULL;
}

const char *
sv_cu_driver_missing (void)
{
  pthread_once (&opened, open_driver);
  return works ? NULL : missing;
}

int
sv_cu_check (SvCuResult result, const char *what)
{
  const char *text = NULL;

  if (result == SV_CU_SUCCESS)
    return SAVANT_OK;
  if (driver.error_string (result, &text) != SV_CU_SUCCESS || text == NULL)
    text = "no description";
  return sv_fail (result == SV_CU_ERROR_OUT_OF_MEMORY
          ? SAVANT_ERROR_OUT_OF_MEMORY
          : SAVANT_ERROR_EXECUTION,
      "CUDA: %s failed: %s (%d, %s)", what, name_of (result), result, text);
}

/* ---- GPUs --------------------------------------------------------------- */

#define MAX_GPUS 64

static pthread_mutex_t gpus_lock = PTHREAD_MUTEX_INITIALIZER;
static SvCuGpu gpus[MAX_GPUS];

/* The context stays retained: to give it up at exit is the driver's part. */
static int
open_gpu (SvCuGpu *gpu)
{
  SvCuContext context = NULL, before;
  SvCuModule module = NULL;
  SvCuDevice device;
  int status;

  status = sv_cu_check (driver.device_get (&device, gpu->id), "cuDeviceGet");
  if (status == SAVANT_OK && gpu->context == NULL) {
    status = sv_cu_check (driver.context_retain (&context, device),
        "opening the GPU");
    if (status == SAVANT_OK)
      gpu->context = context;
  }
  if (status == SAVANT_OK)
    status =
        sv_cu_check (driver.context_push (gpu->context), "cuCtxPushCurrent");
  if (status != SAVANT_OK)
    return status;
  status = sv_cu_check (driver.module_load (&module, sv_cu_kernels),
      "loading the kernels");
  if (status == SAVANT_OK)
    status = sv_cu_check (driver.module_function (&gpu->kernel, module,
                              SV_CU_KERNEL),
        "finding the kernel");
  driver.context_pop (&before);
  return status;
}

const SvCuGpu *
sv_cu_gpu (int id)
{
  SvCuGpu *gpu = NULL;

  if (sv_cu_driver () == NULL) {
    sv_fail (SAVANT_ERROR_UNAVAILABLE, "%s", missing);
    return NULL;
  }
  if (id < 0 || id >= driver.n_devices || id >= MAX_GPUS) {
    sv_fail (SAVANT_ERROR_INVALID_ARGUMENT,
        "GPU %d: this machine has GPU 0 to %d", id, driver.n_devices - 1);
    return NULL;
  }
  pthread_mutex_lock (&gpus_lock);
  /* Once it is open, others read it without the lock. */
  if (gpus[id].kernel == NULL)
    gpus[id].id = id;
  if (gpus[id].kernel != NULL || open_gpu (&gpus[id]) == SAVANT_OK)
    gpu = &gpus[id];
  pthread_mutex_unlock (&gpus_lock);
  return gpu;
}

int
sv_cu_enter (const SvCuGpu *gpu)
{
  return sv_cu_check (driver.context_push (gpu->context), "cuCtxPushCurrent");
}

void
sv_cu_leave (void)
{
  SvCuContext before;

  driver.context_pop (&before);
}
