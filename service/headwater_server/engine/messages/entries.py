"""The entries of the log. One entry is one append; only applying entries changes the engine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from headwater_server.engine.messages.events import ContextValue, Event
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.engine.messages.quick_value import quick_value
from headwater_server.engine.messages.rules import RuleOperation
from headwater_server.engine.settings import EngineSettings


@quick_value
class Item:
    """A product of the catalogue. Times are milliseconds since 1970; 0 is "not set".

    Items with the same ``group_id`` are variants of one product.
    """

    item_id: str
    title: str = ""
    categories: tuple[str, ...] = ()
    price: float | None = None
    currency_code: str = ""
    available: bool = True
    tags: tuple[str, ...] = ()
    features: tuple[tuple[str, ContextValue], ...] = ()
    publish_time_ms: int = 0
    expire_time_ms: int = 0
    image_uri: str = ""
    uri: str = ""
    group_id: str = ""


@dataclass(frozen=True, slots=True)
class ItemWrite:
    """Put ``fields`` of ``item`` into the catalogue; an older ``set_time_ms`` never wins.

    Empty ``fields`` writes them all. ``set_time_ms`` None means the entry's own time.
    """

    item: Item
    fields: tuple[str, ...] = ()
    set_time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ItemDelete:
    """Remove an item from the catalogue and all lists, until it is written again.

    The models keep what they learned of it for that case. A delete that is older than the
    catalogue's data does nothing. ``who`` deleted it, "" if that is not known.
    """

    item_id: str
    set_time_ms: int | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class UserWrite:
    """Put ``fields`` (names of features; empty: all given ones) of an account's features.

    Field by field, an older ``set_time_ms`` never wins; None means the entry's own time. A field
    that is named but not among ``features`` is removed.
    """

    user_id: str
    features: tuple[tuple[str, ContextValue], ...] = ()
    fields: tuple[str, ...] = ()
    set_time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class UserErase:
    """Forget an account, and the anonymous part of visitors: everything except learned weights.

    ``visitor_ids`` names the visitors that were linked to the account as well, so that the log can
    be rewritten without their events from this entry alone. ``who`` erased them, "" if that is not
    known.
    """

    user_id: str = ""
    visitor_ids: tuple[str, ...] = ()
    who: str = ""


@dataclass(frozen=True, slots=True)
class VisitorUnlink:
    """End a visitor's link to an account, as of the entry's time; nothing else changes."""

    visitor_id: str


@dataclass(frozen=True, slots=True)
class ErasedEvent:
    """What a rewritten log keeps of an erased person's event: hashes, so that no retry is learned.

    ``id_hash`` and ``content_hash`` are 16 bytes each; neither names a person.
    """

    id_hash: bytes
    content_hash: bytes
    from_page: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Changes nothing: a place on the log at which replicas compare their digests."""

    mark_id: str


@dataclass(frozen=True, slots=True)
class AcknowledgedLost:
    """Changes nothing: what was acknowledged, and is not on the log any more.

    The entries from ``first_sequence`` to ``last_sequence`` were lost in a failover of the store.
    ``event_ids`` are those that no later entry has; ``other_operations`` counts writes without an
    id. ``is_partial``: more was lost than ``who`` remembers.
    """

    first_sequence: int
    last_sequence: int
    first_offset: str = ""
    last_offset: str = ""
    event_ids: tuple[str, ...] = ()
    other_operations: int = 0
    is_partial: bool = False
    who: str = ""


REPLAY_BEGINS = "replay begins"


@dataclass(frozen=True, slots=True)
class QuarantineChange:
    """Changes nothing: ``who`` did a ``"replay"`` or ``"drop"`` of events in the quarantine.

    Before a replay there is one with ``REPLAY_BEGINS``, in case that its end is not noted.
    ``learned``: those of them that left it because they were learned, now or before.
    """

    who: str
    action: str
    events: int
    learned: int = 0


@dataclass(frozen=True, slots=True)
class KeyChange:
    """From here on these API keys open the servers; with an ``action``: one on the keys of tokens.

    ``keys`` are texts without the keys, see `api.access.key_texts`. It is for the audit log.
    """

    who: str
    keys: tuple[str, ...] = ()
    action: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """No server takes this session any more; at ``until_ms`` it would have ended by itself."""

    session_id: str
    until_ms: int
    who: str = ""


@dataclass(frozen=True, slots=True)
class SourceAdvance:
    """Move the position of one partition of a source; what was read there follows in the entry.

    The ``operations`` that follow directly are what the ``messages`` between the positions
    ``before`` and ``after`` hold. They are applied only if ``before`` is the position that the
    state has ("": none), so that nothing counts twice, also if two servers read. ``missed``:
    messages that the source had deleted before they were read.
    """

    source: str
    partition: str
    before: str
    after: str
    operations: int = 0
    messages: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """From this entry on ``settings`` are in force, on every replica; ``who`` set them.

    With ``given``, only the settings of these names change, so that two who change different ones
    at the same time do not undo each other's change.
    """

    settings: EngineSettings
    who: str = ""
    given: tuple[str, ...] = ()

    def over(self, present: EngineSettings) -> EngineSettings:
        """Return the present settings with those that it changes.

        >>> change = SettingsChange(EngineSettings(seed=7, items_max=9), given=("seed",))
        >>> found = change.over(EngineSettings(visitors_max=5))
        >>> found.seed, found.visitors_max, found.items_max == EngineSettings().items_max
        (7, 5, True)
        """
        if not self.given:
            return self.settings
        return replace(present, **{name: getattr(self.settings, name) for name in self.given})


@dataclass(frozen=True, slots=True)
class Build:
    """From this entry on, servers of this build answer; another one may answer otherwise.

    ``version`` is the package's, ``state_version`` the engine's, ``river`` River's.
    """

    version: str
    state_version: int
    river: str = ""


Operation = (
    Event
    | ItemWrite
    | ItemDelete
    | UserWrite
    | UserErase
    | VisitorUnlink
    | ErasedEvent
    | Mark
    | AcknowledgedLost
    | QuarantineChange
    | KeyChange
    | SessionEnd
    | SourceAdvance
    | SettingsChange
    | Build
    | PolicyOperation
    | RuleOperation
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch of operations, put on the log at once.

    ``time_ms`` drives the engine's clock, except for an import (``imported``), where each
    event's own time does, so that the size of the batches changes nothing. ``checked``: the
    firewall passed its events under exactly these settings, in this process; so it need not look
    again under the same.
    """

    time_ms: int
    operations: tuple[Operation, ...]
    imported: bool = False
    checked: EngineSettings | None = field(default=None, compare=False, repr=False)
