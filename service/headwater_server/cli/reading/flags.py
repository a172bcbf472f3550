"""The flags that say which files to read and how, for every command that reads a shop's files."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

if TYPE_CHECKING:
    from headwater_server.reading.asked import Asked
    from headwater_server.reading.mapping.options import Emails

Command = Callable[..., None]
PANEL = "Files"
SALT_CHARS_MIN = 16
KINDS = (
    "CSV with any columns and delimiter, JSON, Parquet, Excel, XML; also gz, zst, bz2, xz and zip, "
    "folders and patterns; may be repeated"
)


@dataclass(frozen=True)
class Reading:
    """What the flags say, as texts; `asked` checks them."""

    events: tuple[Path, ...]
    items: tuple[Path, ...] = ()
    users: tuple[Path, ...] = ()
    preset: str = ""
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    time_format: str = ""
    time_zone: str = ""
    time_zero: str = ""
    scale: float | None = None
    map_file: Path | None = None
    keep_variants: bool = False
    emails: str = ""
    id_salt: str = field(default="", repr=False)
    check: bool = False
    encoding: str = ""
    keep_last: bool = False
    empty: tuple[str, ...] = ()  # flags with an empty text

    def asked(self, limit: int | None = None) -> Asked:
        """Return what to read. Raises `BadSettings` for a flag that cannot be read."""
        from headwater_server.cli.reading.flag_values import check_values
        from headwater_server.reading.asked import Asked
        from headwater_server.reading.mapping.options import MappingOptions

        check_values(self)
        options = MappingOptions(
            preset=self.preset,
            columns=pairs("--column", self.columns, "OURS=THEIRS", "visitor_id=clientId"),
            types=self.type_names,
            time_format=self.time_format,
            time_zone=self.time_zone,
            time_zero=self.time_zero,
            scale=self.scale,
            map_file=self.map_file,
            variants="keep" if self.keep_variants else "fold",
            emails=self._emails(),
            id_salt=salt(self.id_salt),
            encoding=encoding(self.encoding),
            keep_last=self.keep_last,
        )
        return Asked(self.events, self.items, self.users, options, limit)

    def _emails(self) -> Emails:
        if self.emails in {"", "hash", "keep"}:
            return cast("Emails", self.emails)
        from headwater_server.settings_checks import BadSettings

        raise BadSettings(f"--emails {self.emails}: write hash or keep")

    @property
    def type_names(self) -> dict[str, str]:
        """Our event type for each of theirs. Raises `BadSettings`."""
        form, example = "THEIRS=OURS", "read=detail-page-view"
        return pairs("--type", self.types, form, example, may_be_empty=True)


def pairs(
    flag: str, given: Iterable[str], form: str, example: str, *, may_be_empty: bool = False
) -> dict[str, str]:
    """Return the pairs of a repeated flag. Raises `BadSettings`."""
    from headwater_server.settings_checks import BadSettings

    parts = [text.partition("=") for text in given]
    wrong = next(
        ("".join(part) for part in parts if not ((part[0] or may_be_empty) and part[1])), ""
    )
    if wrong:
        raise BadSettings(f"{flag} {wrong}: write {form}, such as {example}")
    return {left.strip(): right.strip() for left, _, right in parts}


def encoding(given: str) -> str:
    """Return the encoding that Python knows under a name. Raises `BadSettings`.

    >>> encoding("Windows-1251"), encoding("")
    ('Windows-1251', '')
    """
    from headwater_server.settings_checks import BadSettings

    try:
        "".encode(given or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        text = "there is no such encoding; write one such as windows-1252, gb18030 or utf-8"
        raise BadSettings(f"--encoding {given}: {text}") from None
    return given


def salt(given: str) -> str:
    """Return the salt that a file holds. Raises `BadSettings`; the secret is in no message."""
    from headwater_server.settings_checks import BadSettings
    from headwater_server.settings_secrets import MARK, from_file

    if given and not given.startswith(MARK):
        raise BadSettings(
            "--id-salt: write @FILE, a file with a secret of 16 characters or more: the flags of a "
            "process can be seen by others"
        )
    try:
        secret = from_file("id_salt", given) if given else ""
    except ValueError as error:
        raise BadSettings(str(error).replace("id_salt = ", "--id-salt ")) from None
    if given and len(secret) < SALT_CHARS_MIN:
        raise BadSettings(f"--id-salt {given}: shorter than {SALT_CHARS_MIN} characters")
    return secret


def with_files(*, required: bool = True) -> Callable[[Command], Command]:
    """Give a command the flags of files, passed as ``files``: a `Reading`."""
    options = _options(required=required)

    def decorate(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True).parameters.values()

        def called(**values: Any) -> None:
            given = {name: values.pop(name, None) for name in options}
            command(**values, files=_reading(given))

        first = [options[name] for name in ("events", "items", "users")]
        rest = [one for one in options.values() if one not in first]
        kept = [p.replace(kind=p.KEYWORD_ONLY) for p in own if p.name != "files"]
        every = [*first, *kept, *rest]
        called.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        called.__annotations__ = {p.name: p.annotation for p in every}
        called.__name__, called.__doc__ = command.__name__, command.__doc__
        return called

    return decorate


def _reading(given: dict[str, Any]) -> Reading:
    preset = given["preset"] or ""
    empty = tuple(name.replace("_", "-") for name, value in given.items() if value == "")
    if given["format"] == "gorse":
        preset = preset or "gorse"
    return Reading(
        tuple(given["events"] or ()), tuple(given["items"] or ()), tuple(given["users"] or ()),
        preset, tuple(given["column"] or ()), tuple(given["type"] or ()),
        given["time_format"] or "", given["time_zone"] or "", given["time_zero"] or "",
        given["scale"], given["map"], bool(given["keep_variants"]), given["emails"] or "",
        given["id_salt"] or os.environ.get("HEADWATER_ID_SALT", ""), bool(given["check"]),
        given["encoding"] or "", bool(given["keep_last"]), empty,
    )  # fmt: skip


def _options(*, required: bool) -> dict[str, inspect.Parameter]:
    paths, texts = list[Path] | None, list[str] | None
    options = [
        _option("events", list[Path] if required else paths, f"events: {KINDS}",
                default=... if required else None, panel=None),
        _option("items", paths, f"items: {KINDS}", panel=None),
        _option("users", paths, "accounts with their features", panel=None),
        _option("preset", str | None, "the form of the files, such as ga4 or shopify "
                "(default: found by the names of the columns)"),
        _option("column", texts, "which of their columns is one of ours, such as "
                "visitor_id=clientId; may be repeated", metavar="OURS=THEIRS"),
        _option("type", texts, "the event type for one of theirs, such as pv=view; nothing after "
                "the = leaves its rows out, nothing before it is for rows without a type; may be "
                "repeated", metavar="THEIRS=OURS"),
        _option("time-format", str | None, "how times are written, such as '%d/%m/%Y %H:%M'"),
        _option("time-zone", str | None, "the zone of times without one, such as Europe/Berlin "
                "(default UTC)"),
        _option("time-zero", str | None, "the date that relative times count from"),
        _option("scale", float | None, "the highest rating, if it is not 5"),
        _option("map", Path | None, "a mapping of your own, as TOML (docs/import-presets.md)"),
        _option("keep-variants", bool, "keep each variant as an item (default: folded into its "
                "product)", default=False),
        _option("keep-last", bool, "of several rows of an item take the last one (default: equal "
                "rows are one, others are refused)", default=False),
        _option("emails", str | None, "hash: every ID that is an e-mail address becomes a hash; "
                "keep: none does (default: those of columns that are named so)"),
        _option("id-salt", str | None, "a file with a secret of your shop for these hashes; the "
                "same for every import (HEADWATER_ID_SALT)", metavar="@FILE"),
        _option("encoding", str | None, "the encoding of texts that are not UTF-8 (default "
                "windows-1252, if the whole file can be it)"),
        _option("check", bool, "read and report only; write nothing", default=False),
        _option("format", str | None, "gorse: the same as --preset gorse", hidden=True),
    ]  # fmt: skip
    return {one.name: one for one in options}


def _option(
    name: str,
    kind: Any,
    text: str,
    *,
    default: Any = None,
    metavar: str | None = None,
    panel: str | None = PANEL,
    hidden: bool = False,
) -> inspect.Parameter:
    option = typer.Option(
        default, f"--{name}", help=text, metavar=metavar, rich_help_panel=panel, hidden=hidden,
        show_default=False,
    )  # fmt: skip
    return inspect.Parameter(
        name.replace("-", "_"), inspect.Parameter.KEYWORD_ONLY, default=option, annotation=kind
    )
