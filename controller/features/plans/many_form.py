"""The form that changes some limits of many areas, as it was typed."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from controller.errors import BadInput
from controller.features.accounts.scope import Scope
from devices.ids import AreaCode
from devices.statements import MOST_ALONE_DAYS, QuietHours

SPANS = 3
"""Quiet hours that a form has room for: night, noon, and one more."""
_MOST_DIGITS = 4


class ChangesTyped(BaseModel):
    """These fields as typed: all input is accepted, so that it can be shown again with its errors."""

    dia_ban: list[str] = []
    nhom: list[str] = []
    """Named groups, each as the codes that the page showed for it, separated by commas."""
    ca_tinh: str = ""
    """All communes that the person sees."""
    doi_gio: str = ""
    """That quiet hours are to be changed: to the spans below, or to none."""
    tu: list[str] = []
    den: list[str] = []
    am_luong: str = ""
    phut: str = ""
    tu_phat: str = ""

    def areas(self, scope: Scope) -> list[AreaCode]:
        """Return the chosen areas, each once; NotFound for one that the person does not see."""
        grouped = (code for group in self.nhom for code in group.split(",") if code)
        every = (area.code for area in scope.communes) if self.ca_tinh else ()
        chosen = list(dict.fromkeys((*every, *self.dia_ban, *grouped)))
        scope.check_seen(chosen)
        return [AreaCode(code) for code in chosen]

    def changes(self) -> dict[str, Any]:
        """Return the limits that are to be changed, or raise BadInput; an empty field changes nothing."""
        found: dict[str, Any] = {}
        if self.doi_gio:
            found["quiet_hours"] = quiet_hours(pair for pair in self._typed() if any(pair))
        elif any(self.tu) or any(self.den):
            raise BadInput("Đã ghi giờ yên lặng thì hãy đánh dấu “Đổi giờ yên lặng”.", code="policy.quiet")
        for name, typed, most, what in (
            ("loudest_volume", self.am_luong, 100, "Âm lượng lớn nhất"),
            ("minutes_a_day", self.phut, 1440, "Số phút mỗi ngày"),
            ("alone_days", self.tu_phat, MOST_ALONE_DAYS, "Số ngày tự phát"),
        ):
            if typed.strip():
                found[name] = _number(typed.strip(), most, what)
        return found

    def _typed(self) -> list[tuple[str, str]]:
        return list(zip(self.tu[:SPANS], self.den[:SPANS], strict=False))

    @property
    def spans(self) -> list[tuple[str, str]]:
        """Spans for the form, with empty ones to fill in."""
        return with_room(self._typed())


def with_room(spans: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return spans with empty ones to fill in."""
    return [*spans, *[("", "")] * SPANS][: max(SPANS, len(spans))]


def quiet_hours(spans: Iterable[tuple[str, str]]) -> tuple[QuietHours, ...]:
    """Return spans as a policy has them, or raise BadInput: one is incomplete, or no time."""
    try:
        return tuple(QuietHours(begins=begins.strip(), ends=ends.strip()) for begins, ends in spans)
    except ValidationError:
        raise BadInput(
            "Giờ yên lặng phải có cả giờ bắt đầu và giờ kết thúc, viết như 21:30.", code="policy.quiet"
        ) from None


def _number(typed: str, most: int, what: str) -> int:
    if not typed.isdecimal() or len(typed) > _MOST_DIGITS or int(typed) > most:
        raise BadInput(f"{what} phải là số từ 0 đến {most}, hoặc để trống.", code="policy.bad")
    return int(typed)
