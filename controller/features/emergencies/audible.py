"""Nodes whose volume cap, own or by policy, makes an emergency too quiet to be heard."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.fleet.faults import LEAST_AUDIBLE
from controller.model.area_tree import AreaTree
from controller.model.fleet import Node
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from devices.ids import AreaCode
from devices.messages import Policy
from devices.plan import loudest_at


def is_muted(session: Session, tree: AreaTree, at: datetime) -> ColumnElement[bool]:
    """Return the SQL condition of nodes whose cap is below audible volume at an instant."""
    query = select(Published.document).where(Published.kind == DocumentKind.POLICY, Published.payload != "")
    policies = [Policy.model_validate_json(document) for document in session.scalars(query)]
    quiet = [one.target for one in policies if loudest_at(one, at) < LEAST_AUDIBLE and one.target in tree]
    return or_(Node.loudest < LEAST_AUDIBLE, Node.area.in_(tree.below(quiet)))


def count_muted(session: Session, areas: Collection[AreaCode], volume: int, at: datetime) -> int:
    """Count the nodes in use below areas that nobody would hear sound an emergency of a volume."""
    tree = area_tree(session)
    here = select(func.count()).where(Node.area.in_(tree.below(areas)), Node.retired_at.is_(None))
    here = here.where(Node.quarantined_at.is_(None))
    if volume >= LEAST_AUDIBLE:
        here = here.where(is_muted(session, tree, at))
    return session.scalar(here) or 0
