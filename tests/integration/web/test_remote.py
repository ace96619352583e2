"""`loa air` at the door of a station: over a real socket, by password and, where there is one, by code."""

import json
from datetime import timedelta

import pyotp
import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.client.credentials import CommandUser, code_of
from controller.client.http_client import RemoteStation
from controller.errors import BadInput, LoaError
from controller.features.accounts.second_factor import begin_second_factor, confirm_second_factor
from controller.features.bulletins.queries import waiting_renderings
from controller.features.bulletins.renderings import begin_rendering, fail_rendering
from tests.browser.serving import Server
from tests.integration.web.one_of_each import hub_document
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE, Made
from tests.support.swelling_tone import mp3


@pytest.fixture
def server(world):
    server = Server(world)
    server.start()
    yield server
    server.stop()


def signed_in(server, name, code_of):
    with RemoteStation.signed_in(server.address, name, PASSWORDS[name], code_of) as station:
        return station.call("GET", "/me")["name"]


def never(name):
    raise AssertionError(f"{name} was asked for a code")


def test_a_code_is_asked_for_only_of_who_has_a_second_factor(world, server, monkeypatch):
    assert signed_in(server, "duyet", never) == "duyet"
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    totp = pyotp.TOTP(enrolment.secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=world.approver)
    world.later(seconds=60)
    monkeypatch.setenv("LOA_APPROVER_CODE", totp.at(world.now()))
    assert signed_in(server, "duyet", code_of(CommandUser.APPROVER)) == "duyet"
    with pytest.raises(BadInput) as refused:
        signed_in(server, "duyet", code_of(CommandUser.APPROVER))
    assert refused.value.code == "operator.wrong-code"


