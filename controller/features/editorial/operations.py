"""What pages and JSON both do with what somebody writes: one transaction each, then the station is woken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.features.accounts.viewer import Caller
from controller.features.airings.conflicts import Meeting
from controller.features.airings.planning import BroadcastRequest, plan_foreseen
from controller.features.bulletins.service import draft_bulletin, revise_bulletin, submit_bulletin
from controller.features.drafts.editing_now import end_editing
from controller.features.drafts.sent_forms import claim_form, note_form_sent
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import name_reference
from controller.features.schedules.service import schedule_each
from controller.features.speech.queries import check_offered
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import USUAL_HIGHEST_GRADE, Bulletin
from controller.model.permissions import Operator
from controller.model.wording import PLAIN, Manner
from controller.store import Session
from devices.ids import AiringId, AreaCode, Grade
from schedules.recurrence import Recurrence
from schedules.skips import Skips
from tts.uploads import UploadId


@dataclass(frozen=True, slots=True)
class WrittenBulletin:
    """A bulletin as somebody wrote it: its words, how they are read, and what they are about."""

    title: str
    text: str
    topic: str = ""
    reference: Reference | None = None
    manner: Manner = PLAIN
    upload: UploadId | None = None
    """A sound file that was brought along; the text then tells what is in it."""


@dataclass(frozen=True, slots=True)
class RepeatRequest:
    """Where, by which rules and how a bulletin shall come again; a rule for each time of day."""

    areas: Sequence[AreaCode]
    rules: Sequence[Recurrence]
    skips: Skips
    grade: Grade
    volume: int
    meeting: Meeting
    """What is done where occurrences of the next 14 days meet others."""


def keep(caller: Caller, written: WrittenBulletin) -> BulletinId:
    """Keep a bulletin as a draft, with its topic and its legal act."""
    _check_voice(caller, written)
    with caller.store.write() as session:
        return _keep(session, written, caller.by, caller.now()).id


def _keep(
    session: Session, written: WrittenBulletin, by: Operator, now: datetime, area: AreaCode | None = None
) -> Bulletin:
    bulletin = draft_bulletin(
        session,
        title=written.title,
        text=written.text,
        by=by,
        now=now,
        area=area,
        upload=written.upload,
        manner=written.manner,
        topic=written.topic,
    )
    name_reference(session, bulletin.id, written.reference, by=by, now=now)
    return bulletin


def hand_in(
    caller: Caller, written: WrittenBulletin, broadcast: BroadcastRequest
) -> tuple[BulletinId, AiringId]:
    """Write a bulletin with its legal act, submit it and plan its airing: all of it, or nothing."""
    _check_voice(caller, written)
    with caller.write() as session:
        bulletin = _handed_in(session, caller, written, broadcast.areas, broadcast.grade)
        return bulletin.id, plan_foreseen(session, bulletin.id, broadcast, **caller.stamp).id


def send_once(
    caller: Caller, form: str, written: WrittenBulletin, request: BroadcastRequest | RepeatRequest | None
) -> BulletinId:
    """Do what a form says: keep a draft (no request), or submit it with its airing or its schedules.

    All of it, or nothing; and once: the same form sent again, by its number, is the bulletin that it became.
    """
    _check_voice(caller, written)
    with caller.write() as session:
        before = claim_form(session, caller.by.id, form, caller.now()) if form else None
        if before is not None:
            return BulletinId(before)
        bulletin = _sent(session, caller, written, request)
        if form:
            note_form_sent(session, caller.by.id, form, bulletin, caller.now())
        return bulletin


def _check_voice(caller: Caller, written: WrittenBulletin) -> None:
    check_offered(caller.station.settings, written.manner.engine, written.manner.voice)


def _sent(
    session: Session,
    caller: Caller,
    written: WrittenBulletin,
    request: BroadcastRequest | RepeatRequest | None,
) -> BulletinId:
    if request is None:
        return _keep(session, written, caller.by, caller.now()).id
    bulletin = _handed_in(session, caller, written, request.areas, request.grade)
    if isinstance(request, RepeatRequest):
        schedule_each(
            session,
            bulletin.id,
            request.rules,
            **caller.stamp,
            skips=request.skips,
            areas=request.areas,
            grade=request.grade,
            volume=request.volume,
            meeting=request.meeting,
        )
    else:
        plan_foreseen(session, bulletin.id, request, **caller.stamp)
    return bulletin.id


def _handed_in(
    session: Session, caller: Caller, written: WrittenBulletin, areas: Collection[AreaCode], grade: Grade
) -> Bulletin:
    by, now = caller.by, caller.now()
    bulletin = _keep(session, written, by, now, meeting(caller.scope.tree, areas, by.area))
    highest = max(grade, USUAL_HIGHEST_GRADE, key=lambda one: one.rank)
    submit_bulletin(session, bulletin.id, by=by, now=now, speech=caller.station.speech, highest_grade=highest)
    return bulletin


def mend(
    caller: Caller, bulletin_id: str, written: WrittenBulletin, *, based_on: int | None, is_submitted: bool
) -> None:
    """Give a draft, or a returned bulletin, another wording and legal act, and hand it in if asked."""
    _check_voice(caller, written)
    with caller.write() as session:
        bulletin = revise_bulletin(
            session,
            bulletin_id,
            title=written.title,
            text=written.text,
            **caller.stamp,
            manner=written.manner,
            based_on=based_on,
        )
        name_reference(session, bulletin.id, written.reference, **caller.stamp)
        end_editing(session, bulletin.id, caller.by.id)
        if is_submitted:
            submit_bulletin(session, bulletin.id, **caller.stamp, speech=caller.station.speech)


def meeting(tree: AreaTree, areas: Collection[AreaCode], home: AreaCode) -> AreaCode:
    """Return the area that a bulletin for these belongs to: the one itself, or where their ways up meet."""
    known = [tree.lineage(area) for area in areas if area in tree]
    if not known:
        return home
    return next((area for area in known[0] if all(area in lineage for lineage in known)), home)
