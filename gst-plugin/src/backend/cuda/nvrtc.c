/* SPDX-License-Identifier: Apache-2.0 */
#include "nvrtc.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/log.h"

#define MAX_SOURCES 16
#define MAX_ARCHS 64
#define MAX_KINDS 16

/* NVRTC has no standard headers: what the kernels need of <stdint.h>. */
static const char stdint_text[] = "typedef signed char int8_t;\n"
                                  "typedef unsigned char uint8_t;\n"
                                  "typedef short int16_t;\n"
                                  "typedef unsigned short uint16_t;\n"
                                  "typedef int int32_t;\n"
                                  "typedef unsigned int uint32_t;\n"
                                  "typedef long long int64_t;\n"
                                  "typedef unsigned long long uint64_t;\n"
                                  "typedef unsigned long long uintptr_t;\n";

typedef struct SvProgramRec *SvProgram;

/* Every call that is made: our name, the library's symbol, its parameters. */
#define CALLS(X)                                                               \
  X (version, "nvrtcVersion", (int *major, int *minor))                        \
  X (n_archs, "nvrtcGetNumSupportedArchs", (int *n))                           \
  X (archs, "nvrtcGetSupportedArchs", (int *archs))                            \
  X (create, "nvrtcCreateProgram",                                             \
      (SvProgram * program, const char *text, const char *name, int n_headers, \
          const char *const *headers, const char *const *names))               \
  X (destroy, "nvrtcDestroyProgram", (SvProgram * program))                    \
  X (compile, "nvrtcCompileProgram",                                           \
      (SvProgram program, int n_options, const char *const *options))          \
  X (log_size, "nvrtcGetProgramLogSize", (SvProgram program, size_t *size))    \
  X (log, "nvrtcGetProgramLog", (SvProgram program, char *log))                \
  X (cubin_size, "nvrtcGetCUBINSize", (SvProgram program, size_t *size))       \
  X (cubin, "nvrtcGetCUBIN", (SvProgram program, char *image))                 \
  X (ptx_size, "nvrtcGetPTXSize", (SvProgram program, size_t *size))           \
  X (ptx, "nvrtcGetPTX", (SvProgram program, char *image))

typedef struct Nvrtc
{
#define MEMBER(name, symbol, params) int (*name) params;
  CALLS (MEMBER)
#undef MEMBER
  int major;
  int minor;
} Nvrtc;

static pthread_once_t opened = PTHREAD_ONCE_INIT;
static int wanted_version; /* the driver's, set before the library is opened */
static Nvrtc nvrtc;
static char missing[256];

/* ---- Loading ------------------------------------------------------------ */

static const char *
load_symbols (void *library)
{
#define LOAD(name, symbol, params)                                             \
  *(void **) &nvrtc.name = dlsym (library, symbol);                            \
  if (nvrtc.name == NULL)                                                      \
    return symbol;
  CALLS (LOAD)
#undef LOAD
  return NULL;
}

/* The driver's own version first: what a newer one makes it does not read. */
static void *
open_library (char *name, size_t size)
{
  const char *home = getenv ("CUDA_HOME");
  int major = wanted_version / 1000;
  void *library;

  if (home == NULL || home[0] == '\0')
    home = "/usr/local/cuda";
  for (int i = 0; i < 4; i++) {
    snprintf (name, size, "%s%slibnvrtc.so%s%.0d", i > 1 ? home : "",
        i > 1 ? "/lib64/" : "", i % 2 ? "" : ".", i % 2 ? 0 : major);
    library = dlopen (name, RTLD_NOW | RTLD_LOCAL);
    if (library != NULL)
      return library;
  }
  snprintf (missing, sizeof missing,
      "libnvrtc.so.%d of a CUDA %d toolkit cannot be loaded", major, major);
  return NULL;
}

static void
open_nvrtc (void)
{
  char name[512];
  void *library = open_library (name, sizeof name);
  const char *symbol;

  if (library == NULL)
    return;
  symbol = load_symbols (library);
  if (symbol != NULL)
    snprintf (missing, sizeof missing, "%.120s has no %s", name, symbol);
  else if (nvrtc.version (&nvrtc.major, &nvrtc.minor) != 0)
    snprintf (missing, sizeof missing, "%.120s does not work", name);
  else if (nvrtc.major > wanted_version / 1000)
    snprintf (missing, sizeof missing,
        "%.120s is of CUDA %d.%d, which is newer than the driver", name,
        nvrtc.major, nvrtc.minor);
  if (missing[0] != '\0')
    dlclose (library);
}

const char *
sv_cu_nvrtc_missing (int driver_version)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

  pthread_mutex_lock (&lock);
  if (wanted_version == 0)
    wanted_version = driver_version;
  pthread_mutex_unlock (&lock);
  pthread_once (&opened, open_nvrtc);
  return missing[0] != '\0' ? missing : NULL;
}

