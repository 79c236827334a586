"""What a process that runs other people's queries may not do: use much memory, run long, reach another machine."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_CALL_AT, _MACHINE_AT = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""By machine: the kernel's number of it, and of the call ``socket``."""
_IO_URING_SETUP = 425
_FOREIGN_CALLS = 0x40000000
"""From this number on, x86-64 counts the calls of another convention."""


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("then", ctypes.c_uint8), ("else_", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def limit_memory(size: int) -> None:
    """Let this process have no more address space than that; without effect on Windows."""
    try:
        import resource
    except ImportError:
        return
    for kind, wanted in ((resource.RLIMIT_AS, size), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(kind)
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(kind, (limit, limit))


def arm(seconds: float) -> None:
    """End this process after a time, whatever it does then; 0 takes that back. Without effect on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def can_cut_network() -> bool:
    """Tell whether ``cut_network`` can do it here: on Linux on x86-64 and ARM64."""
    return sys.platform == "linux" and sys.maxsize > 2**32 and os.uname().machine in _SOCKET


def cut_network() -> bool:
    """Have the kernel refuse this process, and all threads that it starts from now on, every new socket, for good.

    Returns:
        Whether it does; a kernel may be built without seccomp.
    """
    if not can_cut_network():
        return False
    machine, socket = _SOCKET[os.uname().machine]
    steps = (
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 0, 5, machine),
        (_LOAD, 0, 0, _CALL_AT),
        (_AT_LEAST, 3, 0, _FOREIGN_CALLS),
        (_EQUAL, 2, 0, socket),
        (_EQUAL, 1, 0, _IO_URING_SETUP),  # by which sockets can be had without the call
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    program = _Program(len(steps), (_Instruction * len(steps))(*(_Instruction(*step) for step in steps)))
    control = ctypes.CDLL(None, use_errno=True).prctl
    control.argtypes = (ctypes.c_int, *[ctypes.c_void_p] * 4)
    steps_done = (
        control(_NO_NEW_PRIVILEGES, 1, None, None, None),
        control(_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(program), None, None),
    )
    return steps_done == (0, 0)
