/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"
#include "kernels/params.h"
#include "nvrtc.h"

#define LIBRARY "libcuda.so.1"

/* Kernels are compiled for compute capability 7.5 and higher. */
#define MIN_COMPUTE 75

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static SvCuDriver driver;
static int version; /* of CUDA, as 1000 * major + 10 * minor */
static bool works;
static char missing[512];

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

/* As 10 * major + minor; 0 where it cannot be asked for. */
static int
compute_capability (int ordinal)
{
  SvCuDevice device;
  int major = 0, minor = 0;

  if (driver.device_get (&device, ordinal) != SV_CU_SUCCESS
      || driver.device_attribute (&major, SV_CU_DEVICE_COMPUTE_MAJOR, device)
          != SV_CU_SUCCESS
      || driver.device_attribute (&minor, SV_CU_DEVICE_COMPUTE_MINOR, device)
          != SV_CU_SUCCESS)
    return 0;
  return 10 * major + minor;
}

/* Which kernels are used; the environment's SAVANT_CUDA_KERNELS says it. */
typedef enum Kernels
{
  KERNELS_AUTO, /* the built ones, compiled here where the driver refuses them
                 */
  KERNELS_BUILT,
  KERNELS_SOURCE
} Kernels;

static Kernels
wanted_kernels (void)
{
  const char *wanted = getenv ("SAVANT_CUDA_KERNELS");

  if (wanted == NULL || wanted[0] == '\0' || strcmp (wanted, "auto") == 0)
    return KERNELS_AUTO;
  if (strcmp (wanted, "fatbin") == 0)
    return KERNELS_BUILT;
  if (strcmp (wanted, "nvrtc") == 0)
    return KERNELS_SOURCE;
  sv_log (SV_LOG_WARNING,
      "SAVANT_CUDA_KERNELS is \"%s\": it is auto, fatbin or nvrtc; auto is "
      "used",
      wanted);
  return KERNELS_AUTO;
}

/* Whether kernels that this driver takes are there or can be made. */
static bool
check_kernels (void)
{
  bool old = version / 1000 < sv_cu_kernel_version / 1000;
  Kernels wanted = wanted_kernels ();
  const char *compiler;

  if (wanted == KERNELS_BUILT || (wanted == KERNELS_AUTO && !old))
    return true;
  compiler = sv_cu_nvrtc_missing (version);
  if (compiler == NULL)
    return true;
  if (old)
    snprintf (missing, sizeof missing,
        "the driver is for CUDA %d.%d, the kernels need %d.0 or newer, and to "
        "compile them here %s",
        version / 1000, version % 1000 / 10, sv_cu_kernel_version / 1000,
        compiler);
  else
    snprintf (missing, sizeof missing, "SAVANT_CUDA_KERNELS is nvrtc, and %s",
        compiler);
  return false;
}

static void
check_driver (void)
{
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
  else if (compute_capability (0) < MIN_COMPUTE)
    snprintf (missing, sizeof missing,
        "GPU 0 is too old: compute capability 7.5 (Turing) or newer is "
        "needed");
  else
    works = check_kernels ();
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

/* Whether a result says that a driver, or a GPU, does not know an image. */
static bool
is_refusal (SvCuResult result)
{
  return result == SV_CU_ERROR_INVALID_IMAGE
      || result == SV_CU_ERROR_NO_BINARY_FOR_GPU
      || result == SV_CU_ERROR_INVALID_PTX
      || result == SV_CU_ERROR_UNSUPPORTED_PTX
      || result == SV_CU_ERROR_JIT_COMPILER_NOT_FOUND;
}

/* The kernels of this build; those that the machine's toolkit makes where the
 * driver does not take them. */
static int
load_kernels (int gpu_id, SvCuModule *module)
{
  Kernels wanted = wanted_kernels ();
  SvCuResult result = SV_CU_ERROR_NO_BINARY_FOR_GPU;
  const void *image;

  if (wanted != KERNELS_SOURCE)
    result = driver.module_load (module, sv_cu_kernels);
  if (wanted == KERNELS_BUILT || !is_refusal (result))
    return sv_cu_check (result, "loading the kernels");
  image = sv_cu_nvrtc_compile (version, compute_capability (gpu_id));
  if (image != NULL)
    return sv_cu_check (driver.module_load (module, image),
        "loading the kernels that were compiled here");
  if (wanted == KERNELS_SOURCE)
    return sv_fail (SAVANT_ERROR_EXECUTION, "CUDA: no kernels for GPU %d: %s",
        gpu_id, savant_last_error ());
  return sv_fail (SAVANT_ERROR_EXECUTION,
      "CUDA: the driver (CUDA %d.%d) refuses the kernels for GPU %d (%d, %s), "
      "and they cannot be compiled here: %s; install a driver for CUDA %d or "
      "the toolkit of this one",
      version / 1000, version % 1000 / 10, gpu_id, result, name_of (result),
      savant_last_error (), sv_cu_kernel_version / 1000);
}

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
  status = load_kernels (gpu->id, &module);
  if (status == SAVANT_OK)
    status = sv_cu_check (driver.module_function (&gpu->wide_kernel, module,
                              SV_CU_WIDE_KERNEL),
        "finding the kernel of wide filters");
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

/* ---- Peers -------------------------------------------------------------- */

static bool joined[MAX_GPUS][MAX_GPUS];

/* Without access the driver's copies take the way through the CPU's memory. */
static void
join (const SvCuGpu *gpu, const SvCuGpu *peer)
{
  SvCuResult result = SV_CU_ERROR_PEER_NOT_SUPPORTED;
  SvCuDevice from, to;
  int can = 0;

  if (driver.device_get (&from, gpu->id) == SV_CU_SUCCESS
      && driver.device_get (&to, peer->id) == SV_CU_SUCCESS
      && driver.can_access_peer (&can, from, to) == SV_CU_SUCCESS && can
      && sv_cu_enter (gpu) == SAVANT_OK) {
    result = driver.enable_peer (peer->context, 0);
    sv_cu_leave ();
  }
  sv_log (SV_LOG_INFO, "GPU %d reads from GPU %d %s", gpu->id, peer->id,
      result == SV_CU_SUCCESS || result == SV_CU_ERROR_PEER_ALREADY_ENABLED
          ? "directly"
          : "through the CPU's memory");
}

const SvCuGpu *
sv_cu_peer (const SvCuGpu *gpu, int id)
{
  const SvCuGpu *peer = sv_cu_gpu (id);

  if (peer == NULL || gpu->id == id)
    return peer;
  pthread_mutex_lock (&gpus_lock);
  if (!joined[gpu->id][id]) {
    join (gpu, peer);
    joined[gpu->id][id] = true;
  }
  pthread_mutex_unlock (&gpus_lock);
  return peer;
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
