"""Values of flags that cannot be: refused before a file is opened, with the flag's name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater_server.cli.reading.flags import Reading


def check_values(files: Reading) -> None:
    """Refuse flags that say nothing, or what does not exist. Raises `BadSettings`."""
    from headwater_server.settings_checks import BadSettings

    for flag in files.empty:
        raise BadSettings(f"--{flag} is empty: give a value, or leave the flag out")
    scale = files.scale
    if scale is not None and not (math.isfinite(scale) and scale > 0):
        raise BadSettings(f"--scale {scale:g}: give the highest rating, a number above 0")
    if problem := _zone_problem(files.time_zone):
        raise BadSettings(f"--time-zone {files.time_zone}: {problem}")
    if problem := _format_problem(files.time_format):
        raise BadSettings(f"--time-format {files.time_format}: {problem}")


def _zone_problem(zone: str) -> str:
    from headwater_server.reading.times import BadTimeFormat, TimeFormat

    try:
        TimeFormat(zone=zone)
    except BadTimeFormat as error:
        return str(error)
    return ""


def _format_problem(form: str) -> str:
    from headwater_server.reading.extra import has_extra
    from headwater_server.reading.times import format_problem

    return format_problem(form) if form and has_extra() else ""
