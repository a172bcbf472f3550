"""A traceback in the log names files and lines, never the values of variables."""

from __future__ import annotations

import pytest
import structlog

from headwater_server.observability.logging import set_up_logging


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_value_of_a_variable_is_logged(form, capsys):
    before = structlog.get_config()
    structlog.reset_defaults()
    set_up_logging("info", form)
    try:
        _fail("s3" + "cret")
    except ValueError:
        structlog.get_logger("test").exception("it failed")
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert "it failed" in said
    assert "ValueError" in said
    assert "_fail" in said
    assert "s3cret" not in said


def _fail(value: str) -> None:
    kept = [value]
    raise ValueError(len(kept))
