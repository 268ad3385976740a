#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls savant_buffer_to_dlpack() of a library and reads what it gives.

library_dlpack.py LIBRARY ctypes    every element by the tensor's own numbers
library_dlpack.py LIBRARY numpy     the same by numpy.from_dlpack; exit status
                                    77 where there is no numpy 2.1
"""

import ctypes
import gc
import sys

import dlpack

WIDTH, HEIGHT, SLOTS = 37, 21, 2
# NvBufSurface's codes and channels.
FORMATS = {"GRAY8": (1, 1), "RGB": (27, 3), "BGRx": (24, 4), "RGBA": (19, 4)}
MEM_SYSTEM = 6


def value(slot, y, x, c):
    return (slot * 101 + y * 31 + x * 7 + c * 57) % 256


class Pool:
    def __init__(self, library, format):
        self.library = library
        self.pool = ctypes.c_void_p()
        self.check(
            library.savant_pool_new(
                None, format, WIDTH, HEIGHT, SLOTS, MEM_SYSTEM, 0, 1,
                ctypes.byref(self.pool),
            )
        )

    def check(self, status):
        assert status == 0, self.library.savant_last_error().decode()

    def outstanding(self):
        stats = (ctypes.c_int64 * 9)()
        self.check(self.library.savant_pool_stats(self.pool, stats))
        return stats[2]

    def tensor(self, slot, channels):
        """A tensor of a painted slot, the only holder of its buffer."""
        buffer = ctypes.c_void_p()
        self.check(
            self.library.savant_pool_acquire(
                self.pool, ctypes.c_int64(0), ctypes.byref(buffer)
            )
        )
        info = (ctypes.c_int64 * 11)()
        self.check(self.library.savant_buffer_surface_info(buffer, slot, info))
        for y in range(HEIGHT):
            row = bytes(
                value(slot, y, x, c) for x in range(WIDTH) for c in range(channels)
            )
            ctypes.memmove(info[0] + y * info[1], row, len(row))
        tensor = ctypes.c_void_p()
        self.check(
            self.library.savant_buffer_to_dlpack(
                buffer, slot, -1, ctypes.byref(tensor)
            )
        )
        self.check(self.library.savant_buffer_unref(buffer))
        return tensor.value

    def close(self):
        self.library.savant_pool_free(self.pool)


def by_ctypes(library, pool, slot, channels):
    address = pool.tensor(slot, channels)
    counted = dlpack.Counted(address)
    managed = counted.managed
    assert (managed.major, managed.flags) == (1, 0)
    assert managed.tensor.device_type == 1
    assert managed.tensor.shape[:3] == [HEIGHT, WIDTH, channels]
    seen = 0
    for y, x, c, found in dlpack.elements(address):
        assert found == value(slot, y, x, c), (slot, y, x, c, found)
        seen += 1
    assert seen == HEIGHT * WIDTH * channels
    assert pool.outstanding() == 1
    library.savant_dlpack_delete(ctypes.c_void_p(address))
    counted.check_called_once()


def by_numpy(numpy, pool, slot, channels):
    counted = dlpack.Counted(pool.tensor(slot, channels))
    data = counted.managed.tensor.data
    array = numpy.from_dlpack(dlpack.Capsule(counted.address))
    assert array.shape == (HEIGHT, WIDTH, channels), array.shape
    assert array.dtype == numpy.uint8
    assert array.ctypes.data == data
    y, x, c = numpy.indices(array.shape)
    assert (array == value(slot, y, x, c)).all()
    array[3, 4, 0] = 99
    part = array[3:5, 4]
    del array, y, x, c
    gc.collect()
    assert counted.calls == [] and part[0, 0] == 99
    assert pool.outstanding() == 1
    del part
    gc.collect()
    counted.check_called_once()


def main():
    path, how = sys.argv[1:]
    numpy = dlpack.numpy_or_none() if how == "numpy" else None
    if how == "numpy" and numpy is None:
        return 77
    library = ctypes.CDLL(path)
    library.savant_last_error.restype = ctypes.c_char_p
    library.savant_pool_free.restype = None
    for name, (format, channels) in FORMATS.items():
        pool = Pool(library, format)
        for slot in range(SLOTS):
            if how == "numpy":
                by_numpy(numpy, pool, slot, channels)
            else:
                by_ctypes(library, pool, slot, channels)
            assert pool.outstanding() == 0
        pool.close()
        print(f"{name}: {SLOTS * HEIGHT * WIDTH * channels} elements are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
