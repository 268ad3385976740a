/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_IMAGES_H
#define TEST_IMAGES_H

/* Pictures for pixel tests: any pitch and alignment, guard bytes around every
 * row and plane, contents from a seed, and a comparison that shows where two
 * pictures differ. */

#include <stdio.h>

#include "reference.h"

/* Where the rows of a picture are. All zero: rows without padding. */
typedef struct TestLayout
{
  int padding;    /* bytes between two rows */
  int misalign;   /* bytes before the first row */
  bool bottom_up; /* the pitch is negative */
  bool tight;     /* memory ends with the last sample; no guards */
} TestLayout;

typedef enum TestContent
{
  TEST_RANDOM,
  TEST_CHECKER, /* smallest and largest numbers in turn */
  TEST_GRADIENT,
  TEST_CONSTANT, /* one colour, from the seed */
  TEST_NOISY_GRADIENT
} TestContent;

typedef struct TestImage
{
  SavantImage image;
  const RefFormat *format;
  TestLayout layout;
  uint8_t *block[SAVANT_MAX_PLANES];
  size_t size[SAVANT_MAX_PLANES];
} TestImage;

/* A generator of numbers; any seed will do. */
uint64_t test_random (uint64_t *state);
/* One of low..high. */
int test_random_int (uint64_t *state, int low, int high);

/* A picture whose every byte is a guard. */
void test_image_init (TestImage *image, SavantFormat format, int width,
    int height, const SavantColorimetry *colorimetry, const TestLayout *layout);
void test_image_clear (TestImage *image);

/* Writes every byte of every row, also those without a meaning. */
void test_image_fill (TestImage *image, TestContent content, uint64_t seed);
/* Random bytes everywhere but in the samples that `keep` covers. */
void test_image_poison (TestImage *image, const SavantRect *keep,
    uint64_t seed);

/* Writes a sample as a number of the format's depth. */
void test_image_put (TestImage *image, int comp, int x, int y, int code);

/* Whether only bytes of rows have been written since test_image_init(); else
 * `text` says which was. */
bool test_image_guards_intact (const TestImage *image, char *text, size_t size);

/* A number that depends on every byte of every row. */
uint64_t test_image_hash (const TestImage *image);

typedef struct TestErrors
{
  int64_t n_bytes;
  int64_t n_off; /* bytes that differ at all */
  int64_t sum;
  int max;
} TestErrors;

/* Whether every byte of `got` is as near to `expected` as `tolerance` says;
 * else `text` shows the neighbourhood of the first byte that is not. Adds to
 * `errors`, which may be NULL. */
bool test_image_compare (const SavantImage *got, const SavantImage *expected,
    const SavantImage *tolerance, TestErrors *errors, char *text, size_t size);

#endif
