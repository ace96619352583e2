"""A reading chosen in a bulletin, for more than this bulletin: taught where the person may, else proposed."""

from enum import StrEnum

from controller.errors import BadInput
from controller.features.accounts.viewer import Caller
from controller.features.lexicon.proposals import propose_entry
from controller.features.lexicon.service import add_entry
from controller.model.permissions import Act
from devices.ids import AreaCode


class TaughtFor(StrEnum):
    """How far a reading shall go."""

    BULLETIN = "ban-tin"
    AREA = "xa"
    PROVINCE = "tinh"


def reaches(caller: Caller) -> list[tuple[TaughtFor, str]]:
    """Return how far this person can have a reading go, in words."""
    found = [(TaughtFor.BULLETIN, "Bản tin này")]
    for reach in (TaughtFor.AREA, TaughtFor.PROVINCE):
        area = _area(caller, reach)
        if reach is TaughtFor.PROVINCE and area == caller.scope.home:
            continue  # the person's own area is the province
        name = caller.scope.name(area)
        found.append((reach, name if _may_teach(caller, area) else f"Đề nghị cho {name}"))
    return found


def teach_further(caller: Caller, written: str, spoken: str, reach: str) -> str:
    """Teach or propose it where that was asked for; return what was done, in words, "" for nothing."""
    if reach not in set(TaughtFor):
        raise BadInput("Không rõ dùng cách đọc này ở đâu.", code="lexicon.no-reach")
    if reach == TaughtFor.BULLETIN:
        return ""
    area = _area(caller, TaughtFor(reach))
    name = caller.scope.name(area)
    if _may_teach(caller, area):
        add_entry(caller, written=written, spoken=spoken, area=area, **caller.stamp)
        return f"Đã thêm vào từ điển của {name}."
    propose_entry(caller, written=written, spoken=spoken, area=area, **caller.stamp)
    return f"Đã đề nghị cho {name}; cán bộ duyệt đồng ý thì vào từ điển."


def _area(caller: Caller, reach: TaughtFor) -> AreaCode:
    lineage = caller.scope.tree.lineage(caller.scope.home)
    return lineage[-1] if reach is TaughtFor.PROVINCE else lineage[0]


def _may_teach(caller: Caller, area: AreaCode) -> bool:
    return caller.scope.may(caller.by, Act.TEACH, [area])
