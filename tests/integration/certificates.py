"""Certificates of an authority of the test's own, made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


class Authority:
    """Signs certificates; ``ca`` is its own certificate, for those who trust it."""

    def __init__(self, path: Path, name: str) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("no openssl on the PATH: certificates cannot be made")
        self._path = path
        self.ca, self._ca_key = path / f"{name}.pem", path / f"{name}.key"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-keyout", self._ca_key, "-out", self.ca,
        )  # fmt: skip

    def sign(self, name: str) -> tuple[Path, Path]:
        """Return a certificate for ``name``, a host or a caller, and its key."""
        certificate, key = self._path / f"{name}.pem", self._path / f"{name}.key"
        self._openssl(
            "req", "-x509", "-CA", self.ca, "-CAkey", self._ca_key, "-newkey", "ec",
            "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE",
            "-keyout", key, "-out", certificate,
        )  # fmt: skip
        return certificate, key

    def _openssl(self, *arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
