"""The JSON interface under made-up calls, as every role and as a token: no fault, nothing undocumented.

The budget is small here; `make fuzz` sets LOA_FUZZ_EXAMPLES to a large one.
"""

import functools
import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from controller.features.accounts.tokens import create_token
from controller.model.permissions import TOKEN_ACTS
from controller.site import make_site
from tests.integration.web.site_world import PROVINCE, Made
from tests.support.nightly import amount
from tests.support.swelling_tone import mp3

EXAMPLES = int(os.environ.get("LOA_FUZZ_EXAMPLES", amount(1, 3)))
"""Calls for each address and role."""
ROLES = ["canbo", "duyet", "kythuat", "quantri"]
WHO = amount(["duyet"], [*ROLES, "token", "nobody"])
"""By day the role that may do most; that nobody comes anywhere the table of access shows each time."""
EACH = amount(3, 1)
"""By day every third call is made up: to make one up takes most of the time, and what answers is one code."""
# these end the session of the one who asks, or begin another
DOORS = {"/api/v1/sign-in", "/api/v1/sign-out"}
MUCH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,  # a small budget asks the same each time, a large one looks further
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def named(world):
    """Real names for addresses: else every call ends at “not found”."""
    airing, made = world.approved_airing(areas=(PROVINCE,), seconds=7200)
    bulletin, _ = world.submitted(made=Made(mp3(), 8_000))
    return {
        "airing_id": [airing],
        "bulletin_id": [bulletin, world.draft()],
        "node_id": [world.nodes[0]],
        "name": ["canbo", "duyet"],
        "recording": made.recording,
    }


def token_headers(world):
    with world.store.write() as session:
        _, token = create_token(
            session,
            name="m",
            acts=TOKEN_ACTS - {"enrol"},
            area=PROVINCE,
            expires_at=world.now() + timedelta(days=1),
            of=world.approver,
            now=world.now(),
        )
    return {"authorization": f"Bearer {token}"}


class Switch:
    """Whichever site is asked now: its description, and what follows from it, are worked out once for all."""

    def __init__(self):
        self.site = None

    async def __call__(self, scope, receive, send):
        await self.site(scope, receive, send)


SWITCH = Switch()


@functools.cache
def left_out():
    """Return the checks that ask more than the station promises."""
    from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

    return [
        # a call that fits its description is still refused where it does not fit the station: 422
        positive_data_acceptance,
        # the table of access asks who comes where; this one counts our refusal of a stale cookie as a fault
        ignored_auth,
    ]


@functools.cache
def operations():
    """Each call of the interface, and how it may be made up: as described, and against it."""
    import schemathesis  # takes two seconds of processor: only the worker that calls loads it
    from schemathesis.generation import GenerationMode

    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", SWITCH)
    refusal = schema.config.checks.negative_data_rejection
    # a text longer than described is refused by the size of the whole before anybody reads it
    refusal.expected_statuses = [*refusal.expected_statuses, "413"]
    found = [one.ok() for one in schema.get_all_operations()]
    return [(one, [one.as_strategy(generation_mode=mode) for mode in GenerationMode]) for one in found]


def fuzz(modes, named, headers):
    @MUCH
    @given(case=st.one_of(*modes), chance=st.randoms(use_true_random=False))
    def every_answer_is_documented(case, chance):
        for name in set(case.path_parameters or {}) & set(named):
            if chance.random() < 0.7:
                case.path_parameters[name] = chance.choice(named[name])
        case.headers = {**(case.headers or {}), **headers}
        response = case.call()
        case.validate_response(response, excluded_checks=left_out())

    every_answer_is_documented()


@pytest.mark.slow
@pytest.mark.timeout(0 if EXAMPLES >= 100 else 600)
@pytest.mark.parametrize("who", WHO)
def test_no_call_is_answered_by_a_fault_or_by_what_is_not_documented(world, seeds, named, who):
    SWITCH.site = make_site(world)
    headers = {"nobody": dict, "token": lambda: token_headers(world)}.get(
        who, lambda: {"cookie": f"loa={seeds.tokens[who]}"}
    )()
    asked = [modes for one, modes in operations() if one.path not in DOORS]
    assert len(asked) > 25
    for modes in asked[::EACH]:
        fuzz(modes, named, headers)


@pytest.mark.slow
@pytest.mark.timeout(0 if EXAMPLES >= 100 else 600)
def test_no_call_at_the_door_is_answered_by_a_fault_or_by_what_is_not_documented(world):
    SWITCH.site = make_site(world)
    asked = [(one, modes) for one, modes in operations() if one.path in DOORS]
    assert {one.path for one, _ in asked} == DOORS
    for _, modes in asked:
        fuzz(modes, {}, {})
