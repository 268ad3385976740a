# SPDX-License-Identifier: Apache-2.0
"""Runs the JVM inside Python and hands pixels over by DLPack, both ways.

java_dlpack.py LIBJVM CLASS_PATH [JVM option...]

Exit status 77, with a printed reason, where JPype or numpy is missing. The
folder of dlpack.py is on PYTHONPATH."""

import ctypes
import gc
import os
import sys
import weakref

import dlpack

WIDTH, HEIGHT = 23, 13
FORMATS = {"GRAY8": 1, "RGB": 3, "BGR": 3, "RGBA": 4, "BGRx": 4}


def pattern(numpy, channels):
    y, x, c = numpy.indices((HEIGHT, WIDTH, channels))
    return ((y * 31 + x * 7 + c * 57 + 3) % 256).astype(numpy.uint8)


def to_numpy(jpype, numpy, format, channels):
    """Java's toDlpack() to numpy.from_dlpack."""
    surface = jpype.JPackage("org").savantgst.surface
    wanted = pattern(numpy, channels)
    with surface.BufferGenerator.builder(format, WIDTH, HEIGHT).poolSize(
        1
    ).build() as generator:
        buffer = generator.acquire()
        view = surface.SurfaceView.of(buffer)
        view.upload(jpype.JArray(jpype.JByte)(wanted.tobytes()))
        tensor = view.toDlpack()
        assert buffer.strongCount() == 3
        counted = dlpack.Counted(tensor.release())
        view.close()
        tensor.close()
        for y, x, c, found in dlpack.elements(counted.address):
            assert found == wanted[y, x, c], (format, y, x, c, found)
        array = numpy.from_dlpack(dlpack.Capsule(counted.address))
        assert array.shape == (HEIGHT, WIDTH, channels), array.shape
        assert (array == wanted).all()
        array[5, 6, 0] = 250
        with surface.SurfaceView.of(buffer) as again:
            at = (5 * WIDTH + 6) * channels
            assert again.download().get(at) & 0xFF == 250
        assert buffer.strongCount() == 2
        # Pixels outlive whatever Java has closed.
        buffer.close()
    assert counted.calls == [] and array[5, 6, 0] == 250
    del array
    gc.collect()
    counted.check_called_once()


def from_numpy(jpype, numpy, channels):
    """numpy's __dlpack__() to Java's importVersioned()."""
    DlpackTensor = jpype.JPackage("org").savantgst.interop.DlpackTensor
    wanted = pattern(numpy, channels)
    # A part of a larger array: rows lie further apart than they are long.
    part = numpy.zeros((HEIGHT + 2, WIDTH + 9, channels), numpy.uint8)
    part[1:-1, 5 : 5 + WIDTH] = wanted
    part = part[1:-1, 5 : 5 + WIDTH]
    capsule = part.__dlpack__(max_version=(1, 0))
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype = ctypes.c_void_p
    get.argtypes = [ctypes.py_object, ctypes.c_char_p]
    address = get(capsule, b"dltensor_versioned")
    rename = ctypes.pythonapi.PyCapsule_SetName
    rename.argtypes = [ctypes.py_object, ctypes.c_char_p]
    used = b"used_dltensor_versioned"
    rename(capsule, used)
    counted = dlpack.Counted(address)
    gone = weakref.ref(part)
    data, pitch = part.ctypes.data, part.strides[0]
    view = DlpackTensor.importVersioned(address)
    assert (view.width(), view.height(), view.channels()) == (WIDTH, HEIGHT, channels)
    assert (view.dataPtr(), view.pitch()) == (data, pitch)
    del part, capsule
    gc.collect()
    assert gone() is not None and counted.calls == []
    pixels = view.download()
    found = [pixels.get(i) & 0xFF for i in range(wanted.size)]
    assert found == wanted.ravel().tolist()
    view.close()
    view.close()
    gc.collect()
    counted.check_called_once()
    assert gone() is None


def main():
    libjvm, class_path, *options = sys.argv[1:]
    try:
        import jpype
    except ImportError as error:
        print(f"skipped: {error}; scripts/bootstrap.sh installs JPype")
        return 77
    numpy = dlpack.numpy_or_none()
    if numpy is None:
        return 77
    jpype.startJVM(libjvm, *options, classpath=class_path.split(os.pathsep))
    jpype.JPackage("org").savantgst.Savant.init()
    for format, channels in FORMATS.items():
        to_numpy(jpype, numpy, format, channels)
        print(f"{format} to numpy: {WIDTH * HEIGHT * channels} elements are right")
    for channels in (1, 3, 4):
        from_numpy(jpype, numpy, channels)
        print(f"{channels} channel(s) from numpy: all elements are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
