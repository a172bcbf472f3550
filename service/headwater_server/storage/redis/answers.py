"""What a store's error replies mean, each in one line with its fix.

No text contains an address, a password or anything else that callers may not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from headwater_server.errors import NotPermitted, StoreAnswered, StoreRefused, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Reason:
    """The text, and the class of the error to raise: `StoreRefused` if waiting does not help."""

    text: str
    kind: type[StoreUnavailable] = StoreUnavailable

    def error(self) -> StoreUnavailable:
        """Return the error to raise."""
        return self.kind(self.text)


def answered(text: str) -> Reason | None:
    """Return the reason that a store's error reply gives.

    >>> answered("READONLY You can't write against a read only replica.").text[:34]
    'the store is a read-only replica ('
    """
    if re.search(r"executing the script can't|ACL failure in script", text):
        return Reason(rights(text), NotPermitted)
    return next((said for pattern, said in _ANSWERS if re.search(pattern, text, re.DOTALL)), None)


def rights(text: str) -> str:
    """Name the command or the keys, and the line that gives the right."""
    command = re.search(r"run the '([^']+)'", text)
    if command:
        name = command[1].replace("|", " ")
        what, grant = f"run {name.upper()}", f"+{command[1]}"
    elif "key" in text:
        what, grant = "use the keys hw:*", "~hw:*"
    else:
        what, grant = "run all commands that Headwater needs", "+@all -@dangerous +info"
    fix = f"run `ACL SETUSER NAME {grant}` on the store"
    return f"the user of redis_url may not {what} (NOPERM): {fix}"


# what the answer contains, and the reason. redis-py removes the code at the start of some answers
_ANSWERS: tuple[tuple[str, Reason], ...] = (
    (
        r"^NOAUTH|Authentication required",
        Reason(
            "the store requires a password (NOAUTH), and redis_url has none: write "
            "redis://:PASSWORD@host:6379/0, or redis://USER:PASSWORD@host:6379/0 for an ACL user",
            StoreRefused,
        ),
    ),
    (
        r"without any password configured|no password is set",
        Reason(
            "redis_url has a password, and the store has none for the default user: remove it from "
            "redis_url, or set requirepass on the store",
            StoreRefused,
        ),
    ),
    (
        r"^WRONGPASS|invalid username-password|invalid password|Invalid Username or Password",
        Reason(
            "the store refuses the user name or the password of redis_url (WRONGPASS): correct "
            "them, or enable the user with `ACL SETUSER NAME on >PASSWORD`",
            StoreRefused,
        ),
    ),
    (
        r"DB index is out of range|Invalid Database|invalid DB index|SELECT is not allowed",
        Reason(
            "the store has no database with the number in redis_url: end it with /0, or raise "
            "`databases` in the store's configuration",
            StoreRefused,
        ),
    ),
    (
        r"^DENIED|protected mode",
        Reason(
            "the store is in protected mode and accepts only its own machine (DENIED): set a "
            "password on it (requirepass), and write it into redis_url",
            StoreRefused,
        ),
    ),
    (
        r"^MISCONF.*(No space left|ENOSPC|disk is full)",
        Reason(
            "the store cannot write to its disk, and refuses writes (MISCONF: no space left): free "
            "space on the store's disk; it goes on by itself"
        ),
    ),
    (
        r"^MISCONF.*(AOF|append)",
        Reason(
            "the store cannot write its append-only file, and refuses writes (MISCONF): check the "
            "space and the rights of its directory; it goes on by itself"
        ),
    ),
    (
        r"^MISCONF",
        Reason(
            "the store cannot save its RDB file, and refuses writes (MISCONF): check the space and "
            "the rights of its directory, or run `CONFIG SET stop-writes-on-bgsave-error no` on "
            "it: Headwater needs only its append-only file"
        ),
    ),
    (
        r"^WRONGTYPE|wrong kind of value",
        Reason(
            "a key hw:* of this catalogue has another type than it must have (WRONGTYPE): another "
            "program wrote it; find it with `TYPE`, and name another database or catalogue",
            StoreAnswered,  # sources and sinks have words of their own
        ),
    ),
    (
        r"^LOADING|is loading the dataset",
        Reason(
            "the store is loading its data (LOADING), and accepts no commands before it is done"
        ),
    ),
    (
        r"^READONLY|read only replica",
        Reason(
            "the store is a read-only replica (READONLY), and Headwater must write to its store: "
            "set redis_url to the primary, or promote this one (`REPLICAOF NO ONE`)",
            StoreRefused,
        ),
    ),
    (
        r"^MASTERDOWN|MASTER is down|master is down",
        Reason(
            "the store is a replica without its primary (MASTERDOWN): set redis_url to the primary"
        ),
    ),
    (
        r"^CLUSTERDOWN|Hash slot not served|cluster is down",
        Reason(
            "the store is a cluster that does not serve the slot of this catalogue (CLUSTERDOWN): "
            "`CLUSTER INFO` on it says why"
        ),
    ),
    (
        r"^NOREPLICAS|Not enough good replicas",
        Reason(
            "the store has fewer good replicas than its min-replicas-to-write (NOREPLICAS): "
            "connect them, or lower that number"
        ),
    ),
    (
        r"^(TRYAGAIN|MOVED|ASK) ",
        Reason("the store moves the keys of this catalogue between the nodes of a cluster (MOVED)"),
    ),
    (
        r"^UNBLOCKED",
        Reason("the store became a replica (UNBLOCKED): a failover is under way"),
    ),
    (
        r"^CROSSSLOT|access keys of different hash slots",
        Reason(
            "the store is a cluster that sees our keys in several slots (CROSSSLOT): its proxy "
            "ignores hash tags; connect to the cluster itself (redis+cluster://…)",
            StoreRefused,
        ),
    ),
    (
        r"^BUSY ",
        Reason("the store runs a script of somebody else (BUSY): `SCRIPT KILL` on it ends it"),
    ),
    (
        r"max number of clients",
        Reason(
            "the store has its maximum number of clients: raise its maxclients, or close other "
            "connections"
        ),
    ),
)
