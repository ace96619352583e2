"""Whatever is drawn may be pressed: each form and button of each page, as each role, is never refused."""

import re
from html import unescape

import pytest

from controller.features.emergencies.service import WantedCall, call_alone
from controller.site import end_streams
from tests.browser.shots import SHOTS
from tests.browser.told_day import ToldDay
from tests.integration.web.site_world import PASSWORDS, PROVINCE
from tests.support.nightly import amount

REFUSED = 403
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
LINK = re.compile(
    r'<a\b[^>]*class="[^"]*\bbtn\b[^"]*"[^>]*href="(/[^"#]*)|<a\b[^>]*href="(/[^"#]*)"[^>]*class="[^"]*\bbtn\b'
)
FIELD = re.compile(r"<(?:input|button|textarea)\b([^>]*)>")
CHOICE = re.compile(r"<select\b([^>]*)>(.*?)</select>", re.DOTALL)
SECRETS = {"mat_khau", "mat_khau_cu", "ma", "ma_yen", "xac_nhan"}
"""A wrong password or code is refused too, and says nothing of the person."""
LEAVES = ("/dang-xuat", "/tai-khoan/mat-khau", "/tai-khoan/phien")


def attribute(name, tag):
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found.group(1)) if found else None


def forms_of(page):
    """Each form that changes something: where it goes, with what stands in it."""
    for tag, body in FORM.findall(page):
        if attribute("method", tag) == "post":
            fields = {attribute("name", one): attribute("value", one) or "x" for one in FIELD.findall(body)}
            for one, options in CHOICE.findall(body):
                values = [attribute("value", option) for option in re.findall(r"<option\b[^>]*>", options)]
                fields[attribute("name", one)] = next((value for value in values if value), "x")
            fields.pop(None, None)
            yield attribute("action", tag), tuple(sorted(fields.items()))


@pytest.fixture(scope="module")
def told_day(seeds, tmp_path_factory):
    return ToldDay(seeds, tmp_path_factory.mktemp("day"))


@pytest.fixture
def world(told_day, tmp_path):
    world = told_day.world(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def told(world, site):
    end_streams(site)
    shown = world.shown
    call = WantedCall([PROVINCE], shown["prepared"])
    shown["emergency_id"] = world.do(
        call_alone,
        call,
        because="Nước qua đập tràn",
        by=world.approver,
        password=PASSWORDS["duyet"],
        times=world.times,
    ).row.id
    return [shot.place.format_map(shown) for shot in SHOTS if "{" not in shot.place.format_map(shown)] + [
        f"/khan/{shown['emergency_id']}",
        f"/khan/{shown['emergency_id']}/dung",
        f"/khan/goi?ban={shown['prepared']}",
    ]


@pytest.mark.parametrize("name", ["xanhatrang", "kythuat", *amount([], ["quantri"])])
def test_nobody_is_offered_what_is_then_refused(told, sign_in, name):
    client, forms, links, refused = sign_in(name), {}, {}, []
    for place in told:
        reply = client.get(place)
        if reply.status_code != 200:
            continue
        forms |= dict.fromkeys(forms_of(reply.text), place)
        links |= dict.fromkeys((unescape(one or other) for one, other in LINK.findall(reply.text)), place)
    assert len(links) > 5
    refused += [(place, link) for link, place in links.items() if client.get(link).status_code == REFUSED]
    for (action, fields), place in sorted(forms.items(), key=str):
        if action.startswith(LEAVES):
            continue
        reply = client.post(action, data=dict(fields))
        if reply.status_code == REFUSED and SECRETS.isdisjoint(dict(fields)):
            refused.append((place, action, dict(fields)))
    assert refused == []
