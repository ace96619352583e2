"""Every page and call × every role, and nobody: let through or refused, as `can` says."""

import inspect

import pytest
from fastapi.routing import iter_route_contexts

from controller.features.accounts import dependencies
from controller.features.accounts.tokens import create_token
from controller.model.permissions import Act, OperatorRole, can
from controller.site import end_streams
from tests.integration.web.access_forms import OWN
from tests.integration.web.access_row import OPEN, SIGNED
from tests.integration.web.access_rows import ROWS
from tests.integration.web.site_world import PASSWORDS, PROVINCE
from tests.support.nightly import NIGHTLY, amount
from tests.support.site_client import SiteClient

PEOPLE = {
    OperatorRole.OFFICER: "canbo",
    OperatorRole.APPROVER: "duyet",
    OperatorRole.TECHNICIAN: "kythuat",
    OperatorRole.ADMINISTRATOR: "quantri",
}
STATIONS_FAULTS = 500
WITHOUT_A_FACTOR = {
    *("GET /api/v1/me", "POST /api/v1/me/second-factor", "POST /api/v1/me/second-factor/confirm"),
    *("POST /api/v1/me/second-factor/recovery-codes", "POST /api/v1/me/password"),
    *("GET /tai-khoan/ma-xac-thuc", "POST /tai-khoan/ma-xac-thuc"),
    *("GET /tai-khoan/doi-mat-khau", "POST /tai-khoan/mat-khau"),
}
"""Where somebody comes who must have a second factor and has none yet."""


def addresses(site):
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(site.routes)
        for method in (context.methods or ())
        if method not in {"HEAD", "OPTIONS"}
    }


@pytest.fixture
def ask(site, objects, seeds):
    """Returns a function that makes the call of a row, and gives its status and where it leads."""
    end_streams(site)  # a stream ends at once, after its door was passed
    own = {token: PASSWORDS[name] for name, token in seeds.tokens.items()}

    def asked(client, key):
        method, _, path = key.partition(" ")
        if path.endswith("/dung-lai"):
            path = path.replace("{bulletin_id}", "{failed}")
        for name, value in objects.items():
            path = path.replace(name, value)
        sends = ROWS[key].sends
        is_call = path.startswith("/api/")
        file = (sends or {}).get("file")
        if sends is not None and is_call:
            known = {
                **objects,
                OWN: next((own[one.value] for one in client.cookies.jar if one.value in own), "x"),
            }
            sends = {k: known.get(v, v) if isinstance(v, str) else v for k, v in sends.items()}
        more = {} if sends is None else {"json" if is_call else "data": sends}
        if file is not None:
            more = {"files": {"file": file}, "data": {k: v for k, v in sends.items() if k != "file"}}
        reply = client.request(method, path, **more)
        return reply.status_code, reply.headers.get("location", "")

    return asked


def lets_through(status, place):
    return status < STATIONS_FAULTS and status not in {401, 403} and not place.startswith("/dang-nhap?")


def judges_of(route):
    """Return the functions of `dependencies` that say who asks, among all that a route depends on."""
    waiting = [route.dependant] if hasattr(route, "dependant") else []
    found = set()
    while waiting:
        one = waiting.pop()
        waiting += one.dependencies
        if inspect.isfunction(one.call):
            found |= {inspect.getclosurevars(one.call).nonlocals.get("judge")}
    return found - {None}


def test_who_asks_is_found_out_at_every_address_but_those_that_are_open(site):
    judged = {
        f"{method} {context.path}": judges_of(context.route)
        for context in iter_route_contexts(site.routes)
        for method in (context.methods or ())
    }
    judged = {address: judged[address] for address in addresses(site)}
    is_open = {key.partition("?")[0] for key, row in ROWS.items() if row.needs == OPEN}
    assert {address for address, judges in judged.items() if not judges} == is_open
    strict = [{dependencies.signed_in}, {dependencies.in_person}]
    lenient = {address for address, judges in judged.items() if judges and judges not in strict}
    assert lenient == WITHOUT_A_FACTOR


def test_every_address_has_its_row_and_every_row_its_address(site):
    assert addresses(site) == {key.partition("?")[0] for key in ROWS}


def leaves(key):
    """Rows after which nobody is signed in any more come last."""
    return key.endswith(("/dang-xuat", "/sign-out", "/dang-nhap", "/sign-in"))


def is_let(role, key):
    needs = ROWS[key].needs
    return needs in {OPEN, SIGNED} or can([role], PROVINCE, Act(needs), [PROVINCE]).allowed


def is_tried(role, key):
    """Whether a role asks for what it is let: by day one role a row, in turn; what is open nobody asks for.

    An answer costs ten times as much as a refusal.
    """
    if ROWS[key].needs == OPEN and not leaves(key):
        return NIGHTLY
    let = [one for one in OperatorRole if is_let(one, key)]
    return NIGHTLY or let[list(ROWS).index(key) % len(let)] is role


