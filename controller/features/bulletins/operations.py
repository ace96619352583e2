"""Operations on bulletins for pages and JSON: one transaction each, then the station is woken."""

from collections.abc import Sequence
from functools import partial

from controller.errors import BadInput
from controller.features.accounts.counted_signing import counted_signing
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.pens import Touch
from controller.features.accounts.queries import require
from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.touches import ask_touch
from controller.features.accounts.viewer import Caller
from controller.features.bulletins.authorships import check_signable, sign_authorship, writers_role
from controller.features.bulletins.hearing import needed_of
from controller.features.bulletins.listening_proof import ListeningProof, Span, heard_by, note_played
from controller.features.bulletins.programme_form import ProgrammeTyped
from controller.features.bulletins.programme_queries import place_of
from controller.features.bulletins.programmes import check_sounds, draft_programme, revise_programme
from controller.features.bulletins.queries import visible_bulletin, visible_wording
from controller.features.bulletins.schemas import BulletinShown, Revise
from controller.features.bulletins.service import (
    approve_bulletin,
    check_approvable,
    revise_bulletin,
    submit_bulletin,
)
from controller.features.bulletins.signed_approvals import scope_in_words
from controller.features.bulletins.topics import set_topic
from controller.features.drafts.service import send_draft
from controller.features.speech.queries import check_offered
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import USUAL_HIGHEST_GRADE, Bulletin
from controller.model.permissions import Act
from controller.model.wording import Manner
from devices.ids import Grade, RecordingId, Role


def approve(
    caller: Caller,
    tries: Tries,
    bulletin_id: str,
    *,
    revision: int,
    recording: str,
    password: str | Touch,
    declared: bool = False,
    highest_grade: Grade = USUAL_HIGHEST_GRADE,
) -> None:
    """Approve what was read and heard; wrong passwords are counted and journaled, as at sign-in.

    A `Touch` that has no answer yet raises SignatureAsked, and changes nothing.
    """
    by, now, meant = caller.by, caller.now(), RecordingId(recording)
    with caller.store.read() as session:
        bulletin = visible_bulletin(session, caller.scope, bulletin_id)
        needed = needed_of(session, caller.station, bulletin, by=by)
        check_approvable(session, bulletin, revision, meant, by=by, declared=declared, now=now, needed=needed)
    role = Role.APPROVER
    with counted_signing(
        caller, tries, role, password, refused="bulletin.approval-refused", subject=bulletin_id
    ) as opened:
        approve_bulletin(
            caller,
            bulletin_id,
            revision=revision,
            recording=meant,
            by=by,
            password=opened,
            now=now,
            declared=declared,
            highest_grade=highest_grade,
            needed=needed,
        )


def ask_approval(
    caller: Caller,
    tries: Tries,
    bulletin_id: str,
    *,
    kid: str,
    revision: int,
    recording: str,
    declared: bool = False,
    highest_grade: Grade = USUAL_HIGHEST_GRADE,
) -> TouchAsked:
    """Return what a person's device is to sign for exactly this approval, and the approval in words."""
    with caller.store.read() as session:
        bulletin = visible_bulletin(session, caller.scope, bulletin_id)
        require(session, caller.by, Act.APPROVE, bulletin.area)
    act = partial(
        approve,
        caller,
        tries,
        bulletin_id,
        revision=revision,
        recording=recording,
        declared=declared,
        highest_grade=highest_grade,
    )
    scope = scope_in_words(bulletin, caller.scope.name(bulletin.area), caller.now())
    words = f"Duyệt «{bulletin.title}», phiên bản {bulletin.revision}. {scope}"
    return ask_touch(caller, Role.APPROVER, kid, lambda touch: act(password=touch), words=words)


