"""Reads of the root sets: which roots sign now, and the chain that leads to them."""

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.plans.queries import published_roots
from devices.roots import Roots, follow


def all_roots(session: Session, first_public: str) -> list[Roots]:
    """Return the first root and all that followed it."""
    return follow(Roots.pinned(first_public), published_roots(session))


def check_signs_alone(roots: Roots, public: str) -> None:
    """Raise Conflict unless this root key may sign key sets by itself now."""
    if public not in {one.public for one in roots.holders.values()}:
        raise Conflict(
            "Khóa gốc này không thuộc bộ khóa gốc đang dùng, nên loa không nhận chữ ký của nó. "
            "Xem: loa keys roots.",
            code="keys.other-root",
        )
    if roots.threshold > 1:
        raise Conflict(
            f"Bộ khóa gốc đang dùng cần {roots.threshold} người ký. Hãy làm: loa keys request TỆP; mỗi người "
            "giữ khóa chạy loa keys sign TỆP --root KHÓA trên máy không nối mạng; rồi loa keys accept TỆP.",
            code="keys.more-roots",
        )
