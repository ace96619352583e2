"""What an attacker's page, link or text would try: forged writes, kept sessions, scripts in every field."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import func, select

from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.sessions import ABSOLUTE
from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import set_reference
from controller.features.templates.service import add_template
from controller.model.accounts import Account, ApiToken, Delegation
from controller.model.airings import Airing
from controller.model.bulletin_states import ItemKind
from controller.model.bulletins import Bulletin
from controller.model.journal import Entry
from controller.model.permissions import Act, OperatorRole, can
from tests.integration.web.access_row import OPEN, SIGNED
from tests.integration.web.access_rows import PAGES, ROWS
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE
from tests.support.nightly import NIGHTLY
from tests.support.seeing_tokens import seeing_token
from tests.support.site_client import SiteClient

ATTACK = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' {{7*7}}"
WRITES = sorted(key for key in ROWS if not key.startswith("GET "))
NAMES = re.compile(r"\{[^}]+\}")


def entries(world):
    with world.store.read() as session:
        return session.scalar(select(func.count()).select_from(Entry))


ELSEWHERE = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://xau.test"})
"""What browsers say of where a request comes from; those without the first send the second."""


def test_no_write_that_another_site_sends_is_taken_from_a_browser(world, officer):
    before = entries(world)
    for place, key in enumerate(WRITES):
        method, _, path = key.partition(" ")
        sends = {} if "/api/" in path else {"data": ROWS[key].sends or {}}
        headers = ELSEWHERE[place % len(ELSEWHERE)]
        reply = officer.request(method, NAMES.sub("x", path), headers=headers, **sends)
        assert reply.status_code == 403, key
        assert "một trang khác" in reply.text, key
    assert entries(world) == before
    assert officer.get("/").status_code == 200


def test_a_token_is_no_browser_and_beside_it_no_cookie_counts(world, officer):
    token = seeing_token(world.store, world.officer, world.now())
    draft = {"title": "Tin", "text": "Nội dung."}
    cross = {"sec-fetch-site": "cross-site"}
    for bearer in (token, "loa_khong-dung", ""):
        headers = cross | {"authorization": f"Bearer {bearer}"}
        assert officer.post("/api/v1/bulletins", json=draft, headers=headers).status_code in {401, 403}
    assert officer.get("/api/v1/me", headers={"authorization": "Bearer x"}).status_code == 401
    form = {"tieu_de": "Tin", "noi_dung": "Nội dung", "viec": "nhap"}
    forged = officer.post("/tao-ban-tin", data=form, headers=cross | {"authorization": f"Bearer {token}"})
    assert forged.status_code == 403
    basic = officer.get("/api/v1/me", headers={"authorization": "Basic eDp5"})
    assert basic.json()["name"] == "canbo"


def test_a_program_that_calls_too_often_is_told_to_wait(world, site, client):
    site.state.tries = Tries(calls_a_minute=3)
    token = seeing_token(world.store, world.officer, world.now())
    headers = {"authorization": f"Bearer {token}"}
    replies = [client.get("/api/v1/me", headers=headers) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[-1].headers["retry-after"] == "60"


def test_a_session_that_is_used_every_day_ends_after_a_week_all_the_same(world, officer):
    for _ in range(int(ABSOLUTE / timedelta(hours=6)) - 1):
        world.later(hours=6)
        assert officer.get("/phat").status_code == 200
    world.later(hours=6)
    assert officer.get("/phat").status_code == 303


def test_a_session_that_somebody_chose_beforehand_is_never_taken_over(site):
    client = SiteClient(site, follow_redirects=False)
    chosen = "x" * 43
    client.cookies.set("loa", chosen)
    reply = client.post("/dang-nhap", data={"ten": "canbo", "mat_khau": PASSWORDS["canbo"]})
    assert chosen not in reply.headers["set-cookie"]
    stranger = SiteClient(site, follow_redirects=False)
    stranger.cookies.set("loa", chosen)
    assert stranger.get("/").status_code == 303


# a browser asks for these each time, and they hold nothing of a person
PUBLIC = {"GET /manifest.webmanifest", "GET /cong-khai/{area}/ung-dung.webmanifest", "GET /sw.js"}
SHARED = {
    "public, max-age=0, s-maxage=5, must-revalidate",
    "public, max-age=300",
    "public, max-age=86400",
}
"""Of pages for everybody, which a proxy may give to others for seconds, of feeds, and of a picture."""
FOR_MACHINES = {"GET /healthz", "GET /readyz"}
"""They say nothing that anybody wrote."""


def test_every_page_forbids_scripts_frames_sniffing_and_keeping(officer, client):
    pages = sorted(key for key in PAGES if key.startswith("GET ") and "/song" not in key)
    assert len(pages) > 50
    shared = set()
    for key in pages:
        address = NAMES.sub("x", key.partition(" ")[2].replace("{area}", NHA_TRANG))
        page = officer.get(address)
        headers = page.headers
        rules = [part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")]
        policy = dict(rules)
        assert policy["default-src"] == "'self'", key
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", key
        assert policy["form-action"] == "'self'", key
        assert "unsafe" not in headers["content-security-policy"], key
        assert "script-src" not in policy, key
        assert headers["x-content-type-options"] == "nosniff", key
        assert headers["referrer-policy"] == "same-origin", key
        if headers["cache-control"] in SHARED:
            shared.add(key)
            assert page.content == client.get(address).content, f"{key} shows others what is for one person"
        else:
            assert headers["cache-control"] == ("no-cache" if key in PUBLIC else "no-store"), key
    assert {"GET /cong-khai", "GET /cong-khai/{area}", "GET /cong-khai/{area}/khan"} <= shared


class Elements(HTMLParser):
    """Names of elements, and attributes that run something."""

    def __init__(self, text):
        super().__init__()
        self.names, self.handlers, self.sources = [], [], []
        self.feed(text)

    def handle_starttag(self, name, attributes):
        self.names.append(name)
        for attribute, value in attributes:
            if attribute.startswith("on"):
                self.handlers.append(attribute)
            if attribute in {"src", "href", "action"} and value:
                self.sources.append(value)


def spoil_everything(world):
    """Put the attack where people, programs and nodes can put text."""
    airing = world.aired(title=f"Tin {ATTACK}", without=world.nodes[:1], reasons=[(world.nodes[1], ATTACK)])
    waiting, _ = world.submitted(f"Chờ {ATTACK}", f"Nội dung {ATTACK.replace('<', '‹')}")
    failed, rendering = world.submitted(f"Hỏng {ATTACK}", rendered=False)
    world.fail(rendering, ATTACK)
    act = Reference(number=ATTACK, kind=ATTACK, issuer=ATTACK, in_force_until=world.now().date())
    for bulletin in (waiting, failed):
        world.do(set_reference, bulletin, act, by=world.officer)
    harmless = ATTACK.replace("<", "‹")
    items = [Item(ItemKind.SPEECH, harmless), Item(ItemKind.SPEECH, harmless)]
    programme = world.do(draft_programme, title=f"Chương trình {ATTACK}", items=items, by=world.officer).id
    world.do(add_template, title=f"Mẫu {ATTACK}", text=harmless, area=PROVINCE, by=world.approver)
    with world.store.write() as session:
        session.get_one(Bulletin, waiting).returned_reason = ATTACK
        session.get_one(Bulletin, programme).returned_reason = ATTACK
        session.get_one(Airing, airing).reason = ATTACK
        for account in session.scalars(select(Account)):
            account.display_name = f"{account.name} {ATTACK}"
        now = world.now()
        approver = session.get_one(Account, world.approver.id)
        officer = session.get_one(Account, world.officer.id)
        officer.roles = ["officer", "approver"]
        for place, person in enumerate((approver, officer)):
            session.add(
                ApiToken(
                    id=f"t{place}",
                    operator=person.id,
                    name=ATTACK,
                    token_sha256=f"{place}",
                    acts=["see"],
                    area=PROVINCE,
                    created_at=now,
                    expires_at=now + timedelta(days=1),
                )
            )
        session.add(
            Delegation(
                id="d",
                giver=approver.id,
                receiver=officer.id,
                area=PROVINCE,
                created_at=now,
                until=now + timedelta(days=1),
            )
        )
    objects = {"{airing_id}": airing, "{bulletin_id}": waiting, "{node_id}": world.nodes[1]}
    return objects, (failed, programme)


def is_saved_as_json(reply):
    """Return whether it is a file of JSON, which says words as they were written and is no page."""
    if reply.headers.get("content-type") not in {"application/json", "application/x-ndjson"}:
        return False
    assert reply.headers["content-disposition"].startswith("attachment"), reply.url
    assert reply.headers["x-content-type-options"] == "nosniff", reply.url
    return True


READERS = {
    "canbo": OperatorRole.OFFICER,
    "duyet": OperatorRole.APPROVER,
    "kythuat": OperatorRole.TECHNICIAN,
    "quantri": OperatorRole.ADMINISTRATOR,
}


def readers_of(place, key):
    """Return who reads a page: by day one of those who are let, in turn; by night all of them."""
    needs = ROWS[key].needs
    let = [
        name
        for name, role in READERS.items()
        if needs in {OPEN, SIGNED} or can([role], PROVINCE, Act(needs), [PROVINCE]).allowed
    ]
    return let if NIGHTLY else [let[place % len(let)]]


def holds_the_attack(reply, place):
    """Return whether the attack stands there as text; fail where it is anything else."""
    if is_saved_as_json(reply):
        return False
    text = reply.text
    elements = Elements(text)
    assert "<script>alert" not in text, place
    assert "alert" not in " ".join(elements.names + elements.handlers), place
    assert not elements.handlers, place
    assert not [one for one in elements.sources if one.startswith(("javascript:", "x"))], place
    assert str(77777 * 77777) not in text, place
    return "&lt;script&gt;alert(1)" in text


def test_what_anybody_writes_anywhere_is_text_on_every_page(world, sign_in):
    objects, others = spoil_everything(world)
    clients, shown = {name: sign_in(name) for name in READERS}, 0
    pages = [
        key
        for key in PAGES
        if key.startswith("GET ") and not re.search("/song|/tep/|/tinh/", key) and key not in FOR_MACHINES
    ]
    for turn, key in enumerate(pages):
        path = key.partition(" ")[2]
        for placeholder, value in objects.items():
            path = path.replace(placeholder, value)
        for place in {path, *(path.replace(objects["{bulletin_id}"], other) for other in others)}:
            for name in readers_of(turn, key):
                reply = clients[name].get(f"{place}?xong={ATTACK}&den={ATTACK}&xa={ATTACK}")
                shown += holds_the_attack(reply, place)
    assert shown > 20


def test_what_a_form_shows_again_is_text(world, sign_in):
    objects, _ = spoil_everything(world)
    client = sign_in("duyet")
    for key, row in PAGES.items():
        if not row.sends or row.needs == OPEN:
            continue
        path = key.partition(" ")[2]
        for placeholder, value in objects.items():
            path = path.replace(placeholder, value)
        reply = client.post(path, data=dict.fromkeys(row.sends, ATTACK))
        assert reply.status_code < 500, key
        assert not Elements(reply.text).handlers, key
        assert "<script>alert" not in reply.text, key


@pytest.mark.parametrize("path", ["/dang-nhap", "/dang-nhap/ma", "/tai-khoan/mat-khau", "/bat-dau"])
def test_a_form_that_is_far_too_long_is_refused(officer, path):
    assert officer.post(path, data={"ten": "a" * 1_100_000}).status_code == 413
    assert officer.post(path, data={"ma": "a" * 600, "mat_khau": "a" * 600, "cu": "a" * 600}).status_code in {
        401,
        404,
        422,
    }
