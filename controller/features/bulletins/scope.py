"""What may be aired of a bulletin, where and at which grade: as its author asks, and as it was approved.

Loudspeakers check the same by themselves: docs/protocol.md, "Approvals".
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.areas.queries import area_tree, get_area
from controller.features.bulletins.queries import get_revision
from controller.model.bulletins import Approved, Bulletin
from devices.ids import AreaCode, Grade

OUTSIDE = "Bản tin không được duyệt cho nơi phát hoặc mức phát này."


class OutsideApproval(Conflict):
    """The bulletin is not, or will not be, approved for this place or this grade."""

    code = "bulletin.outside-approval"


def check_scope(session: Session, bulletin: Bulletin, areas: Collection[AreaCode], grade: Grade) -> None:
    """Raise OutsideApproval where loudspeakers would refuse it, approved as its author asks."""
    check_grade(bulletin, grade)
    if grade is not Grade.EMERGENCY and get_revision(session, bulletin.id, bulletin.revision).alert:
        raise OutsideApproval(
            f"Bản tin «{bulletin.title}» mở đầu bằng tín hiệu báo động nên chỉ phát được ở mức khẩn cấp. "
            "Chưa có gì được phát. Muốn phát thường thì tạo bản sao và bỏ chọn tín hiệu báo động.",
            facts={"grade": grade, "alert": True},
        )
    tree = area_tree(session)
    beyond = next((area for area in areas if area in tree and bulletin.area not in tree.lineage(area)), None)
    if beyond is not None:
        home, there = get_area(session, bulletin.area).name, get_area(session, beyond).name
        raise OutsideApproval(
            f"Bản tin «{bulletin.title}» là của {home} nên chỉ phát được trong {home}, không phát được ở "
            f"{there}. Chưa đặt gì. Hãy soạn bản tin riêng cho {there} rồi gửi duyệt.",
            facts={"area": bulletin.area, "beyond": beyond},
        )


def check_grade(bulletin: Bulletin, grade: Grade) -> None:
    """Raise OutsideApproval for a grade above what its author asks to have approved."""
    if grade.rank <= bulletin.highest_grade.rank:
        return
    raise OutsideApproval(
        f"Bản tin «{bulletin.title}» không được duyệt để phát khẩn cấp. Chưa có gì được phát. "
        "Hãy tạo bản sao, đánh dấu «Có thể phát khẩn cấp» khi gửi duyệt, rồi nhờ cán bộ duyệt.",
        facts={"grade": grade, "highest": bulletin.highest_grade},
    )


def allows(approved: Approved, grade: Grade, lineage: Collection[AreaCode], starts_at: datetime) -> bool:
    """Return whether loudspeakers of an area accept an airing by this approval; `lineage`: area and above."""
    if approved.areas is None or approved.grade is None or approved.valid_from is None:
        return False
    is_here = any(area in lineage for area in approved.areas)
    return (
        is_here
        and grade.rank <= approved.grade.rank
        and approved.valid_from <= starts_at < approved.expires_at
    )