def sign_as_author(
    caller: Caller, tries: Tries, bulletin_id: str, *, revision: int, recording: str, password: str | Touch
) -> None:
    """Sign one's own bulletin once its recording is made; wrong passwords are counted and journaled.

    A `Touch` that has no answer yet raises SignatureAsked, and changes nothing.
    """
    by, now, meant = caller.by, caller.now(), RecordingId(recording)
    with caller.store.read() as session:
        bulletin = visible_bulletin(session, caller.scope, bulletin_id)
        check_signable(session, bulletin, revision, meant, by=by, now=now)
    role = writers_role(by)
    with counted_signing(
        caller, tries, role, password, refused="bulletin.authoring-refused", subject=bulletin_id
    ) as opened:
        sign_authorship(
            caller, bulletin_id, revision=revision, recording=meant, by=by, password=opened, now=now
        )


def ask_author(
    caller: Caller, tries: Tries, bulletin_id: str, *, kid: str, revision: int, recording: str
) -> TouchAsked:
    """Return what a person's device is to sign as the author of exactly this, in words."""
    with caller.store.read() as session:
        bulletin = visible_bulletin(session, caller.scope, bulletin_id)
        require(session, caller.by, Act.WRITE, bulletin.area)
    act = partial(sign_as_author, caller, tries, bulletin_id, revision=revision, recording=recording)
    words = f"Ký là người soạn «{bulletin.title}», phiên bản {bulletin.revision}."
    return ask_touch(caller, writers_role(caller.by), kid, lambda touch: act(password=touch), words=words)


def revise(caller: Caller, bulletin_id: str, asked: Revise) -> BulletinShown:
    """Give a bulletin another wording; what is left out of how it is read stays."""
    with caller.write() as session:
        _, was = visible_wording(session, caller.scope, bulletin_id)
        manner = _revised(was.manner, asked)
        if (manner.engine, manner.voice) != (was.engine, was.voice):
            check_offered(caller.station.settings, manner.engine, manner.voice)
        row = revise_bulletin(
            session,
            bulletin_id,
            title=asked.title,
            text=asked.text,
            **caller.stamp,
            manner=manner,
            based_on=asked.based_on,
        )
        return BulletinShown.of(row)


def _revised(was: Manner, asked: Revise) -> Manner:
    """Return the manner with what was asked; what was left out stays."""
    engine, voice = was.engine, was.voice
    if asked.engine is not None:
        engine, voice = asked.engine, asked.voice or ""
    left = asked.model_fields_set
    return Manner(
        was.issuer if asked.issuer is None else asked.issuer,
        was.readings if asked.readings is None else asked.readings,
        was.words if asked.own_words is None else tuple(one.pair for one in asked.own_words),
        was.pace if asked.pace is None else asked.pace,
        asked.reading_register if "reading_register" in left else was.register,
        engine,
        voice if asked.voice is None else asked.voice,
        was.alert if asked.alert is None else asked.alert,
    )


def save_programme(
    caller: Caller, form: ProgrammeTyped, bulletin: Bulletin | None, *, is_submitted: bool
) -> BulletinId:
    """Save a programme as it was typed (None: a new one), forget that as a draft, and hand it in if asked."""
    with caller.write() as session:
        if not form.items:
            raise BadInput(
                "Chương trình chưa có mục nào. Hãy thêm ít nhất một bản tin.", code="programme.items"
            )
        check_sounds(caller.station.uploads, form.items)
        by, now = caller.by, caller.now()
        title, items, again = form.title, form.meant(), form.again
        if bulletin is None:
            row = draft_programme(session, title=title, items=items, again_if_preempted=again, by=by, now=now)
        else:
            row = revise_programme(
                session,
                bulletin.id,
                title=title,
                items=items,
                again_if_preempted=again,
                by=by,
                now=now,
                based_on=form.based_on,
            )
        set_topic(session, row.id, form.topic, by=by, now=now)
        send_draft(session, by.id, place_of(bulletin), form.number, now)
        if is_submitted:
            submit_bulletin(session, row.id, by=by, now=now, speech=caller.station.speech)
        return row.id


def note_heard(caller: Caller, recording: str, spans: Sequence[Span]) -> ListeningProof:
    """Keep what a person played of a recording, in a transaction of its own; return all that they played.

    A program with a token cannot listen, so its report is not stored.
    """
    known = RecordingId(recording)
    if not spans or caller.by.acts is not None:
        return heard_by(caller.store, caller.by, known)
    return note_played(caller.store, known, spans, **caller.stamp)
