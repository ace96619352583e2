"""Limits of many areas are changed at once: each is shown before and after, then all are signed or none."""

import pytest

from controller.features.areas.queries import known_areas
from controller.features.plans.policy_changes import check_changes
from controller.features.plans.queries import published_policy
from devices.statements import QuietHours
from tests.integration.web.site_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORDS, PROVINCE
from tests.integration.web.test_pages import text_of
from tests.support.counted_queries import queries_of

PLACE = "/quy-dinh/nhieu-noi"
OWN = PASSWORDS["quantri"]
BOTH = [NHA_TRANG, BAC_NHA_TRANG]
ALL_DAY = [{"begins": "00:00", "ends": "12:00"}, {"begins": "12:00", "ends": "00:00"}]


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


def sign(client, **asked):
    return client.post("/api/v1/policies/many", json={"password": OWN} | asked)


def check(client, **asked):
    return client.post("/api/v1/policies/many/check", json=asked)


def policy(world, area):
    return world.ask(published_policy, area)


def test_each_area_says_what_changes_and_keeps_its_other_limits(world, administrator):
    assert sign(administrator, areas=[NHA_TRANG], loudest_volume=70, minutes_a_day=90).status_code == 201
    one, other = check(administrator, areas=BOTH, loudest_volume=60).json()["areas"]
    assert one["changes"] == [{"after": "âm lượng lớn nhất 60%", "before": "âm lượng lớn nhất 70%"}]
    assert {line["before"] for line in other["changes"]} == {""}, "it had no policy of its own"
    assert policy(world, NHA_TRANG).loudest_volume == 70, "a check signs nothing"
    assert sign(administrator, areas=BOTH, loudest_volume=60).status_code == 201
    assert (policy(world, NHA_TRANG).loudest_volume, policy(world, NHA_TRANG).minutes_a_day) == (60, 90)
    assert policy(world, BAC_NHA_TRANG).loudest_volume == 60


def test_the_same_change_again_signs_nothing(world, administrator):
    sign(administrator, areas=BOTH, alone_days=3)
    version = policy(world, NHA_TRANG).version
    again = sign(administrator, areas=BOTH, alone_days=3)
    assert (again.status_code, again.json()["code"]) == (422, "policy.unchanged")
    sign(administrator, areas=[*BOTH, PROVINCE], alone_days=3)
    assert policy(world, NHA_TRANG).version == version, "only what changes is signed"


def test_airings_that_would_fall_silent_are_named_by_area(world, administrator):
    airing, _ = world.approved_airing(areas=(NHA_TRANG,), seconds=7200)
    one, other = check(administrator, areas=BOTH, quiet_hours=ALL_DAY).json()["areas"]
    assert [(loss["airing"], loss["is_silenced"]) for loss in one["losses"]] == [(airing, True)]
    assert other["losses"] == []
    form = {"dia_ban": BOTH, "doi_gio": "1", "tu": ["00:00", "12:00"], "den": ["12:00", "00:00"]}
    page = administrator.post(PLACE, data=form)
    assert "1 lượt trong 7 ngày tới sẽ không phát được" in text_of(page)
    assert f'href="/phat/{airing}"' in page.text


def test_a_check_of_every_commune_asks_the_database_what_a_check_of_two_does(world, administrator):
    world.approved_airing(areas=(PROVINCE,), seconds=7200)
    communes = [area for area, one in world.ask(known_areas).items() if one.parent == PROVINCE]
    sign(administrator, areas=communes, loudest_volume=70)
    by, change = world.people["quantri"], {"quiet_hours": tuple(QuietHours(**one) for one in ALL_DAY)}

    def checked(areas):
        return world.ask(check_changes, areas, change, by=by, now=world.now())

    few = queries_of(world.store, lambda: checked(communes[:2]))
    assert queries_of(world.store, lambda: checked(communes)) == few
    alone = [checked([area])[0].losses for area in communes[:3]]
    assert [one.losses for one in checked(communes)[:3]] == alone != [[], [], []]


def test_a_wrong_password_signs_none_and_keeps_what_was_typed(world, administrator):
    form = {"dia_ban": BOTH, "am_luong": "60", "viec": "ky", "mat_khau": "sai"}
    page = administrator.post(PLACE, data=form)
    assert page.status_code == 403
    assert 'value="60"' in page.text
    assert page.text.count(" checked") == 2
    assert policy(world, NHA_TRANG) is None
    assert administrator.post(PLACE, data=form | {"mat_khau": OWN}).status_code == 303
    assert policy(world, BAC_NHA_TRANG).loudest_volume == 60


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"am_luong": "60"}, "Hãy chọn từ 1"),
        ({"dia_ban": NHA_TRANG}, "Chưa đổi điều nào"),
        ({"dia_ban": NHA_TRANG, "am_luong": "600"}, "từ 0 đến 100"),
        ({"dia_ban": NHA_TRANG, "phut": "00000099999"}, "từ 0 đến 1440"),
        ({"dia_ban": NHA_TRANG, "tu": "21:30", "den": "04:45"}, "đánh dấu “Đổi giờ yên lặng”"),
        ({"dia_ban": NHA_TRANG, "doi_gio": "1", "tu": "21:30", "den": ""}, "cả giờ bắt đầu"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_words(administrator, form, said):
    page = administrator.post(PLACE, data=form)
    assert page.status_code == 422
    assert said in page.text


def test_more_quiet_hours_than_the_form_has_room_for_are_not_read(world, administrator):
    many = {"tu": ["21:00"] * 40, "den": ["05:00"] * 40}
    form = {"dia_ban": NHA_TRANG, "doi_gio": "1", "viec": "ky", "mat_khau": OWN} | many
    assert administrator.post(PLACE, data=form).status_code == 303
    assert len(policy(world, NHA_TRANG).quiet_hours) == 3


def test_a_group_is_changed_by_its_name_and_every_commune_by_one_box(world, administrator):
    administrator.post("/api/v1/area-groups", json={"name": "ven biển", "areas": BOTH})
    assert sign(administrator, groups=["ven biển"], minutes_a_day=45).status_code == 201
    assert policy(world, BAC_NHA_TRANG).minutes_a_day == 45
    assert check(administrator, groups=["núi"], minutes_a_day=45).status_code == 404
    page = text_of(administrator.post(PLACE, data={"ca_tinh": "1", "phut": "45"}))
    assert "2 nơi đã đúng như vậy" in page
    assert "63 nơi sẽ đổi" in page
