# SPDX-License-Identifier: Apache-2.0
"""Prints random letterbox cases and their results, one a line:

padding left top right bottom flip par_n par_d src_w src_h dst_w dst_h result

result is "x y w h", "width" or "height" (which effective side is too small).
Usage: letterbox_cases.py SEED COUNT
"""

import math
import random
import sys
from fractions import Fraction

NONE, RIGHT_BOTTOM, SYMMETRIC = range(3)
QUARTER_TURNS = (1, 3, 6, 7)
USUAL = (1, 2, 3, 16, 17, 224, 300, 416, 480, 608, 640, 720, 1080, 1280, 1920,
         2160, 3840, 32767)


def half_away_from_zero(value):
    """lround() of a number that is not negative, without adding 0.5 to it."""
    below = math.floor(value)
    return below + 1 if value - below >= 0.5 else below


def check_against_fractions(length, ratio, rounded):
    """The doubles give the exact rounding unless that is a matter of ulps."""
    exact = length * ratio
    distance = abs(exact - rounded)
    slack = exact * Fraction(1, 2 ** 50)
    assert distance <= Fraction(1, 2) + slack, (length, ratio, rounded)


def letterbox(padding, left, top, right, bottom, flip, par_n, par_d, src_w,
              src_h, dst_w, dst_h):
    ew = dst_w - left - right
    eh = dst_h - top - bottom
    if left or top or right or bottom:
        if ew < 16:
            return "width"
        if eh < 16:
            return "height"
    if padding == NONE:
        return f"{left} {top} {ew} {eh}"
    sw, sh = (src_h, src_w) if flip in QUARTER_TURNS else (src_w, src_h)
    aspect = float(sw * par_n) / float(sh * par_d)
    exact = Fraction(sw * par_n, sh * par_d)
    if aspect > float(ew) / float(eh):
        w, h = ew, half_away_from_zero(float(ew) / aspect)
        check_against_fractions(ew, 1 / exact, h)
    else:
        w, h = half_away_from_zero(float(eh) * aspect), eh
        check_against_fractions(eh, exact, w)
    w, h = max(w, 1), max(h, 1)
    if padding == SYMMETRIC:
        left += (ew - w) // 2
        top += (eh - h) // 2
    return f"{left} {top} {w} {h}"


def side(rng):
    kind = rng.randrange(3)
    if kind == 0:
        return rng.choice(USUAL)
    if kind == 1:
        return rng.randint(1, 4000)
    return int(2 ** rng.uniform(0, 14.9999))


def case(rng):
    src = side(rng), side(rng)
    dst = side(rng), side(rng)
    if rng.randrange(8) == 0:
        factor = rng.randint(1, 6)
        dst = min(src[0] * factor, 32767), min(src[1] * factor, 32767)
    pads = (0, 0, 0, 0)
    if rng.randrange(2):
        pads = tuple(rng.choice((0, 0, 1, 7, 10, 20, rng.randint(0, 200)))
                     for _ in range(4))
    par = (1, 1)
    if rng.randrange(3) == 0:
        par = rng.choice(((10, 11), (12, 11), (40, 33), (16, 11), (4, 3),
                          (rng.randint(1, 1000), rng.randint(1, 1000)),
                          (rng.randint(1, 2 ** 31 - 1),
                           rng.randint(1, 2 ** 31 - 1))))
    return (rng.randrange(3), *pads, rng.randrange(8), *par, *src, *dst)


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        numbers = case(rng)
        print(*numbers, letterbox(*numbers))


main()
