/* SPDX-License-Identifier: Apache-2.0 */
#include "images.h"

#include <stdlib.h>
#include <string.h>

#define GUARD_BYTES 64

uint64_t
test_random (uint64_t *state)
{
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

int
test_random_int (uint64_t *state, int low, int high)
{
  return low + (int) (test_random (state) % (uint64_t) (high - low + 1));
}

static uint8_t
guard_byte (size_t at)
{
  return (uint8_t) (at * 151 + 43);
}

void
test_image_init (TestImage *image, SavantFormat format, int width, int height,
    const SavantColorimetry *colorimetry, const TestLayout *layout)
{
  static const SavantColorimetry bt601 = { SAVANT_MATRIX_BT601,
    SAVANT_RANGE_LIMITED, SAVANT_SITING_MPEG2 };
  static const TestLayout plain = { 0 };

  memset (image, 0, sizeof (*image));
  image->format = ref_format (format);
  image->layout = layout ? *layout : plain;
  image->image.format = format;
  image->image.width = width;
  image->image.height = height;
  image->image.colorimetry = colorimetry ? *colorimetry : bt601;
  image->image.n_planes = image->format->n_planes;
  for (int p = 0; p < image->format->n_planes; p++) {
    size_t row = ref_row_bytes (image->format, p, width);
    size_t rows = ref_rows (image->format, p, height);
    size_t pitch = row + image->layout.padding;
    size_t guard = image->layout.tight ? 0 : GUARD_BYTES;
    size_t start = guard + image->layout.misalign;

    image->size[p] = start + pitch * (rows - 1) + row + guard;
    image->block[p] = malloc (image->size[p]);
    if (!image->block[p])
      abort ();
    for (size_t i = 0; i < image->size[p]; i++)
      image->block[p][i] = guard_byte (i);
    image->image.data[p] = image->block[p] + start;
    image->image.pitch_bytes[p] = (ptrdiff_t) pitch;
    if (image->layout.bottom_up) {
      image->image.data[p] += pitch * (rows - 1);
      image->image.pitch_bytes[p] = -(ptrdiff_t) pitch;
    }
  }
}

void
test_image_clear (TestImage *image)
{
  for (int p = 0; p < SAVANT_MAX_PLANES; p++)
    free (image->block[p]);
  memset (image, 0, sizeof (*image));
}

static int
comp_width (const TestImage *image, int comp)
{
  bool chroma = image->format->family == REF_YUV && comp > 0;
  int sub = chroma ? image->format->sub_x : 1;

  return (image->image.width + sub - 1) / sub;
}

static int
comp_height (const TestImage *image, int comp)
{
  bool chroma = image->format->family == REF_YUV && comp > 0;
  int sub = chroma ? image->format->sub_y : 1;

  return (image->image.height + sub - 1) / sub;
}

static uint8_t *
sample_at (const TestImage *image, int comp, int x, int y)
{
  int plane = image->format->plane[comp];

  return image->image.data[plane] + y * image->image.pitch_bytes[plane]
      + image->format->offset[comp] + (ptrdiff_t) x * image->format->step[comp];
}

void
test_image_put (TestImage *image, int comp, int x, int y, int code)
{
  uint8_t *at = sample_at (image, comp, x, y);

  if (image->format->bytes == 1) {
    *at = (uint8_t) code;
  } else {
    int junk = (at[0] | at[1] << 8) & ((1 << image->format->shift) - 1);
    int word = code << image->format->shift | junk;

    at[0] = (uint8_t) word;
    at[1] = (uint8_t) (word >> 8);
  }
}

static int
content_code (TestContent content, uint64_t *state, int comp, int x, int y,
    int max)
{
  switch (content) {
    case TEST_CHECKER:
      return (x + y + comp) % 2 ? max : 0;
    case TEST_GRADIENT:
      return (x * (7 + comp) + y * (5 + 2 * comp) + 40 * comp) % (max + 1);
    case TEST_NOISY_GRADIENT:
      return (x * 2 + y * 3 + 50 * comp + (int) (test_random (state) % 16))
          % (max + 1);
    default:
      return test_random_int (state, 0, max);
  }
}

static void
randomize_rows (TestImage *image, uint64_t *state)
{
  for (int p = 0; p < image->format->n_planes; p++) {
    int row_bytes = ref_row_bytes (image->format, p, image->image.width);
    int rows = ref_rows (image->format, p, image->image.height);

    for (int y = 0; y < rows; y++) {
      uint8_t *row = image->image.data[p] + y * image->image.pitch_bytes[p];
      int i = 0;

      for (; i + 8 <= row_bytes; i += 8) {
        uint64_t word = test_random (state);

        memcpy (row + i, &word, 8);
      }
      for (; i < row_bytes; i++)
        row[i] = (uint8_t) test_random (state);
    }
  }
}

void
test_image_fill (TestImage *image, TestContent content, uint64_t seed)
{
  uint64_t state = seed;
  int max = image->format->bytes == 2 ? 1023 : 255;

  randomize_rows (image, &state);
  if (content == TEST_RANDOM && image->format->bytes == 1)
    return;
  for (int c = 0; c < image->format->n_comps; c++) {
    int constant = test_random_int (&state, 0, max);

    /* Half an 8-bit level may be rounded either way. */
    if (max > 255 && constant % 4 == 2)
      constant++;
    for (int y = 0; y < comp_height (image, c); y++) {
      for (int x = 0; x < comp_width (image, c); x++)
        test_image_put (image, c, x, y,
            content == TEST_CONSTANT
                ? constant
                : content_code (content, &state, c, x, y, max));
    }
  }
}

void
test_image_poison (TestImage *image, const SavantRect *keep, uint64_t seed)
{
  uint64_t state = seed;
  int max = image->format->bytes == 2 ? 1023 : 255;

  for (int c = 0; c < image->format->n_comps; c++) {
    bool chroma = image->format->family == REF_YUV && c > 0;
    int sub_x = chroma ? image->format->sub_x : 1;
    int sub_y = chroma ? image->format->sub_y : 1;

    for (int y = 0; y < comp_height (image, c); y++) {
      for (int x = 0; x < comp_width (image, c); x++) {
        bool inside = x >= keep->x / sub_x
            && x <= (keep->x + keep->w - 1) / sub_x && y >= keep->y / sub_y
            && y <= (keep->y + keep->h - 1) / sub_y;

        if (!inside)
          test_image_put (image, c, x, y, test_random_int (&state, 0, max));
      }
    }
  }
}

/* Whether a byte of a block belongs to a row. */
static bool
in_row (const TestImage *image, int plane, size_t at)
{
  size_t row = ref_row_bytes (image->format, plane, image->image.width);
  size_t rows = ref_rows (image->format, plane, image->image.height);
  size_t guard = image->layout.tight ? 0 : GUARD_BYTES;
  size_t start = guard + image->layout.misalign;
  size_t pitch = row + image->layout.padding;

  return at >= start && at < start + pitch * rows && (at - start) % pitch < row;
}

bool
test_image_guards_intact (const TestImage *image, char *text, size_t size)
{
  for (int p = 0; p < image->format->n_planes; p++) {
    for (size_t i = 0; i < image->size[p]; i++) {
      ptrdiff_t at = image->block[p] + i - image->image.data[p];

      if (in_row (image, p, i) || image->block[p][i] == guard_byte (i))
        continue;
      snprintf (text, size,
          "byte %td from row 0 of plane %d of a %dx%d %s was written "
          "(pitch %td): %d instead of %d",
          at, p, image->image.width, image->image.height, image->format->name,
          image->image.pitch_bytes[p], image->block[p][i], guard_byte (i));
      return false;
    }
  }
  return true;
}

uint64_t
test_image_hash (const TestImage *image)
{
  uint64_t hash = 14695981039346656037u;

  for (int p = 0; p < image->format->n_planes; p++) {
    int row_bytes = ref_row_bytes (image->format, p, image->image.width);
    int rows = ref_rows (image->format, p, image->image.height);

    for (int y = 0; y < rows; y++) {
      const uint8_t *row =
          image->image.data[p] + y * image->image.pitch_bytes[p];

      for (int x = 0; x < row_bytes; x++)
        hash = (hash ^ row[x]) * 1099511628211u;
    }
  }
  return hash;
}

static int
clamp_int (int v, int low, int high)
{
  return v < low ? low : v > high ? high : v;
}

/* Seven bytes of five rows around a place, of both pictures side by side. */
static void
show (FILE *out, const SavantImage *got, const SavantImage *expected, int plane,
    int row_bytes, int rows, int x, int y)
{
  int x0 = clamp_int (x - 6, 0, row_bytes - 1);
  int x1 = clamp_int (x + 6, 0, row_bytes - 1);

  for (int j = clamp_int (y - 2, 0, rows - 1);
       j <= clamp_int (y + 2, 0, rows - 1); j++) {
    const uint8_t *a = got->data[plane] + j * got->pitch_bytes[plane];
    const uint8_t *b = expected->data[plane] + j * expected->pitch_bytes[plane];

    fprintf (out, "\n  row %5d got", j);
    for (int i = x0; i <= x1; i++)
      fprintf (out, i == x && j == y ? "[%3d]" : " %3d ", a[i]);
    fprintf (out, "\n       expected");
    for (int i = x0; i <= x1; i++)
      fprintf (out, i == x && j == y ? "[%3d]" : " %3d ", b[i]);
  }
}

bool
test_image_compare (const SavantImage *got, const SavantImage *expected,
    const SavantImage *tolerance, TestErrors *errors, char *text, size_t size)
{
  const RefFormat *format = ref_format (got->format);
  TestErrors sum = { 0 };
  int64_t n_bad = 0;
  int bad_plane = 0, bad_x = 0, bad_y = 0;

  for (int p = 0; p < format->n_planes; p++) {
    int row_bytes = ref_row_bytes (format, p, got->width);

    for (int y = 0; y < ref_rows (format, p, got->height); y++) {
      const uint8_t *a = got->data[p] + y * got->pitch_bytes[p];
      const uint8_t *b = expected->data[p] + y * expected->pitch_bytes[p];
      const uint8_t *t = tolerance->data[p] + y * tolerance->pitch_bytes[p];

      for (int x = 0; x < row_bytes; x++) {
        int d = abs (a[x] - b[x]);

        sum.n_off += d > 0;
        sum.sum += d;
        sum.max = d > sum.max ? d : sum.max;
        if (d > t[x] && n_bad++ == 0) {
          bad_plane = p;
          bad_x = x;
          bad_y = y;
        }
      }
      sum.n_bytes += row_bytes;
    }
  }
  if (errors) {
    errors->n_bytes += sum.n_bytes;
    errors->n_off += sum.n_off;
    errors->sum += sum.sum;
    errors->max = sum.max > errors->max ? sum.max : errors->max;
  }
  if (n_bad > 0) {
    FILE *out = fmemopen (text, size, "w");

    fprintf (out,
        "%lld bytes are wrong, the worst by %d; first: plane %d row %d "
        "byte %d, where %d is allowed",
        (long long) n_bad, sum.max, bad_plane, bad_y, bad_x,
        tolerance->data[bad_plane]
                       [bad_y * tolerance->pitch_bytes[bad_plane] + bad_x]);
    show (out, got, expected, bad_plane,
        ref_row_bytes (format, bad_plane, got->width),
        ref_rows (format, bad_plane, got->height), bad_x, bad_y);
    fclose (out);
  }
  return n_bad == 0;
}
