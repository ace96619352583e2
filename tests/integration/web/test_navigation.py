import re

import pytest

from controller.http.navigation import PLACES, shown
from controller.model.permissions import Act, OperatorRole, can
from tests.integration.web.access_row import SIGNED
from tests.integration.web.access_rows import ROWS
from tests.integration.web.site_world import PROVINCE

PEOPLE = {"officer": "canbo", "approver": "duyet", "technician": "kythuat", "administrator": "quantri"}


def may(role):
    return lambda act: can([role], PROVINCE, act, [PROVINCE]).allowed


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_place_leads_to_a_page_that_lets_in_whom_the_place_is_shown_to(place):
    assert ROWS[f"GET {place.path}"].needs == (place.needs or SIGNED)


def test_a_place_is_named_and_addressed_once():
    assert len({place.name for place in PLACES}) == len({place.path for place in PLACES}) == len(PLACES)


@pytest.mark.parametrize("role", OperatorRole)
def test_a_person_is_shown_what_opens_and_nothing_else(sign_in, role):
    client = sign_in(PEOPLE[role])
    page = client.get("/").text
    drawn = set(re.findall(r'<nav class="places side".*?</nav>', page, re.DOTALL))
    (side,) = drawn
    addresses = set(re.findall(r'<a href="([^"]+)"', side))
    assert addresses == {place.path for place in PLACES if place.needs is None or may(role)(Act(place.needs))}
    assert {client.get(address).status_code for address in addresses} == {200}


def test_the_place_that_a_page_belongs_to_is_marked_once_in_each_navigation(officer):
    page = officer.get("/tao-ban-tin").text
    marked = re.findall(r'<a href="([^"]+)" aria-current="page"', page)
    assert set(marked) == {"/ban-tin"}


@pytest.mark.parametrize("role", OperatorRole)
def test_a_phone_has_the_day_at_hand_and_no_more_than_fits(role):
    bar = shown(may(role), "/").bar
    assert bar[0].path == "/"
    assert 3 <= len(bar) <= 4
    if role is OperatorRole.APPROVER:
        assert "/duyet" in {place.path for place in bar}
