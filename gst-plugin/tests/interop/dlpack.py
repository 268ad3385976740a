# SPDX-License-Identifier: Apache-2.0
"""What Python needs of a DLManagedTensorVersioned: its fields, its elements,
a count of its deleter's calls, and numpy's array of it."""

import ctypes


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Managed(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    ]


class Counted:
    """Puts itself in front of the deleter of a tensor and counts its calls."""

    def __init__(self, address):
        self.address = address
        self.calls = []
        self.managed = Managed.from_address(address)
        original = DELETER(self.managed.deleter)

        def delete(tensor):
            self.calls.append(tensor)
            original(tensor)

        self.callback = DELETER(delete)
        self.managed.deleter = ctypes.cast(self.callback, ctypes.c_void_p).value

    def check_called_once(self):
        assert self.calls == [self.address], self.calls


def elements(address):
    """(row, column, channel, value) of every element, by shape and strides."""
    tensor = Managed.from_address(address).tensor
    assert (tensor.code, tensor.bits, tensor.lanes) == (1, 8, 1)
    assert tensor.ndim == 3
    height, width, channels = tensor.shape[:3]
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                at = sum(i * s for i, s in zip((y, x, c), tensor.strides[:3]))
                yield y, x, c, ctypes.c_uint8.from_address(
                    tensor.data + tensor.byte_offset + at
                ).value


class Capsule:
    """An object with __dlpack__, as numpy.from_dlpack wants it."""

    def __init__(self, address):
        self.address = address

    def __dlpack_device__(self):
        tensor = Managed.from_address(self.address).tensor
        return tensor.device_type, tensor.device_id

    def __dlpack__(self, **_):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype = ctypes.py_object
        new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(self.address, b"dltensor_versioned", None)


def numpy_or_none():
    """numpy if it knows dltensor_versioned, else None and a printed reason."""
    try:
        import numpy
    except ImportError as error:
        print(f"skipped: {error}; scripts/bootstrap.sh installs numpy")
        return None
    if tuple(int(n) for n in numpy.__version__.split(".")[:2]) < (2, 1):
        print(f"skipped: numpy {numpy.__version__} is older than 2.1")
        return None
    return numpy
