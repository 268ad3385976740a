/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAVANT_STATUS_H
#define SAVANT_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SAVANT_API
#define SAVANT_API __attribute__ ((visibility ("default")))
#endif

/* Grows by one whenever an exported function, struct or number changes in a
 * way that older callers would not survive. A caller compares it with
 * savant_abi_version() before it calls anything else. */
#define SAVANT_ABI_VERSION 1

/* What every function that returns `int` returns: SAVANT_OK or one of the
 * negative codes. The text of a failure is savant_last_error(). */
typedef enum SavantStatus
{
  SAVANT_OK = 0,
  /* An argument is outside its documented range. */
  SAVANT_ERROR_INVALID_ARGUMENT = -1,
  /* The arguments are valid, but nothing in this build can do it. */
  SAVANT_ERROR_UNSUPPORTED = -2,
  SAVANT_ERROR_OUT_OF_MEMORY = -3,
  /* Every buffer of a pool is in use and none came back in time. */
  SAVANT_ERROR_POOL_EXHAUSTED = -4,
  /* The pool is flushing, stopped or freed. */
  SAVANT_ERROR_FLUSHING = -5,
  /* The buffer holds no NvBufSurface that can be read safely. */
  SAVANT_ERROR_NOT_A_SURFACE = -6,
  /* The buffer or its memory is shared and must not be changed. */
  SAVANT_ERROR_NOT_WRITABLE = -7,
  /* A backend started the work and failed. */
  SAVANT_ERROR_EXECUTION = -8,
  /* A backend, driver or library that was asked for by name is missing. */
  SAVANT_ERROR_UNAVAILABLE = -9
} SavantStatus;

/* The ABI version of the loaded library; see SAVANT_ABI_VERSION. */
SAVANT_API int savant_abi_version (void);

/* The release version of the loaded library, for instance "0.1.0". */
SAVANT_API const char *savant_version (void);

/* The text of the last failure on the calling thread: what was asked, what
 * was found and what to do. Never NULL; "" before the first failure. Valid
 * until the next failing call on the same thread. */
SAVANT_API const char *savant_last_error (void);

/* The short name of a status, for instance "invalid-argument". Never NULL. */
SAVANT_API const char *savant_status_name (int status);

#ifdef __cplusplus
}
#endif

#endif
