"""Tables of commands for people."""

from __future__ import annotations

from headwater_server.cli.experimenting.tables import show_table


def test_no_value_is_cut_off_on_a_narrow_screen(capsys, monkeypatch):
    """As in a pipe, or in a terminal of 80 columns: the figures of a report are wider."""
    monkeypatch.setenv("COLUMNS", "40")
    columns = [f"figure {n}" for n in range(9)]
    rows = [[f"{n:,.2f} (10.98 to 13.75)" for n in range(9)], ["[bold]"] * 9]
    show_table(columns, rows)
    shown = capsys.readouterr().out
    assert "…" not in shown
    for text in (*columns, *rows[0], "[bold]"):
        assert text in shown
    assert len(shown.splitlines()) == 4  # the head, a line, and one line for each row
