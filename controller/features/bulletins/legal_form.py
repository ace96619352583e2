"""Form fields of a bulletin's legal act, and the words in which pages show the act and its end."""

from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel

from controller.errors import BadInput
from controller.features.bulletins.validity import named
from controller.features.imports.legal_references import KINDS, LETTER, Reference
from controller.http.time_fields import day_value, read_day
from controller.http.words import said_day, wall_day
from controller.model.bulletins import LegalReference

ACT_KINDS = (*KINDS.values(), LETTER)
_SOON = timedelta(days=14)
"""So far ahead airings are made: an act that ends within it already keeps some from being made."""


class ActTyped(BaseModel):
    """Fields of the form's collapsed part; kept as typed, so that a refused form can be shown again."""

    van_ban: str = ""
    """Not empty: the part was there, so that its empty fields mean that there is no act."""
    so_hieu: str = ""
    loai_vb: str = ""
    co_quan: str = ""
    ngay_vb: str = ""
    hieu_luc_tu: str = ""
    hieu_luc_den: str = ""

    @property
    def has_act(self) -> bool:
        """Whether any field of the act is filled in."""
        return any(getattr(self, name).strip() for name in _PARTS)

    def reference(self) -> Reference:
        """Return the act, or raise BadInput for what is no date; lengths are the use case's business."""
        return Reference(
            number=self.so_hieu.strip() or None,
            kind=self.loai_vb.strip() or None,
            issuer=self.co_quan.strip() or None,
            dated=_day(self.ngay_vb, "Ngày ban hành"),
            in_force_from=_day(self.hieu_luc_tu, "Ngày có hiệu lực"),
            in_force_until=_day(self.hieu_luc_den, "Ngày cuối còn hiệu lực"),
        )


_PARTS = ("so_hieu", "loai_vb", "co_quan", "ngay_vb", "hieu_luc_tu", "hieu_luc_den")


def typed_act(reference: Reference) -> dict[str, str]:
    """Return the form's fields for an act."""
    return {name: _field(value) for name, value in zip(_PARTS, astuple(reference), strict=True)}


def _field(value: str | date | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else day_value(value)


def _day(text: str, what: str) -> date | None:
    if not text.strip():
        return None
    try:
        return read_day(text)
    except ValueError:
        raise BadInput(
            f"{what} của văn bản chưa đúng. Hãy chọn lại ngày, hoặc để trống.", code="reference.bad-day"
        ) from None


@dataclass(frozen=True, slots=True)
class ActShown:
    """An act in words: `facts` are name and value; `ends` says what happens when it ends, or has happened."""

    name: str
    facts: tuple[tuple[str, str], ...]
    ends: str
    is_over: bool


def act_shown(row: LegalReference, now: datetime) -> ActShown:
    """Return how a page tells of an act."""
    days = (
        ("Ban hành ngày", row.dated),
        ("Có hiệu lực từ", row.in_force_from),
        ("Hiệu lực đến hết", row.in_force_until),
    )
    facts = [("Cơ quan ban hành", row.issuer)] if row.issuer else []
    facts += [(name, said_day(on)) for name, on in days if on is not None]
    until, today = row.in_force_until, wall_day(now)
    is_over = until is not None and until < today
    return ActShown(named(row), tuple(facts), _what_happens(row, today), is_over)


def _what_happens(row: LegalReference, today: date) -> str:
    until = row.in_force_until
    if until is None:
        return "Không ghi ngày hết hiệu lực: bản tin phát được cho đến khi có người dừng."
    if until < today:
        return (
            f"Văn bản chỉ có hiệu lực đến hết ngày {until:%d/%m/%Y}, nên bản tin không phát nữa; các lượt "
            "còn lại đã hủy. Nếu được gia hạn, hãy sửa ngày rồi đặt lịch phát lại."
        )
    soon = " Chỉ còn ít ngày." if until - today <= _SOON else ""
    return (
        f"Hết ngày {until:%d/%m/%Y} hệ thống tự thôi phát bản tin này: các lượt đã đặt sau ngày đó bị hủy, "
        f"lịch lặp không phát thêm, và người soạn được báo.{soon}"
    )
