"""An e-mail address never becomes an id: not on the log, not in a report, not in a refusal."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands

ADDRESS = re.compile(r"(?i)(ann|bob|eve)[\w.+-]*@[\w.-]+")
SALT = "a secret of this shop"
OWN = "when,who,what,sku\n2026-01-01T10:00:00Z,{},view,boots\n"


def hashed(address, salt=""):
    key = hashlib.sha256(salt.encode()).hexdigest()
    return "e-" + hashlib.sha256(f"{key}:{address}".encode()).hexdigest()[:32]


def shopify(*emails):
    rows = [
        f"#{n},{email},paid,EUR,2026-01-0{n} 10:00:00 +0000,1,Boots,89.90,b1,"
        for n, email in enumerate(emails, start=1)
    ]
    header = (
        "Name,Email,Financial Status,Currency,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem sku,Cancelled at"
    )
    return "\n".join([header, *rows]) + "\n"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEADWATER_ID_SALT", raising=False)
    (tmp_path / "orders.csv").write_text(shopify("Ann@Shop.com", "ann@shop.com", "bob+x@shop.de"))
    (tmp_path / "salt").write_text(f"{SALT}\n")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(commands, list(map(str, arguments)))


def ids(data_dir):
    """Return the ids of visitors as an export shows them."""
    ended = run("export", "events", "--data-dir", data_dir, "--out", f"{data_dir}.csv")
    assert ended.exit_code == 0, ended.output
    text = Path(f"{data_dir}.csv").read_text(encoding="utf-8")
    assert not ADDRESS.search(text)
    return set(re.findall(r"e-[0-9a-f]{32}", text))


def test_an_order_of_a_guest_has_a_hash_that_a_later_export_repeats(shop):
    first = run("import", "--events", "orders.csv", "--data-dir", "data")
    assert first.exit_code == 0, first.output
    assert "e-mail addresses are ids as hashes, 2 of them; who has the log" in first.output
    assert not ADDRESS.search(first.output)
    assert ids("data") == {hashed("ann@shop.com"), hashed("bob+x@shop.de")}
    grown = shopify("Ann@Shop.com", "ann@shop.com", "bob+x@shop.de", "eve@shop.de")
    (shop / "orders.csv").write_text(grown)
    again = run("import", "--events", "orders.csv", "--data-dir", "data")
    assert "1 events written, 3 existed already" in again.output


def test_a_salt_gives_other_ids_and_is_itself_never_shown(shop, monkeypatch):
    with_flag = run("import", "--events", "orders.csv", "--data-dir", "a", "--id-salt", "@salt")
    monkeypatch.setenv("HEADWATER_ID_SALT", "@salt")
    with_variable = run("import", "--events", "orders.csv", "--data-dir", "b")
    for ended, data_dir in ((with_flag, "a"), (with_variable, "b")):
        assert ended.exit_code == 0, ended.output
        assert SALT not in ended.output
        assert "they stay the same as long as --id-salt does" in ended.output
        assert ids(data_dir) == {hashed("ann@shop.com", SALT), hashed("bob+x@shop.de", SALT)}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--id-salt", "in the clear, and long"), "--id-salt: write @FILE"),
        (("--id-salt", "@nowhere"), "--id-salt @nowhere: No such file"),
        (("--id-salt", "@short"), "--id-salt @short: shorter than 16 characters"),
        (("--emails", "maybe"), "--emails maybe: write hash or keep"),
    ],
)
def test_a_flag_that_cannot_be_used_is_refused(shop, flags, said):
    (shop / "short").write_text("abc")
    ended = run("import", "--check", "--events", "orders.csv", *flags)
    assert (ended.exit_code, said in ended.output) == (2, True), ended.output
    assert "in the clear, and" not in ended.output


@pytest.mark.parametrize(
    ("header", "flags", "noted"),
    [
        ("customer_email", (), "e-mail addresses are ids as hashes, 1 of them"),
        ("who", ("--emails", "hash"), "e-mail addresses are ids as hashes, 1 of them"),
        ("who", (), "ids look like e-mail addresses and are kept as they are; --emails hash"),
        ("who", ("--emails", "keep"), ""),
    ],
)
def test_a_column_of_an_unknown_file(shop, header, flags, noted):
    (shop / "own.csv").write_text(OWN.format("ann@shop.com").replace("who", header))
    columns = {"event_time": "when", "user_id": header, "event_type": "what", "item_id": "sku"}
    given = [f"--column={ours}={theirs}" for ours, theirs in columns.items()]
    ended = run("import", "--check", "--events", "own.csv", *given, *flags)
    assert ended.exit_code == 0, ended.output
    assert (noted or "times:") in ended.output
    assert ("e-mail" in ended.output) == bool(noted)
    assert not ADDRESS.search(ended.output)


def test_a_refusal_and_a_proposed_mapping_show_no_address(shop):
    (shop / "bad.csv").write_text(
        "timestamp,user_id,item_id,event_type\n"
        "ann@shop.com,ann@shop.com,boots,view\n"
        "2026-01-01,bob@shop.de ,boots,view\n"
        "2026-01-01,bob@shop.de,boots,eve@shop.de\n"
    )
    ended = run("import", "--check", "--events", "bad.csv")
    assert ended.exit_code == 2
    assert not ADDRESS.search(ended.output)
    (shop / "own.csv").write_text("when,event,client\n2026-01-01,ann@shop.com,bob@shop.de\n")
    guessed = run("import", "--guess", "own.csv")
    assert guessed.exit_code == 0, guessed.output
    assert not ADDRESS.search(guessed.output)


def test_the_address_of_an_account_is_its_hash_and_no_feature(shop):
    (shop / "users.csv").write_text("user_id,email,segment\n7,ann@shop.com,vip\n")
    files = ("--events", "orders.csv", "--users", "users.csv")
    ended = run("import", *files, "--data-dir", "data")
    assert ended.exit_code == 0, ended.output
    ended = run("export", "users", "--data-dir", "data", "--out", "users.out.csv")
    assert ended.exit_code == 0, ended.output
    text = (shop / "users.out.csv").read_text()
    assert "vip" in text
    assert not ADDRESS.search(text)
