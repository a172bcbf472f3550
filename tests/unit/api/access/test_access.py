"""What a key may do, as the settings spell it."""

import pytest

from headwater_server.api.access.access import check_accesses
from headwater_server.api.access.api_keys import Keys
from headwater_server.api.access.key_entries import accesses
from headwater_server.errors import Forbidden, Overloaded, Unauthenticated

BACKEND, PAGE, CONSOLE = "backend-key-0123456", "page-key-0123456789", "console-key-0123456"
CALLS = {
    "headwater.v1.RecommendationService/Recommend": {"page+", "backend", "console", "asking"},
    "headwater.v1.RecommendationService/ListTrendingItems": {
        "page+",
        "backend",
        "console",
        "asking",
    },
    "headwater.v1.FeedbackService/Feedback": {"page", "page+", "backend"},
    "headwater.v1.FeedbackService/StreamFeedback": {"backend"},
    "headwater.v1.CatalogService/UpsertItems": {"backend"},
    "headwater.v1.CatalogService/ListItems": {"backend", "console"},
    "headwater.v1.UserService/EraseUser": {"backend"},
    "headwater.v1.UserService/UnlinkVisitor": {"backend"},
    "headwater.v1.UserService/GetUser": {"backend", "console"},
    "headwater.v1.ModelService/GetModel": {"backend", "console"},
    "headwater.v1.ExperimentService/AssignArms": {
        "page+",
        "backend",
        "console",
        "asking",
        "analyst",
    },
    "headwater.v1.ExperimentService/GetExperimentReport": {"backend", "console", "analyst"},
    "headwater.v1.ExperimentService/ListPolicies": {"backend", "console", "analyst"},
    "headwater.v1.RuleService/PreviewRules": {"backend", "console", "editor"},
    "headwater.v1.RuleService/ListRules": {"backend", "console", "editor"},
    "headwater.v1.RuleService/UpsertRule": {"backend", "editor"},
    "headwater.v1.RuleService/DeleteRule": {"backend", "editor"},
    "headwater.v1.RuleService/RestoreRule": {"backend", "editor"},
    "headwater.v1.AuditService/ListAuditEntries": {"backend", "console"},
    **{
        f"headwater.v1.ExperimentService/{name}": {"backend", "analyst"}
        for name in (
            "UpsertPolicy",
            "PromotePolicy",
            "RollbackPolicy",
            "CreateExperiment",
            "StopExperiment",
        )
    },
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": {"backend", "console"},
}
WHO = {
    "backend": accesses(BACKEND, is_page=False),
    "console": accesses(f"{CONSOLE};scopes=read", is_page=False),
    "analyst": accesses("analyst-key-0123456;scopes=experiments", is_page=False),
    "editor": accesses("editor-key-01234567;scopes=rules", is_page=False),
    "asking": accesses("asking-key-01234567;scopes=recommend", is_page=False),
    "page": accesses(PAGE, is_page=True),
    "page+": accesses(f"{PAGE};scopes=feedback+recommend", is_page=True),
}


def sent(key):
    return [("x-other", "1"), ("authorization", f"Bearer {key}")]


@pytest.mark.parametrize("call", CALLS)
def test_each_call_is_open_to_those_whose_scope_it_is_in(call):
    may = {who for who, [access] in WHO.items() if access.allows(call)}
    assert may == CALLS[call]


def test_every_method_of_the_api_is_in_the_table_or_like_one_of_it():
    """A new service would be in no scope, and open to keys without any only."""
    from headwater_server.api.access.access import SCOPES
    from headwater_server.api.health import SERVICES

    services = {name.rpartition(".")[2] for name in SERVICES if name}
    assert services == set(SCOPES.values())


def test_a_wrong_key_a_narrow_key_and_a_busy_key_get_different_errors():
    narrow = f"{PAGE};calls_per_second=1"
    keys = Keys([*WHO["backend"], *accesses(narrow, is_page=True)])
    call = "headwater.v1.FeedbackService/Feedback"
    assert keys.check(sent(BACKEND), call).is_page is False
    assert keys.check(sent(PAGE), call).is_page is True
    with pytest.raises(Overloaded):
        keys.check(sent(PAGE), call)
    assert keys.check(sent(BACKEND), call)  # another key's rate is its own
    with pytest.raises(Forbidden, match="its scopes are feedback"):
        keys.check(sent(PAGE), "headwater.v1.CatalogService/UpsertItems")
    for metadata in (None, [], sent(PAGE + "x"), sent(""), [("authorization", b"Bearer x")]):
        with pytest.raises(Unauthenticated):
            keys.check(metadata, call)


def test_an_operators_page_takes_no_publishable_key():
    keys = Keys([*WHO["backend"], *WHO["page"]])
    assert keys.allows(f"Bearer {BACKEND}")
    assert not keys.allows(f"Bearer {PAGE}")
    assert not keys.allows("")


@pytest.mark.parametrize(
    ("text", "is_page", "problem"),
    [
        ("short", False, "16 to 128"),
        (f"{PAGE};scopes=catalog", True, "no scope 'catalog'"),
        (f"{PAGE};scopes=read", True, "no scope 'read'"),
        (f"{BACKEND};scopes=all", False, "no scope 'all'"),
        (f"{BACKEND};scope=read", False, "no option 'scope'"),
        (f"{BACKEND};{PAGE}", False, "no option like this"),
        (f"{BACKEND};scopes={PAGE}", False, "no scope like this"),
        (f"{BACKEND};scopes=read;scopes=users", False, "the option scopes twice"),
        (f"{BACKEND};name=", False, "no option 'name'"),
        (f"{BACKEND};name= ", False, "no option 'name'"),
        (f"{BACKEND};name=anna<b>", False, "a key's name is 1 to 64"),
        (f"{BACKEND};name={'a' * 65}", False, "a key's name is 1 to 64"),
        (f"{BACKEND};name=Zoë", False, "a key's name is 1 to 64"),
        (f"{BACKEND};name={BACKEND}", False, "is part of the key"),
        (f"{BACKEND};name={BACKEND[:9]}", False, "is part of the key"),
        (f"{BACKEND};scopes", False, "no option 'scopes'"),
        (f"{BACKEND};calls_per_second=0", False, "greater than 0"),
        (f"{BACKEND};calls_per_second=nan", False, "greater than 0"),
        (f"{BACKEND};calls_per_second=many", False, "greater than 0"),
    ],
)
def test_what_cannot_be_says_the_fix_and_not_the_key(text, is_page, problem):
    with pytest.raises(ValueError, match=problem) as caught:
        accesses(text, is_page=is_page)
    assert BACKEND not in str(caught.value)
    assert PAGE not in str(caught.value)


@pytest.mark.parametrize("name", ["anna", "a", "anna@shop.example", "night import 2", "a" * 64])
def test_a_key_may_have_a_name(name):
    [named] = accesses(f"{BACKEND}; name = {name} ;scopes=read", is_page=False)
    assert (named.name, named.scopes, named.key) == (name, {"read"}, BACKEND.encode())
    assert [one.name for one in accesses(f"{BACKEND},{CONSOLE};name={name}", is_page=False)] == [
        "",
        name,
    ]


def test_no_key_is_a_name():
    entries = accesses(f"{BACKEND},{CONSOLE};name=my {BACKEND}", is_page=False)
    with pytest.raises(ValueError, match="names are shown") as caught:
        check_accesses(entries)
    assert BACKEND not in str(caught.value)


def test_a_key_stands_once():
    twice = [*accesses(PAGE, is_page=True), *accesses(PAGE, is_page=False)]
    with pytest.raises(ValueError, match="twice"):
        check_accesses(twice)
