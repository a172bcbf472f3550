"""What a compiled kernel depends on, as a digest: two kernels of one digest are one kernel.

numba compares only the kernel's own file when it decides whether a compiled kernel is still valid.
A kernel that calls one of another file would silently use the old one after an upgrade: another
state, another digest of the state. So a kernel's digest covers its file, the values of the file's
globals, and the digests of the kernels among them, which cover their own in turn. Nothing in it
depends on where the files are, so equal sources share their compiled kernels.

A digest is taken where the kernel is defined. Two rules make it complete, and the tests hold the
kernels to them: a kernel calls only kernels; and what it uses besides the kernels of its own file
is bound above the first of these, as imports are.
"""

from __future__ import annotations

import enum
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.registry import CPUDispatcher

from headwater_server.models.kernel_cache.target import describe

_PACKAGE = Path(__file__).parents[2]
_OURS = _PACKAGE.name
_CONSTANTS = (bool, int, float, complex, str, bytes, np.generic, np.dtype)
_TUPLE_CLASS = re.compile(rb"^class \w+\(NamedTuple\):\n(?:[ \t].*\n|\n)+", re.MULTILINE)
_OF_CACHE = "NUMBA_CACHE"
_HELD = _PACKAGE / "models" / "held.py"

_known: dict[Callable[..., Any], bytes] = {}


def digest_of(kernel: Callable[..., Any]) -> bytes:
    """Return the digest of ``kernel``, a function as written, at its definition; 16 bytes."""
    if kernel not in _known:
        summing = hashlib.blake2b(_common(), digest_size=16)
        summing.update(_file(kernel.__code__.co_filename))
        summing.update(f"{kernel.__module__}.{kernel.__qualname__}".encode())
        summing.update(_globals(kernel.__globals__))
        _known[kernel] = summing.digest()
    return _known[kernel]


def defined() -> list[tuple[str, bytes]]:
    """Return the module and the digest of each kernel that is defined so far."""
    return [(kernel.__module__, digest) for kernel, digest in list(_known.items())]


@cache
def _file(path: str) -> bytes:
    return hashlib.blake2b(Path(path).read_bytes()).digest()


@cache
def _common() -> bytes:
    """Return what every kernel depends on: compiler, settings, processor, and named tuples.

    A kernel reads a field of a named tuple by its place, and numba's cache compares such types by
    their names only. How it reads the fields of what is held is in a file that it does not name.
    """
    versions = [module.__version__ for module in (numba, llvmlite, np)]
    settings = sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if name.startswith("NUMBA_") and not name.startswith(_OF_CACHE)
    )
    vectors = numba.config.USING_SVML  # type: ignore[attr-defined]  # set by name
    summing = hashlib.blake2b(repr((versions, settings, describe(), vectors)).encode())
    summing.update(_HELD.read_bytes())
    for folder in ("engine", "models"):
        for source in sorted((_PACKAGE / folder).rglob("*.py")):
            for named_tuple in _TUPLE_CLASS.findall(source.read_bytes()):
                summing.update(named_tuple)
    return summing.digest()


def _globals(names: dict[str, Any]) -> bytes:
    summing = hashlib.blake2b()
    for name in sorted(names):
        if not name.startswith("__"):
            for part in _parts(names[name]):
                summing.update(name.encode() + b"\0" + part + b"\0")
    return summing.digest()


def _parts(value: object) -> Iterator[bytes]:
    """Yield what kernels can use of a global value; nothing for what they cannot."""
    if isinstance(value, CPUDispatcher):
        yield digest_of(value.py_func)
    elif isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] == _OURS:
            yield _module(value)
    elif isinstance(value, type) and issubclass(value, enum.Enum):
        yield repr([(member.name, member.value) for member in value]).encode()
    elif isinstance(value, tuple):
        yield from (part for one in value for part in _parts(one))
    elif isinstance(value, np.ndarray):
        yield repr((value.dtype, value.shape)).encode() + value.tobytes()
    elif isinstance(value, _CONSTANTS):
        yield repr((type(value), value)).encode()


@cache
def _module(module: ModuleType) -> bytes:
    own = _file(str(module.__file__))
    return hashlib.blake2b(own + _globals(vars(module))).digest()
