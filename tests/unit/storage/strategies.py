"""Any operation that the log can hold."""

from __future__ import annotations

from hypothesis import strategies as st

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.entries import (
    AcknowledgedLost,
    Build,
    ErasedEvent,
    Item,
    ItemDelete,
    ItemWrite,
    KeyChange,
    Mark,
    QuarantineChange,
    SessionEnd,
    SettingsChange,
    SourceAdvance,
    UserErase,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    GuardRail,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.settings import EngineSettings

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
number = st.floats(allow_nan=False)
revisions = st.none() | st.integers(0, 2**40)
whole = st.integers(-(2**63), 2**63 - 1)
features = st.lists(st.tuples(text, text | number), max_size=3).map(tuple)
texts = st.lists(text, max_size=3).map(tuple)

event_items = st.builds(EventItem, text, number, st.none() | number, text)
small = st.integers(0, 2**32 - 1)
questions = st.builds(
    Question, small, texts, texts, texts, text, text, st.booleans(), text, text, features
)
slates = st.builds(
    Slate,
    text,
    text,
    text,
    texts,
    st.lists(number, max_size=3).map(tuple),
    st.integers(0, 2**64 - 1),
    small,
    whole,
    st.lists(st.builds(Arm, text, text), max_size=2).map(tuple),
    st.none() | questions,
    st.booleans(),
    small,
)
events = st.builds(
    Event,
    event_id=text,
    event_type=text,
    visitor_id=text,
    user_id=text,
    session_id=text,
    items=st.lists(event_items, max_size=3).map(tuple),
    value=st.none() | number,
    event_time_ms=st.none() | whole,
    placement=text,
    position=whole,
    context=features,
    slate=st.none() | slates,
    fingerprint=st.binary(max_size=16),
    source=text,
)
items = st.builds(
    Item,
    item_id=text,
    title=text,
    categories=texts,
    price=st.none() | number,
    currency_code=text,
    available=st.booleans(),
    tags=texts,
    features=features,
    publish_time_ms=whole,
    expire_time_ms=whole,
    image_uri=text,
    uri=text,
    group_id=text,
)
item_writes = st.builds(ItemWrite, items, texts, st.none() | whole)
item_deletes = st.builds(ItemDelete, text, st.none() | whole)
user_writes = st.builds(UserWrite, text, features, texts, st.none() | whole)
settings_changes = st.integers(0, 9).map(lambda seed: SettingsChange(EngineSettings(seed=seed)))
user_erases = st.builds(UserErase, text, texts)
marks = st.builds(Mark, text)
_counts = st.integers(0, 2**63 - 1)
losses = st.builds(
    AcknowledgedLost,
    _counts,
    _counts,
    text,
    text,
    texts,
    st.integers(0, 2**31 - 1),
    st.booleans(),
    text,
)
_few = st.integers(0, 2**31 - 1)
advances = st.builds(SourceAdvance, text, text, text, text, _few, _few, _counts)
visitor_unlinks = st.builds(VisitorUnlink, text)
hashes = st.binary(min_size=16, max_size=16)
erased_events = st.builds(ErasedEvent, hashes, hashes, st.booleans())
builds = st.builds(Build, text, small, text)
experiments = st.builds(
    Experiment,
    text,
    st.lists(st.builds(ExperimentArm, text, text, number), max_size=3).map(tuple),
    layer=text,
    salt=text,
    unit=text,
    placements=texts,
    share=number,
    primary=st.builds(Primary, text, number, text),
    guard_rails=st.lists(st.builds(GuardRail, text, number), max_size=2).map(tuple),
    level=number,
    visitors_planned=whole,
    visitors_max=whole,
    start_time_ms=whole,
    end_time_ms=whole,
    currency_code=text,
    auto_promote=st.booleans(),
)
policy_operations = (
    st.builds(PolicyWrite, text, text, text)
    | st.builds(PolicyPromote, text, text, text, text, text, text)
    | st.builds(PolicyRollback, text, text, text)
    | st.builds(ExperimentWrite, experiments, text)
    | st.builds(ExperimentStop, text, text, text, text)
    | st.builds(RuleWrite, text, text, text, text, revisions, revisions)
    | st.builds(RuleDelete, text, text, text, revisions, st.booleans(), revisions)
)
key_changes = st.builds(KeyChange, text, st.lists(text, max_size=3).map(tuple), text, text)
session_ends = st.builds(SessionEnd, text, st.integers(0, 2**62), text)
counts = st.integers(0, 2**32 - 1)
kinds = (
    events | item_writes | item_deletes | user_writes | user_erases | visitor_unlinks
    | erased_events | marks | losses | advances | settings_changes | builds | policy_operations
    | st.builds(QuarantineChange, text, text, counts, counts) | key_changes | session_ends
)  # fmt: skip
operations = st.lists(kinds, max_size=4).map(tuple)
