"""One of everything that addresses name: for tests that come to every page."""

import hashlib
from dataclasses import replace
from datetime import time, timedelta

from controller.features.airings.planning import BroadcastRequest
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.chimes.service import choose_chime
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.service import plan_drill
from controller.features.emergencies.preparation import prepare
from controller.features.emergencies.service import WantedCall, call_emergency
from controller.features.enrolment.service import make_code
from controller.features.fleet.service import NewNode
from controller.features.hub.documents import DocumentFile
from controller.features.lexicon.proposals import propose_entry
from controller.features.lexicon.service import add_entry
from controller.features.listeners.service import report_trouble
from controller.features.schedules.service import schedule_bulletin
from controller.features.speaker_tests.service import TEXT, TITLE
from controller.features.templates.service import add_template
from controller.model.chimes import ChimePlace
from controller.model.drills import Drill
from controller.model.emergency_states import Kind
from controller.model.hub import HubApprover, HubDocument
from devices.ids import Grade, NodeId, Role
from devices.jose import SigningKey
from schedules.recurrence import Daily
from tests.integration.web.site_world import BAC_NHA_TRANG, PASSWORDS, Made
from tests.support.swelling_tone import mp3


def _of_commune(world, area):
    """Somebody who writes there: who proposes, proposes for the own area or above."""
    return replace(world.officer, area=area)


def _drill(world, area, made):
    """A drill that is judged and published, though nothing was aired yet."""
    test = world.do(draft_bulletin, title=TITLE, text=TEXT, by=world.officer, test=True).id
    world.render(world.do(submit_bulletin, test, by=world.officer).id, made)
    world.approve(test, made)
    request = BroadcastRequest((area,), world.now() + timedelta(days=20), grade=Grade.PRIORITY)
    drill = world.do(
        plan_drill, "Diễn tập", request, DrillCriteria(5, 95, needs_level=False), by=world.approver
    )
    with world.store.write() as session:
        row = session.get(Drill, drill.id)
        row.judged_at = row.published_at = world.now()
    return drill.id


def hub_document(world, area, made):
    """A document of a hub, by an approver whom the province accepts for drafts alone."""
    file = DocumentFile(title=f"{TITLE} {area}", text=TEXT, manifest=made.manifest, approval="a.b.c")
    content = file.payload()
    name = hashlib.sha256(content).hexdigest()
    key = SigningKey.generate(Role.APPROVER, world.now(), timedelta(days=30))
    listed = key.public(holder="bo-tuphap", area="vn").model_dump(mode="json")
    times = {"approved_at": world.now(), "expires_at": world.now() + timedelta(days=30)}
    with world.store.write() as session:
        approver = {"holder": "bo-tuphap", "name": "Bộ Tư pháp", "key": listed, "area": area}
        by = {"accepted_by": world.approver.id, "accepted_at": world.now()}
        session.add(HubApprover(kid=key.kid, **approver, **by))
        session.flush()
        told = {"title": TITLE, "grade": Grade.ROUTINE, "area": area, "recording": made.recording}
        text = {"content": content.decode(), "came_at": world.now()}
        session.add(HubDocument(sha256=name, kid=key.kid, **told, **text, **times))
    return name


def one_of_each(world, area=BAC_NHA_TRANG):
    """Return one of everything in one commune, by the names of addresses."""
    made = Made(mp3(), 8_000)
    airing, _ = world.approved_airing(areas=(area,), seconds=7200, made=made)
    bulletin, _ = world.submitted("Tin của phường", made=made)
    failed, rendering = world.submitted("Tin hỏng", rendered=False)
    world.fail(rendering)
    with world.store.write() as session:
        for one in (bulletin, failed):
            get_bulletin(session, one).area = area
    daily = Daily(at=time(17), first=world.now().date() + timedelta(days=1))
    schedule = world.do(schedule_bulletin, bulletin, areas=[area], rule=daily, by=world.approver)
    alarm, _ = world.submitted("Lũ", made=made, highest=Grade.EMERGENCY)
    world.approve(alarm, made)
    approved, _ = world.submitted("Tin đã duyệt của phường", made=made)
    world.approve(approved, made)
    with world.store.write() as session:
        get_bulletin(session, approved).area = area
    prepared = world.do(prepare, alarm, Kind.ALARM, area, by=world.officer).id
    called = world.do(
        call_emergency, WantedCall([area], prepared), by=world.officer, password=PASSWORDS["canbo"]
    ).row
    new = NewNode(NodeId(f"kh-9-{area}" if area != BAC_NHA_TRANG else "kh-9"), area, "Cụm 9")
    drill = _drill(world, area, made)
    enrolment, _ = world.do(make_code, new, by=world.people["kythuat"])
    entry = world.do(add_entry, written="KDC", spoken="khu dân cư", area=area, by=world.approver)
    taught = {"written": "TDP", "spoken": "tổ dân phố", "area": area}
    proposal = world.do(propose_entry, **taught, by=_of_commune(world, area))
    kept = {"title": "Mẫu", "text": "Ngày [ngày].", "area": area}
    template = world.do(add_template, **kept, by=world.approver)
    sound = {"upload": "a" * 64, "seconds": 3.0, "area": area}
    chime = world.do(choose_chime, ChimePlace.CLOSING, **sound, by=world.approver)
    return {
        "{area}": area,
        "{schedule_id}": schedule.id,
        "{entry_id}": entry.id,
        "{proposal_id}": proposal.id,
        "{template_id}": template.id,
        "{chime_id}": chime.id,
        "{prepared}": prepared,
        "{emergency_id}": called.id,
        "{enrolment_id}": enrolment.id,
        "{day}": "2026-12-31",
        "{report_id}": world.do(report_trouble, NodeId(f"loa-{area}-1"), trouble="broken", words="")[0].id,
        "{code}": "y-te",
        "{first}": "2026-11-23",
        "{place}": "moi",
        "{airing_id}": airing,
        "{bulletin_id}": bulletin,
        "{failed}": failed,
        "{approved}": approved,
        "{drill_id}": drill,
        "{sha256}": hub_document(world, area, made),
        "{node_id}": f"loa-{area}-1",
        "{recording}": made.recording,
        "{version}": "x",
        "{name:path}": "app.css",
        "{name}": "xanhatrang",
        "{notice_id}": "khong-co",
        "{kid}": "khong-co",
        "{year}": "2026",
        "{token_id}": "khong-co",
        "{delegation}": "khong-co",
        "{delegation_id}": "khong-co",
    }
