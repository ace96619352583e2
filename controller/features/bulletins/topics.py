"""What bulletins are about: the province's list of topics, and the topic of each bulletin."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.bulletins.queries import get_bulletin, usable_bulletin
from controller.features.journal.service import record
from controller.model.base import ID_LENGTH
from controller.model.bulletin_states import TopicCode
from controller.model.bulletins import LONGEST_TOPIC_NAME, Bulletin, Topic
from controller.model.permissions import Act, Operator
from controller.store import one_read, one_write

MOST = 100
"""Topics of one list; a report by more of them says nothing any more."""


@one_read
def topics(session: Session, *, everything: bool = False) -> Sequence[Topic]:
    """Return the topics that may be chosen, or with those that were ended, in their order."""
    query = select(Topic).order_by(Topic.place, Topic.code)
    return session.scalars(query if everything else query.where(Topic.ended_at.is_(None))).all()


def get_topic(session: Session, code: str) -> Topic:
    """Return the topic, or raise NotFound."""
    topic = session.get(Topic, TopicCode(code))
    if topic is None:
        raise NotFound("Không có chủ đề này.", code="topic.unknown")
    return topic


@one_read
def topic_of(session: Session, bulletin: Bulletin) -> Topic | None:
    """Return what a bulletin is about, or None; a variant is about what its bulletin is about."""
    whole = bulletin if bulletin.variant_of is None else get_bulletin(session, bulletin.variant_of)
    return None if whole.topic is None else session.get_one(Topic, whole.topic)


@one_write
def set_topic(session: Session, bulletin_id: str, code: str | None, *, by: Operator, now: datetime) -> None:
    """Set a bulletin's topic, or remove it (None, ""); like its legal act it is not part of the wording."""
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    if bulletin.variant_of is not None:
        raise Conflict(
            "Bản dịch lấy chủ đề của bản tiếng Việt. Hãy đổi chủ đề ở bản tiếng Việt.",
            code="topic.of-variant",
        )
    code = code or None
    if bulletin.topic == code:
        return
    topic = None if code is None else session.get(Topic, TopicCode(code))
    if code is not None and topic is None:
        raise BadInput("Không có chủ đề này. Hãy chọn chủ đề trong danh sách.", code="topic.unknown")
    if topic is not None and topic.ended_at is not None:
        raise Conflict("Chủ đề này không còn dùng. Hãy chọn chủ đề khác.", code="topic.ended")
    bulletin.topic = None if topic is None else topic.code
    record(session, by, "bulletin.topic_set", bulletin_id, now, detail={"topic": code})


@one_write
def add_topic(session: Session, name: str, *, by: Operator, now: datetime) -> Topic:
    """Put a topic at the end of the list."""
    _require_rule(session, by)
    name = _checked_name(session, name)
    count, last = session.execute(select(func.count(), func.max(Topic.place)).select_from(Topic)).one()
    if count >= MOST:
        raise Conflict(f"Danh sách đã có {MOST} chủ đề. Hãy bỏ bớt hoặc đổi tên.", code="topic.too-many")
    code = _code_of(name)
    if session.get(Topic, code) is not None:
        raise Conflict("Đã có chủ đề gần giống tên này. Hãy dùng lại hoặc đặt tên khác.", code="topic.taken")
    topic = Topic(code=code, name=name, place=0 if last is None else last + 1)
    session.add(topic)
    session.flush()
    record(session, by, "topic.added", code, now, detail={"name": name})
    return topic


@one_write
def rename_topic(session: Session, code: str, name: str, *, by: Operator, now: datetime) -> Topic:
    """Give a topic another name; reports of all months use it."""
    _require_rule(session, by)
    topic = get_topic(session, code)
    name = _checked_name(session, name, but=topic.code)
    if name != topic.name:
        topic.name = name
        record(session, by, "topic.renamed", code, now, detail={"name": name})
    return topic


@one_write
def end_topic(session: Session, code: str, *, by: Operator, now: datetime) -> Topic:
    """Stop offering a topic; bulletins that have it keep it."""
    _require_rule(session, by)
    topic = get_topic(session, code)
    if topic.ended_at is None:
        topic.ended_at = now
        record(session, by, "topic.ended", code, now)
    return topic


@one_write
def bring_back_topic(session: Session, code: str, *, by: Operator, now: datetime) -> Topic:
    """Offer a stopped topic again."""
    _require_rule(session, by)
    topic = get_topic(session, code)
    if topic.ended_at is not None:
        topic.ended_at = None
        record(session, by, "topic.brought-back", code, now)
    return topic


def _require_rule(session: Session, by: Operator) -> None:
    require(session, by, Act.RULE, top_area(session).code)


def _checked_name(session: Session, name: str, but: TopicCode | None = None) -> str:
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name or len(name) > LONGEST_TOPIC_NAME or not name.isprintable():
        raise BadInput(f"Hãy ghi tên chủ đề, không quá {LONGEST_TOPIC_NAME} ký tự.", code="topic.name")
    query = select(Topic.code).where(func.lower(Topic.name) == name.lower(), Topic.code != (but or ""))
    if session.scalars(query).first() is not None:
        raise Conflict("Đã có chủ đề mang tên này.", code="topic.taken")
    return name


def _code_of(name: str) -> TopicCode:
    """Return the name as a URL slug: letters without accents, joined by hyphens."""
    folded = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    plain = "".join(
        letter if letter.isascii() and letter.isalnum() else " "
        for letter in folded
        if not unicodedata.combining(letter)
    )
    code = "-".join(plain.split())[:ID_LENGTH].strip("-")
    if not code:
        raise BadInput("Tên chủ đề phải có chữ hoặc số.", code="topic.name")
    return TopicCode(code)
