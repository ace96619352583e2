"""The page and the JSON of one key: what falls silent when it is called compromised since a day."""

from datetime import timedelta

from sqlalchemy import select

from controller.features.accounts.queries import held_key
from controller.features.keys.service import get_key
from controller.http.render import KEY_WORDS
from controller.model.accounts import HeldKey
from controller.model.local_time import ZONE
from devices.ids import Role
from tests.integration.web.site_world import PASSWORDS

OWN = {"xac_nhan": PASSWORDS["quantri"]}


def test_the_key_of_each_role_has_its_page_and_a_row_that_says_what_it_signs(world, sign_in):
    client = sign_in("quantri")
    kids = {key.role: key.kid for key in world.ask(lambda session: [*session.scalars(select(HeldKey))])}
    assert {*kids} == {*Role}
    settings = client.get("/cai-dat").text
    for role, kid in kids.items():
        assert f"/cai-dat/khoa/{kid}" in settings
        page = client.get(f"/cai-dat/khoa/{kid}")
        assert (page.status_code, f"Dùng để ký {KEY_WORDS[role]}" in page.text) == (200, True)
    assert ">caller<" not in settings


def test_what_a_stolen_key_approved_before_the_day_stays_on_page_and_in_json_alike(world, sign_in):
    kid = world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid
    day = world.now().astimezone(ZONE).date()
    tomorrow = day + timedelta(days=1)
    client = sign_in("quantri")
    shown = client.get(f"/api/v1/keys/{kid}/fallout").json()
    assert client.get(f"/api/v1/keys/{kid}/fallout", params={"since": f"{tomorrow}"}).json()["airings"] == []
    page = client.get(f"/cai-dat/khoa/{kid}", params={"tu": f"{day}"})
    assert f"Bị lộ từ {day:%d/%m/%Y}" in page.text
    assert all(one["title"] in page.text for one in shown["airings"][:5])
    assert client.get(f"/cai-dat/khoa/{kid}", params={"tu": "hôm qua"}).status_code == 422
    voided = client.post(
        f"/api/v1/keys/{kid}/compromise", json={"proof": PASSWORDS["quantri"], "since": f"{tomorrow}"}
    )
    assert (voided.status_code, voided.json()["silenced"]) == (200, [])
    assert client.post(f"/cai-dat/khoa/{kid}/bi-lo", data=OWN | {"tu": f"{day}"}).status_code == 303
    since = world.ask(get_key, kid).compromised_since
    assert since.astimezone(ZONE).date() == day
