"""The page and the JSON of one key: what falls silent when it is called compromised since a day."""

from datetime import timedelta

from controller.features.accounts.queries import held_key
from controller.features.keys.service import get_key
from controller.model.local_time import ZONE
from devices.ids import Role
from tests.integration.web.site_world import PASSWORDS

OWN = {"xac_nhan": PASSWORDS["quantri"]}


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
