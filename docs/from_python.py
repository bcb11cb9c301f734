"""Trains through the C library from Python. Usage: python3 from_python.py path/to/libzonotope.so.0"""

import ctypes
import json
import sys

library = ctypes.CDLL(sys.argv[1])
library.zt_solve_json.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
library.zt_solve_json.restype = ctypes.c_int
library.zt_free.argtypes = [ctypes.c_void_p]
library.zt_free.restype = None


def solve(problem):
    """The result document of a problem (docs/problem-format.md); raises ValueError with the message."""
    text = json.dumps(problem).encode()
    result = ctypes.c_void_p()
    status = library.zt_solve_json(text, len(text), ctypes.byref(result))
    if not result.value:
        raise MemoryError
    document = json.loads(ctypes.string_at(result.value))
    library.zt_free(result)
    if status != 0:
        raise ValueError(document["error"])
    return document


answer = solve({
    "format": "zonotope-problem", "version": 1,
    "data": {"x": [[-1], [-0.5], [0.5], [1]], "y": [1, 0.4, 0.6, 1]},
    "model": {"kind": "two-layer", "inputBias": True},
    "loss": {"kind": "squared"}, "betaRatio": 0.01,
})
print(answer["status"], answer["certificate"]["scope"])