def test_without_a_terminal_a_lacking_code_is_said(monkeypatch):
    monkeypatch.delenv("LOA_AUTHOR_CODE", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(BadInput, match="LOA_AUTHOR_CODE"):
        code_of(CommandUser.AUTHOR)("canbo")


def test_a_commune_answers_by_typing(world, server, monkeypatch):
    bulletin, _ = world.submitted("Lịch tiêm chủng")
    world.approve(bulletin)
    airing = world.plan(bulletin, areas=[NHA_TRANG], seconds=7200, agreed=False)
    monkeypatch.setenv("LOA_AUTHOR", "xanhatrang")
    monkeypatch.setenv("LOA_AUTHOR_PASSWORD", PASSWORDS["xanhatrang"])

    def answer(*arguments):
        done = CliRunner().invoke(app, ["answer", *arguments, "--station", server.address])
        return done.stdout if done.exit_code == 0 else done.stderr

    assert answer("list").split("\t")[:2] == ["lượt phát", airing]
    assert answer("no", airing, "--reason", "Bận.") == f"{NHA_TRANG}: không phát.\n"
    assert answer("yes", airing) == f"{NHA_TRANG}: đồng ý phát.\n"
    assert answer("list") == ""
    assert "schedule.unknown" in answer("yes", airing, "--schedule")


def test_a_failed_recording_is_made_again_by_typing(world, server, monkeypatch):
    bulletin, rendering = world.submitted("Lịch tiêm chủng", rendered=False)
    world.do(begin_rendering, rendering)
    world.do(fail_rendering, rendering, code="engine", sentence="Giọng đọc hỏng.")
    monkeypatch.setenv("LOA_AUTHOR", "canbo")
    monkeypatch.setenv("LOA_AUTHOR_PASSWORD", PASSWORDS["canbo"])
    asked = ["bulletin", "render-again", bulletin, "--station", server.address]
    assert CliRunner().invoke(app, asked).output == "Lịch tiêm chủng: đang dựng lại âm thanh.\n"
    assert [one.bulletin for one in world.ask(waiting_renderings)] == [bulletin]
    assert "rendering.illegal-transition" in CliRunner().invoke(app, asked).output


def test_an_emergency_is_prepared_and_listed_by_typing_as_the_station_answers(server, monkeypatch):
    monkeypatch.setenv("LOA_AUTHOR", "canbo")
    monkeypatch.setenv("LOA_AUTHOR_PASSWORD", PASSWORDS["canbo"])

    def emergency(*arguments):
        done = CliRunner().invoke(
            app, ["emergency", *arguments, "--who", "author", "--station", server.address]
        )
        assert done.exit_code == 0, done.stderr
        return done.stdout

    made = json.loads(emergency("prepare", "--area", NHA_TRANG, "--template", "flood", "--json"))
    assert made["template"] == "flood"
    listed = emergency("templates", "--area", NHA_TRANG)
    assert f"{made['id']}\t" in listed
    assert "chưa được duyệt" in listed
    assert "mẫu flood: " in listed
    told = json.loads(emergency("templates", "--area", NHA_TRANG, "--json"))
    with RemoteStation.signed_in(server.address, "canbo", PASSWORDS["canbo"], never) as station:
        assert told == station.call("GET", f"/emergencies/templates?area={NHA_TRANG}")
    assert emergency("list") == ""
    assert emergency("release", made["id"]) == f"Loa thôi giữ {made['id']}.\n"


def test_an_answer_of_another_shape_is_told_in_a_sentence(server):
    with RemoteStation.signed_in(server.address, "canbo", PASSWORDS["canbo"], never) as station:
        with pytest.raises(LoaError) as refused:
            station.ask(list[str], "GET", "/me")
        assert refused.value.code == "station.answer"


def test_airings_schedules_and_days_off_are_changed_by_typing(world, server, monkeypatch):
    monkeypatch.setenv("LOA_AUTHOR", "canbo")
    monkeypatch.setenv("LOA_AUTHOR_PASSWORD", PASSWORDS["canbo"])
    bulletin, _ = world.submitted("Họp thôn")
    airing = world.plan(bulletin, areas=[NHA_TRANG], seconds=7200)

    def loa(*arguments):
        done = CliRunner().invoke(app, [*arguments, "--station", server.address])
        return done.stdout if done.exit_code == 0 else done.stderr

    to = (world.now() + timedelta(days=1)).isoformat()
    moved = json.loads(loa("airing", "move", airing, "--to", to, "--json"))["airing"]
    assert loa("airing", "stop", moved) == f"Đã dừng {moved}: Họp thôn.\n"
    first = f"{world.now() + timedelta(days=2):%Y-%m-%d}"
    made = loa(
        "schedule", "add", "--bulletin", bulletin, "--area", NHA_TRANG, "--at", "17:00", "--first", first
    )
    changed = loa("schedule", "change", made.split("\t")[0], "--at", "16:30", "--first", first)
    assert "T163000" in changed
    monkeypatch.setenv("LOA_AUTHOR", "quantri")
    monkeypatch.setenv("LOA_AUTHOR_PASSWORD", PASSWORDS["quantri"])
    assert loa("day-off", "set", "2026-12-24", "--name", "Ngày hội") == "2026-12-24\tnghỉ\tNgày hội\n"
    assert "2026-12-24\tnghỉ\tNgày hội\n" in loa("day-off", "list", "2026")
    assert loa("day-off", "remove", "2026-12-24") == "Đã bỏ ngày 2026-12-24.\n"


def test_a_document_of_the_hub_is_taken_and_its_approver_ended_by_typing(world, server, monkeypatch):
    document = hub_document(world, PROVINCE, Made(mp3(), 8_000))

    def hub(name, *arguments):
        monkeypatch.setenv("LOA_AUTHOR", name)
        monkeypatch.setenv("LOA_AUTHOR_PASSWORD", PASSWORDS[name])
        done = CliRunner().invoke(app, ["hub", *arguments, "--station", server.address])
        return done.stdout if done.exit_code == 0 else done.stderr

    assert "Tỉnh chỉ nhận văn bản của người này làm bản nháp." in hub("canbo", "documents")
    assert hub("canbo", "take", document).endswith("\tlà bản nháp: gửi duyệt như thường\n")
    assert "\tđã nhận: " in hub("canbo", "documents")
    assert "hub.taken" in hub("canbo", "take", document)
    shown = hub("quantri", "show").splitlines()
    assert shown[:2] == ["Trung tâm: chưa đặt", "Nghe lần cuối: chưa lần nào"]
    kid, name, grade = shown[-1].split("\t")
    assert (name, grade) == ("Bộ Tư pháp", "bản nháp")
    assert hub("quantri", "end", kid).endswith("\tBộ Tư pháp\tthôi nhận\n")
    assert "hub.no-approver" in hub("quantri", "accept", kid, "--grade", "routine")
