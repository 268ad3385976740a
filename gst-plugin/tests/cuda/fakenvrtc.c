/* SPDX-License-Identifier: Apache-2.0 */
/* An NVRTC of CUDA 12.4 that compiles nothing: it checks what it gets and gives
 * kernels that the fake driver takes. The environment's FAKE_NVRTC makes it
 * one that fails: "error", "newer", or that knows only older GPUs: "old". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakecuda.h"
#include "backend/cuda/kernels/params.h"

#define EXPORT __attribute__ ((visibility ("default")))

static int n_programs, n_compiled;
static bool binary;

static void
broken (const char *rule)
{
  fprintf (stderr, "fake libnvrtc: %s\n", rule);
  abort ();
}

static bool
is_mode (const char *mode)
{
  const char *set = getenv ("FAKE_NVRTC");

  return set != NULL && strcmp (set, mode) == 0;
}

EXPORT int
nvrtcVersion (int *major, int *minor)
{
  *major = is_mode ("newer") ? 14 : 12;
  *minor = 4;
  return 0;
}

EXPORT int
nvrtcGetNumSupportedArchs (int *n)
{
  *n = 3;
  return 0;
}

EXPORT int
nvrtcGetSupportedArchs (int *archs)
{
  archs[0] = 75;
  archs[1] = 80;
  archs[2] = is_mode ("old") ? 86 : 90;
  return 0;
}

/* Every include of a source has to be among the headers. */
static void
check_includes (const char *text, int n, const char *const *names)
{
  while ((text = strstr (text, "#include ")) != NULL) {
    char name[64] = "";
    int i = 0;

    text += strlen ("#include ") + 1;
    snprintf (name, sizeof name, "%.*s", (int) strcspn (text, "\">"), text);
    while (i < n && strcmp (names[i], name) != 0)
      i++;
    if (i == n)
      broken ("a source includes what is not given");
  }
}

EXPORT int
nvrtcCreateProgram (void **program, const char *text, const char *name,
    int n_headers, const char *const *headers, const char *const *names)
{
  if (strstr (text, SV_CU_KERNEL) == NULL || strchr (name, '/') != NULL)
    broken ("no source of the kernels");
  check_includes (text, n_headers, names);
  for (int i = 0; i < n_headers; i++)
    check_includes (headers[i], n_headers, names);
  *program = &n_programs;
  n_programs++;
  return 0;
}

EXPORT int
nvrtcDestroyProgram (void **program)
{
  if (*program != &n_programs || n_programs != 1)
    broken ("no program");
  n_programs--;
  *program = NULL;
  return 0;
}

EXPORT int
nvrtcCompileProgram (void *program, int n_options, const char *const *options)
{
  if (program != &n_programs)
    broken ("no program");
  if (n_options != 2 || strcmp (options[1], "-std=c++17") != 0)
    broken ("options");
  binary = strcmp (options[0], "--gpu-architecture=sm_90") == 0;
  if (!binary && strcmp (options[0], "--gpu-architecture=compute_86") != 0)
    broken ("architecture");
  if (++n_compiled > 1)
    broken ("compiled twice");
  return is_mode ("error") ? 6 : 0;
}

static const char error_log[] = "transform.cu(7): error: a reason\nmore";

EXPORT int
nvrtcGetProgramLogSize (void *program, size_t *size)
{
  if (program != &n_programs)
    broken ("no program");
  *size = sizeof error_log;
  return 0;
}

EXPORT int
nvrtcGetProgramLog (void *program, char *log)
{
  if (program != &n_programs)
    broken ("no program");
  memcpy (log, error_log, sizeof error_log);
  return 0;
}

static int
size_of (bool asked, size_t *size)
{
  if (asked != binary)
    broken ("an image of the other kind");
  *size = sizeof FAKE_NVRTC_IMAGE;
  return 0;
}

EXPORT int
nvrtcGetCUBINSize (void *program, size_t *size)
{
  (void) program;
  return size_of (true, size);
}

EXPORT int
nvrtcGetPTXSize (void *program, size_t *size)
{
  (void) program;
  return size_of (false, size);
}

EXPORT int
nvrtcGetCUBIN (void *program, char *image)
{
  (void) program;
  memcpy (image, FAKE_NVRTC_IMAGE, sizeof FAKE_NVRTC_IMAGE);
  return 0;
}

EXPORT int
nvrtcGetPTX (void *program, char *image)
{
  return nvrtcGetCUBIN (program, image);
}
