"""Who signs in at a site of tests, and which communes there are."""

from controller.features.accounts.queries import operator_named
from controller.features.accounts.service import create_operator
from controller.features.areas.queries import areas
from controller.model.permissions import OperatorRole

PASSWORDS = {
    "canbo": "cá bơi ngược dòng",
    "xanhatrang": "sóng vỗ bờ cát",
    "duyet": "đèn biển Hòn Lớn",
    "kythuat": "dây đồng chống sét",
    "quantri": "chùm chìa khóa đồng",
}


def add_people(session, now, province, commune):
    """Open their accounts."""
    people = {
        "canbo": ("Nguyễn Thị Hoa", {OperatorRole.OFFICER}, province),
        "xanhatrang": ("Trần Văn Biển", {OperatorRole.OFFICER}, commune),
        "duyet": ("Lê Minh Đức", {OperatorRole.APPROVER}, province),
        "kythuat": ("Phạm Quốc Bảo", {OperatorRole.TECHNICIAN}, province),
        "quantri": ("Đỗ Thị Mai", {OperatorRole.ADMINISTRATOR}, province),
    }
    for name, (shown, roles, area) in people.items():
        create_operator(
            session,
            name=name,
            display_name=shown,
            roles=roles,
            area=area,
            password=PASSWORDS[name],
            by=None,
            now=now,
        )


def known_in(store, province):
    """Return the people of a store by name, and its communes: five queries that most tests begin with."""
    with store.read() as session:
        people = {name: operator_named(session, name) for name in PASSWORDS}
        return people, [area.code for area in areas(session) if area.parent == province]
