"""What a file is, by its first bytes; names and endings are not trusted."""

from __future__ import annotations

PACKED = {
    "gzip": b"\x1f\x8b",
    "zstd": b"\x28\xb5\x2f\xfd",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\x00",
}
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNKNOWN = {
    b"Obj\x01": ("an Avro file", "write it as Parquet, JSON lines or CSV"),
    b"ORC": ("an ORC file", "write it as Parquet, JSON lines or CSV"),
    b"SQLite format 3\x00": (
        "a SQLite database",
        "export the table: sqlite3 -header -csv FILE 'SELECT * FROM …'",
    ),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "unpack it first"),
    b"Rar!": ("a RAR archive", "unpack it first"),
    b"%PDF": ("a PDF", "export a table as CSV or Excel"),
    b"\x89HDF": ("an HDF5 file", "write it as Parquet or CSV"),
    b"ARROW1": ("an Arrow file", "write it as Parquet"),
    b"\x80\x04\x95": ("a Python pickle, which may run code", "write it as Parquet or CSV"),
    b"\x89PNG": ("a picture", "give a file of data"),
    b"\xff\xd8\xff": ("a picture", "give a file of data"),
    b"GIF8": ("a picture", "give a file of data"),
    b"PK\x05\x06": ("an empty zip archive", "give one with files in it"),
}


def kind_of(head: bytes) -> str:
    """Return gzip, zstd, bzip2, xz, zip, parquet, sheet or text.

    >>> kind_of(b"PAR1"), kind_of(b"timestamp,user_id")
    ('parquet', 'text')
    """
    for name, magic in PACKED.items():
        if head.startswith(magic):
            return name
    if head.startswith(ZIP):
        return "zip"
    if head.startswith(OLE):
        return "sheet"
    return "parquet" if head.startswith(PARQUET) else "text"


def refusal_of(head: bytes) -> str:
    """Return why a file of this beginning cannot be read, with the way out; "" if it may be text.

    >>> refusal_of(b"SQLite format 3" + bytes(1))
    "a SQLite database: export the table: sqlite3 -header -csv FILE 'SELECT * FROM …'"
    """
    for magic, (what, fix) in _UNKNOWN.items():
        if head.startswith(magic):
            return f"{what}: {fix}"
    start = head.lstrip(b" \t\r\n\xef\xbb\xbf")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page: it may be the page of a sign-in; download the file itself"
    if head[257:262] == b"ustar":
        return "a tar archive: unpack it first"
    return ""
