"""Text columns built by Arrow kernels: no Python code runs per row."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_HEX = np.frombuffer(b"".join(b"%02x" % i for i in range(256)), dtype=np.uint8).reshape(256, 2)
_TWO = np.frombuffer(b"".join(b"%02d" % i for i in range(100)), dtype=np.uint8).reshape(100, 2)


def join(*parts) -> pa.Array:
    """Concatenate strings and string arrays, row by row."""
    return pc.binary_join_element_wise(*parts, "")


def pick(choices, index) -> pa.Array:
    """choices[index] as strings."""
    return pa.array(list(choices), pa.string()).take(pa.array(np.asarray(index)))


def when(mask, yes, no) -> pa.Array:
    """Row-wise choice between strings or string arrays."""
    return pc.if_else(pa.array(np.asarray(mask)), yes, no)


def number(values) -> pa.Array:
    """Integers or floats as JSON numbers; floats in their shortest form, as gateways write."""
    return pc.cast(pa.array(values), pa.string())


def _fixed(matrix: np.ndarray) -> pa.Array:
    """Rows of a uint8 matrix as strings of one width."""
    n, width = matrix.shape
    offsets = pa.py_buffer(np.arange(0, (n + 1) * width, width, dtype=np.int32).tobytes())
    return pa.StringArray.from_buffers(n, offsets, pa.py_buffer(np.ascontiguousarray(matrix)))


def hex_ids(rng: np.random.Generator, n: int, size: int) -> pa.Array:
    """Random ids of size bytes, as 2 * size hex digits."""
    raw = np.frombuffer(rng.bytes(n * size), dtype=np.uint8).reshape(n, size)
    return _fixed(_HEX[raw].reshape(n, 2 * size))


def clock(micros: np.ndarray) -> pa.Array:
    """Microseconds since midnight as HH:MM:SS.ffffff."""
    seconds, fraction = np.divmod(micros, 1_000_000)
    minutes, second = np.divmod(seconds, 60)
    hour, minute = np.divmod(minutes, 60)
    out = np.empty((len(micros), 15), dtype=np.uint8)
    out[:, 2] = out[:, 5] = ord(":")
    out[:, 8] = ord(".")
    out[:, 0:2], out[:, 3:5], out[:, 6:8] = _TWO[hour], _TWO[minute], _TWO[second]
    out[:, 9:11] = _TWO[fraction // 10_000]
    out[:, 11:13] = _TWO[fraction // 100 % 100]
    out[:, 13:15] = _TWO[fraction % 100]
    return _fixed(out)


def stamp(micros: np.ndarray) -> pa.Array:
    """Microseconds since the epoch as YYYY-MM-DD HH:MM:SS.ffffff, UTC."""
    return pc.cast(pa.array(micros, pa.timestamp("us")), pa.string())


def raw_bytes(array: pa.Array) -> memoryview:
    """All strings of an array, one after the other, without a copy."""
    if len(array) == 0:
        return memoryview(b"")
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)
    return memoryview(data)[bounds[array.offset] : bounds[array.offset + len(array)]]