/* ---- Compiling ---------------------------------------------------------- */

/* The best that the compiler knows for a GPU, 0 where it knows none. */
static int
find_arch (int compute)
{
  int n = 0, best = 0, archs[MAX_ARCHS];

  if (nvrtc.n_archs (&n) != 0 || n < 1 || n > MAX_ARCHS
      || nvrtc.archs (archs) != 0)
    return 0;
  for (int i = 0; i < n; i++)
    if (archs[i] <= compute && archs[i] > best)
      best = archs[i];
  return best;
}

/* What the compiler says, without its last line end. */
static void
fail_compile (SvProgram program, int result)
{
  size_t size = 0;
  char *log = NULL;

  if (nvrtc.log_size (program, &size) == 0 && size > 0)
    log = calloc (1, size + 1);
  if (log != NULL && nvrtc.log (program, log) == 0)
    log[strcspn (log, "\n")] = '\0';
  sv_fail (SAVANT_ERROR_EXECUTION,
      "NVRTC %d.%d does not compile the kernels (%d): %.300s", nvrtc.major,
      nvrtc.minor, result, log != NULL ? log : "no log");
  free (log);
}

/* The image of a compiled program. PTX is text with its 0. */
static void *
take_image (SvProgram program, bool binary)
{
  size_t size = 0;
  char *image = NULL;
  int result = binary ? nvrtc.cubin_size (program, &size)
                      : nvrtc.ptx_size (program, &size);

  if (result == 0 && size > 0)
    image = malloc (size);
  if (image != NULL)
    result = binary ? nvrtc.cubin (program, image) : nvrtc.ptx (program, image);
  if (image != NULL && result == 0)
    return image;
  free (image);
  sv_fail (SAVANT_ERROR_EXECUTION, "NVRTC %d.%d gives no kernels (%d)",
      nvrtc.major, nvrtc.minor, result);
  return NULL;
}

static void *
compile (int compute, int arch)
{
  const char *names[MAX_SOURCES] = { "stdint.h" };
  const char *texts[MAX_SOURCES] = { stdint_text };
  char target[64];
  const char *const options[] = { target, "-std=c++17" };
  SvProgram program = NULL;
  void *image = NULL;
  int n = 1, result;

  for (int i = 1; i < sv_cu_n_sources && n < MAX_SOURCES; i++, n++) {
    names[n] = sv_cu_sources[i].name;
    texts[n] = sv_cu_sources[i].text;
  }
  snprintf (target, sizeof target, "--gpu-architecture=%s_%d",
      arch == compute ? "sm" : "compute", arch);
  result = nvrtc.create (&program, sv_cu_sources[0].text, sv_cu_sources[0].name,
      n, texts, names);
  if (result != 0) {
    sv_fail (SAVANT_ERROR_EXECUTION, "NVRTC %d.%d does not start (%d)",
        nvrtc.major, nvrtc.minor, result);
    return NULL;
  }
  sv_log (SV_LOG_INFO, "compiling the CUDA kernels by NVRTC %d.%d, %s",
      nvrtc.major, nvrtc.minor, target);
  result = nvrtc.compile (program, 2, options);
  if (result != 0)
    fail_compile (program, result);
  else
    image = take_image (program, arch == compute);
  nvrtc.destroy (&program);
  return image;
}

/* What was made for a GPU, or why nothing was. */
typedef struct Made
{
  int compute;
  void *image;
  char why[512];
} Made;

static void
make (Made *made)
{
  int arch = find_arch (made->compute);

  if (arch != 0)
    made->image = compile (made->compute, arch);
  else
    sv_fail (SAVANT_ERROR_UNAVAILABLE,
        "NVRTC %d.%d knows no GPU of compute capability %d.%d or older",
        nvrtc.major, nvrtc.minor, made->compute / 10, made->compute % 10);
  if (made->image == NULL)
    snprintf (made->why, sizeof made->why, "%s", savant_last_error ());
}

const void *
sv_cu_nvrtc_compile (int driver_version, int compute_capability)
{
  static Made all[MAX_KINDS];
  int at = 0;

  if (sv_cu_nvrtc_missing (driver_version) != NULL) {
    sv_fail (SAVANT_ERROR_UNAVAILABLE, "%s", missing);
    return NULL;
  }
  while (at < MAX_KINDS - 1 && all[at].compute != 0
      && all[at].compute != compute_capability)
    at++;
  if (all[at].compute != compute_capability) {
    all[at] = (Made){ .compute = compute_capability };
    make (&all[at]);
  }
  if (all[at].image == NULL)
    sv_fail (SAVANT_ERROR_EXECUTION, "%s", all[at].why);
  return all[at].image;
}
