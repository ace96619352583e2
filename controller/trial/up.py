"""`loa up`: the station with all its parts, and on its first start a bulletin as an example."""

import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from controller.app import Controller
from controller.errors import LoaError
from controller.features.accounts.queries import has_administrator
from controller.features.fleet.node_names import SIMULATED
from controller.features.imports.bulletin_files import sample
from controller.features.keys.service import sign_at_hand
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.queries import published_policies
from controller.features.provisioning.service import add_officer_of_a_commune
from controller.host.broker import refuse_trial_broker
from controller.host.home_folder import make_home, refuse_practice_home
from controller.host.interpreter import settle
from controller.host.logs import log_to
from controller.host.station_keys import Secrets
from controller.model.airings import Airing
from controller.model.first_people import FIRST_OPERATORS, OF_A_COMMUNE
from controller.model.fleet import Node
from controller.settings import Settings
from controller.terminal.progress import Stages
from controller.trial.hands import TrialHands
from controller.trial.job import TrialRun
from controller.trial.simulated import enrol_simulated, fleet_of
from devices.ids import AreaCode
from tts.errors import SpeechError

_OPENING_AFTER = timedelta(seconds=30)


def run(chosen: dict[str, Any], *, with_fleet: bool, with_opening: bool) -> None:
    """Run the station until Ctrl-C (or SIGTERM)."""
    settings = _settings(chosen, with_fleet=with_fleet)
    refuse_practice_home(settings.home)
    run_station(Controller(settings), with_fleet=with_fleet, with_opening=with_opening)


def run_station(
    station: Controller,
    *,
    with_fleet: bool,
    with_opening: bool,
    prepare: Callable[[Controller], Iterable[str]] = lambda _: (),
) -> None:
    """Run a station until Ctrl-C (or SIGTERM); `prepare`: called once it runs, returns lines to show."""
    settings = station.settings
    make_home(settings.home)
    log_to(settings.home / "loa.log", settings.log_level, is_json=settings.log_format == "json")
    asked = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: asked.set())
    with ExitStack() as parts:
        stages = parts.enter_context(Stages())
        stages.say("Đang khởi động đài…")
        refuse_trial_broker(settings, with_fleet=with_fleet)
        began = station.now()
        station.start()
        parts.callback(stages.say, "Đã dừng.")
        parts.callback(station.stop)
        is_first = _is_first(station)
        if with_fleet:
            _prepare_trial(station, is_first=is_first)
        for line in prepare(station):
            stages.say(line)
        _greet(station, stages, is_trial=with_fleet)
        if not with_fleet:
            for line in left_of_a_trial(station):
                stages.say(line)
        job = TrialRun(station, stages, asked=asked)
        if with_fleet:
            _start_fleet(station, stages, parts)
        if with_opening and is_first:
            _start_opening(job, began + _OPENING_AFTER, parts)
        settle()
        asked.wait()
        stages.say("Đang dừng…")


def _start_fleet(station: Controller, stages: Stages, parts: ExitStack) -> None:
    nodes = enrol_simulated(station, None)
    fleet = fleet_of(station, nodes)
    fleet.start()
    parts.callback(fleet.stop)
    station.trial = TrialHands(fleet, Secrets(station.settings.home))
    stages.say(f"Dàn loa mô phỏng: {len(nodes)} cụm, không có giờ yên lặng.")


def _start_opening(job: TrialRun, not_before: datetime, parts: ExitStack) -> None:
    opening = threading.Thread(target=_open, args=(job, not_before), name="opening", daemon=True)
    opening.start()
    parts.callback(opening.join, 5.0)


def _prepare_trial(station: Controller, *, is_first: bool) -> None:
    if is_first:
        add_officer_of_a_commune(station.store, station.settings, now=station.now())
    sign_keys_of_a_trial(station)


def sign_keys_of_a_trial(station: Controller) -> None:
    """Sign the key set if keys wait for it, as after an upgrade: a trial has its root key at hand."""
    with station.store.write() as session:
        if keys_to_sign_for(session, station.now()):
            sign_at_hand(session, station.settings, now=station.now())


