"""What the pictures of the administration show: policies, words, figures, a node and its day."""

import json
import math
from datetime import timedelta
from io import BytesIO

from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.chimes.service import choose_chime
from controller.features.fleet.vitals_log import append_samples, sampled
from controller.features.fleet.vitals_samples import EXPECTED, FIGURES, Thinned, pack
from controller.features.lexicon.service import add_entry
from controller.features.listening_tests.service import folder_of
from controller.features.plans.policy_signing import sign_policy
from controller.features.quarantine.service import limit_volume, quarantine_node
from controller.features.reports.service import note_aired
from controller.features.templates.service import add_template
from controller.model.chimes import ChimePlace
from controller.model.emergency_states import Kind
from controller.model.fleet import Node, VitalsDay
from controller.model.proposals import Proposal, ProposalId
from devices.statements import QuietHours
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE
from tests.integration.web.test_emergency_pages import prepared_of
from tests.support.archived_year import archived_year
from tests.support.listening_made import answered, keep_test
from tests.support.swelling_tone import mp3

WORDS = (
    ("PBGDPL", "phổ biến giáo dục pháp luật"),
    ("KDC", "khu dân cư"),
    ("TDP", "tổ dân phố"),
    ("UBMTTQ", "ủy ban mặt trận tổ quốc"),
)
MARKET = "Chợ phiên họp từ [giờ bắt đầu] đến [giờ kết thúc], ngày [ngày], tại [địa điểm]."
_DARK = range(300, 420)  # minutes of the day in which the node of the picture was away


def tell_of_the_house(world, node):
    """Lay down what an administrator of some months would have; return an alarm and a listening test."""
    rule = {"administrator": world.people["quantri"], "password": PASSWORDS["quantri"]}
    world.do(sign_policy, area=PROVINCE, **rule)
    noon = (QuietHours(begins="21:00", ends="05:00"), QuietHours(begins="11:30", ends="13:30"))
    world.do(sign_policy, area=NHA_TRANG, quiet_hours=noon, loudest_volume=70, **rule)
    propose(world, world.people["kythuat"])
    for written, spoken in WORDS:
        world.do(add_entry, written=written, spoken=spoken, by=world.approver)
    for title, area in (("Chợ phiên vùng cao", PROVINCE), ("Chợ đêm Nha Trang", NHA_TRANG)):
        world.do(add_template, title=title, text=MARKET, area=area, by=world.approver)
    upload = keep_upload(world.uploads, BytesIO(mp3(4)), as_chime=True)
    world.do(
        choose_chime,
        ChimePlace.OPENING,
        upload=upload,
        seconds=4.0,
        area=PROVINCE,
        by=world.people["quantri"],
    )
    world.do(limit_volume, node, 70, by=world.people["kythuat"])
    world.do(quarantine_node, world.nodes[60], reason="Dân báo loa phát lạ", by=world.people["kythuat"])
    while world.do(note_aired):
        pass
    tell_a_nodes_day(world, node)
    tell_of_backups(world)
    year = archived_year(world.store, world.now().year - 2)
    folder = folder_of(world.settings)
    heard = keep_test(folder, world.now())
    for person in range(6):
        answered(folder, heard, world.now(), errs=lambda number, person=person: (number + person) % 7 == 0)
    return {"prepared": prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500), "ears": heard.id, "year": year}


def tell_of_backups(world):
    """What the home folder knows of the backup of the night, and of the rehearsal of a month ago."""
    night, home = world.now() - timedelta(hours=9), world.settings.home
    file = f"/mnt/backup/loa-{night:%Y%m%dT%H%M%SZ}.tar.age"
    made = {"at": night.isoformat(), "file": file, "size": 1_843_200_000, "way": "timer", "name": "loa"}
    (home / "last-backup.json").write_text(json.dumps(made), "utf-8")
    tried = night - timedelta(days=30)
    old = file.replace(f"{night:%Y%m%d}", f"{tried:%Y%m%d}")
    told = {"at": tried.isoformat(), "made_at": tried.isoformat(), "file": old}
    (home / "last-rehearsal.json").write_text(json.dumps(told), "utf-8")


def propose(world, by):
    """What somebody has signed and waits for the administrator of the pictures."""
    words = (
        "Quy định của Phường Nha Trang: giờ yên lặng 21:00–05:00 (trước: giờ yên lặng 21:00–05:00, "
        "11:30–13:30); âm lượng lớn nhất 60% (trước: âm lượng lớn nhất 70%)."
    )
    with world.store.write() as session:
        told = {
            "act": "policy.sign",
            "command": {},
            "area": NHA_TRANG,
            "words": words,
            "texts": [],
            "kid": "k",
        }
        session.add(Proposal(id=ProposalId("waiting"), by=by.id, at=world.now() - timedelta(hours=2), **told))


def tell_a_nodes_day(world, node):
    """Write down a day of vitals of one node, with a gap, and in short the month before it."""
    with world.store.write() as session:
        session.get(Node, node).enrolled_at = world.now() - timedelta(days=23)
        for ago in range(2, 24):
            day = (world.now() - timedelta(days=ago)).date()
            there = range(0 if ago % 9 else 40, 0 if ago == 13 else 96)
            quarters = {quarter: Thinned(EXPECTED, 0, (None,) * len(FIGURES)) for quarter in there}
            session.add(VitalsDay(node=node, day=day, packed=pack(quarters)))
    for minute in range(0, 24 * 60, 3):
        if minute in _DARK:
            continue
        told = world.vitals(
            node,
            minute % 7,
            temperature_c=35 + 8 * math.sin(minute / 229),
            signal_dbm=-70 - int(6 * math.sin(minute / 60)),
        )
        at = world.now() - timedelta(minutes=24 * 60 - minute)
        with world.store.write() as session:
            append_samples(session, [sampled(told, at)] * 6)