def in_turn(keys):
    """Every third row by day, all by night: who asks is found out at each by the same few functions."""
    return list(keys)[:: amount(3, 1)]


@pytest.mark.parametrize("role", OperatorRole)
def test_a_role_comes_where_its_acts_lead_and_nowhere_else(ask, sign_in, role):
    client, wrong = sign_in(PEOPLE[role]), {}
    for key in sorted(ROWS, key=leaves):
        expected = is_let(role, key)
        if expected and not is_tried(role, key):
            continue
        status, place = ask(client, key)
        if key.endswith("/dang-nhap/ma"):
            assert (status, place) in {(303, "/dang-nhap"), (401, "")}
        elif lets_through(status, place) != expected or (not expected and status != 403):
            wrong[key] = (status, place)
    assert wrong == {}


def test_nobody_comes_anywhere_but_to_the_door(ask, site):
    wrong = {}
    closed = set(in_turn(key for key, row in ROWS.items() if row.needs != OPEN))
    for key, row in ROWS.items():
        if row.needs != OPEN and key not in closed:
            continue
        client = SiteClient(site, raise_server_exceptions=False, follow_redirects=False)
        status, place = ask(client, key)
        is_page = key.startswith("GET ") and "/api/" not in key and "/song" not in key
        if row.needs == OPEN:
            right = status < STATIONS_FAULTS and not place.startswith("/dang-nhap?")
        elif is_page:
            right = status == 303 and place.startswith("/dang-nhap")
        else:
            right = status == 401
        if not right:
            wrong[key] = (status, place)
    assert wrong == {}


def test_what_belongs_to_another_commune_is_not_there_for_this_one(ask, sign_in):
    client = sign_in("xanhatrang")
    told = {key: ask(client, key)[0] for key, row in ROWS.items() if row.foreign}
    assert len(told) > 20
    assert {key: status for key, status in told.items() if status not in ROWS[key].foreign} == {}


def test_a_role_that_needs_a_second_factor_comes_nowhere_before_it_has_one(world, ask, sign_in):
    world.require_totp = True
    client, wrong = sign_in("duyet"), {}
    asked = in_turn(key for key, row in ROWS.items() if row.needs != OPEN)
    for key in sorted(WITHOUT_A_FACTOR.union(asked)):
        status, place = ask(client, key)
        led = (status, place) == (303, "/tai-khoan/ma-xac-thuc") or status == 403
        if led == (key in WITHOUT_A_FACTOR):
            wrong[key] = (status, place)
    assert wrong == {}
    officer = sign_in("canbo")
    assert ask(officer, "GET /")[0] == 200


def test_a_token_comes_to_the_calls_that_its_acts_name_and_to_no_page(world, ask, site):
    with world.store.write() as session:
        _, token = create_token(
            session,
            name="m",
            acts=[Act.SEE, Act.STOP],
            area=PROVINCE,
            expires_at=world.later(seconds=1).replace(month=12),
            of=world.approver,
            now=world.now(),
        )
    client = SiteClient(site, raise_server_exceptions=False, follow_redirects=False)
    client.headers["authorization"] = f"Bearer {token}"
    in_person = {"POST /api/v1/tokens", "DELETE /api/v1/tokens/{token_id}"}
    in_person |= {"POST /api/v1/delegations", "DELETE /api/v1/delegations/{delegation_id}"}
    in_person |= {"POST /api/v1/me/second-factor", "POST /api/v1/me/second-factor/confirm"}
    in_person |= {"POST /api/v1/me/second-factor/recovery-codes"}
    in_person |= {"POST /api/v1/notices/read", "POST /api/v1/notices/{notice_id}/read"}
    in_person |= {"POST /api/v1/me/password", "DELETE /api/v1/operators/{name}/second-factor"}
    in_person |= {"POST /api/v1/keys/{kid}/retire", "POST /api/v1/keys/{kid}/compromise"}
    in_person |= {"POST /api/v1/archives/{year}/removal"}
    in_person |= {key for key in ROWS if "/api/v1/me/passkeys" in key}
    in_person |= {key for key in ROWS if "/me/notice-ways" in key and not key.startswith("GET ")}
    wrong = {}
    asked = in_turn(key for key, row in ROWS.items() if row.needs != OPEN)
    for key in in_person.union(asked):
        row = ROWS[key]
        status, place = ask(client, key)
        if "/api/" not in key:
            right = status == 401 or place.startswith("/dang-nhap")
        else:
            allowed = row.needs in {SIGNED, Act.STOP} and key not in in_person
            right = lets_through(status, place) if allowed else status == 403
        if not right:
            wrong[key] = (status, place)
    assert wrong == {}
