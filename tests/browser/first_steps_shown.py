"""Pages of a trial in its first minutes, before anything else was done, for the pictures.

Each goes on from where the one before it ended.
"""

from playwright.sync_api import expect

from controller.features.bulletins.queries import waiting_renderings
from controller.features.emergencies.queries import emergencies
from controller.features.emergencies.service import WantedCall, call_emergency
from controller.features.speaker_tests.results import recent_test
from controller.features.speaker_tests.service import prepare_test
from controller.model.emergency_states import Kind
from tests.browser.serving import sign_in
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE, Made
from tests.integration.web.test_emergency_pages import prepared_of
from tests.integration.web.trial_world import begin_trial
from tests.support.swelling_tone import mp3

_TEST = Made(mp3(6), 6_000)


def begin(world):
    """Have a trial whose test for loudspeakers is approved."""
    world.bring_online()
    begin_trial(world)
    bulletin = world.do(prepare_test, by=world.officer, speech=world.speech)
    (rendering,) = world.ask(waiting_renderings, limit=9)
    world.render(rendering.id, _TEST)
    world.approve(bulletin.id, _TEST)


def be_led(page, address, world):
    """Come in by the button of a role: the strip says what to do first."""
    del world
    page.goto(f"{address}/dang-nhap")
    page.get_by_role("button", name="Cán bộ xã").click()
    expect(page.get_by_role("region", name="Xã mẫu")).to_be_visible()


def try_a_loudspeaker(page, address, world):
    """Stand at a pole and try its loudspeaker, which says that it has played the test."""
    node = f"loa-{NHA_TRANG}-{1 if page.viewport_size['width'] < 500 else 2}"  # one a screen
    sign_in(page, address, "kythuat")
    page.goto(f"{address}/cum-loa/{node}")
    page.get_by_role("button", name="Thử loa").click()
    expect(page.locator("#thu-loa")).to_contain_text("Đang gửi bản thử")
    airing = world.ask(recent_test, node, world.now()).airing
    world.advance()
    world.tell(airing, _TEST, "started", [node])
    expect(page.get_by_role("button", name="Nghe rõ")).to_be_visible()


def be_the_second_person(page, address, world):
    """Open, as an approver, what an officer calls."""
    if not world.ask(emergencies, [PROVINCE], world.now()):
        call = WantedCall([PROVINCE], prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500))
        world.do(call_emergency, call, by=world.officer, password=PASSWORDS["canbo"])
    sign_in(page, address, "duyet")
    page.goto(address)
    if page.get_by_role("button", name="Cất đi").count():
        page.get_by_role("button", name="Cất đi").click()
    page.locator("#thanh-khan").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Xác nhận, phát ngay")).to_be_visible()


FIRST_STEPS = {
    "xa-mau": be_led,
    "thu-loa": try_a_loudspeaker,
    "khan-xac-nhan": be_the_second_person,
}