def _settings(chosen: dict[str, Any], *, with_fleet: bool) -> Settings:
    """Return the settings; defaults depend on whether the loudspeakers are simulated.

    Simulated: no quiet hours, no second factor, four people to try it with. Real: the defaults of the
    settings, and people only by the first code.
    """
    settings = Settings(**chosen)
    told = settings.model_fields_set
    if not with_fleet:
        return settings if "first_people" in told else Settings(**chosen, first_people=False)
    more: dict[str, Any] = {} if "require_totp" in told else {"require_totp": False}
    if not told & {"quiet_begins", "quiet_ends"}:
        more |= {"quiet_begins": "00:00", "quiet_ends": "00:00"}
    return Settings(**chosen, **more)


def _greet(station: Controller, stages: Stages, *, is_trial: bool) -> None:
    files = Secrets(station.settings.home)
    assert station.pages is not None
    stages.say(f"Trang của đài:  {station.pages.address}")
    for line in password_lines(files, to_person=is_trial or sys.stderr.isatty()):
        stages.say(line)
    with station.store.read() as session:
        lacks_administrator = not has_administrator(session)
    if lacks_administrator:
        stages.say(
            "Đài chưa có quản trị. Lấy mã bắt đầu bằng «loa operator first-code», rồi mở trang /bat-dau."
        )
    if files.root_key.exists():
        stages.say(f"Khóa gốc nằm trong {files.root_key}; khi dùng thật, cất ra khỏi máy chủ.")
    if station.broker is not None:
        stages.say(f"Trạm trung chuyển MQTT: {station.broker.kind}, {station.broker_url}")


def password_lines(files: Secrets, *, to_person: bool) -> list[str]:
    """Return the lines about the first passwords, while their file exists.

    The passwords are shown at a terminal, and in a trial with simulated loudspeakers; the output of a service
    would be stored in the system's journal.
    """
    passwords = files.passwords()
    if not passwords:
        return []
    shown = [
        f"  {first.display_name:<15} {first.name:<9} {passwords[first.name]}"
        for first in (*FIRST_OPERATORS, OF_A_COMMUNE)
        if first.name in passwords and to_person
    ]
    return [*shown, f"Mật khẩu nằm trong {files.operators}; khi dùng thật, đổi mật khẩu rồi xóa tệp này."]


def left_of_a_trial(station: Controller) -> list[str]:
    """Return what a trial station still lacks before it may control real loudspeakers."""
    with station.store.read() as session:
        policies = published_policies(session, AreaCode(station.settings.province))
        simulated = session.scalar(
            select(func.count())
            .select_from(Node)
            .where(Node.id.startswith(SIMULATED), Node.retired_at.is_(None))
        )
    told = []
    if policies and not any(policy.quiet_hours for policy in policies):
        told.append(
            "CHÚ Ý: quy định của tỉnh không có giờ yên lặng, loa có thể kêu giữa đêm. Hãy ký quy định mới: "
            "loa policy sign --area MÃ --quiet 21:30-04:45 --as TÊN"
        )
    if simulated:
        told.append(f"CHÚ Ý: còn {simulated} cụm loa mô phỏng. Hãy cho thôi dùng bằng «loa node retire».")
    return told


def _is_first(station: Controller) -> bool:
    with station.store.read() as session:
        return not session.scalar(select(func.count()).select_from(Airing))


def _make_test(job: TrialRun) -> None:
    """Prepare the loudspeaker test for the trial's technician; if that fails, the sample still airs."""
    try:
        job.make_test()
    except (LoaError, SpeechError) as error:
        if not job.asked.is_set():
            job.stages.say(f"Chưa có bản tin thử loa: {error.sentence}")


def _open(job: TrialRun, not_before: Any) -> None:
    try:
        job.stages.say("Bản tin mẫu: Quyết định 1322/QĐ-UBND, phát tới toàn tỉnh.")
        bulletin = job.render(sample("decision-1322"))
        job.approve(bulletin)
        earliest = job.station.now() + job.station.settings.lead
        airing = job.air(bulletin, AreaCode(job.station.settings.province), max(not_before, earliest))
        job.agree(airing)
        _make_test(job)
        job.follow(airing, None)
    except (LoaError, SpeechError) as error:
        if not job.asked.is_set():
            job.stages.say(f"Chưa phát được bản tin mẫu: {error.sentence}")
        return
    if not job.asked.is_set():
        job.stages.say("Đã phát xong bản tin mẫu. Đài vẫn chạy; Ctrl-C để dừng.")
