"""Templates of bulletins as commands on the station's own machine see them (`loa template`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import inspect

from controller.client.local_store import local_store, person_named
from controller.clocks import utc_now
from controller.errors import StartFailed
from controller.features.accounts.queries import operators
from controller.features.areas.queries import areas, top_area
from controller.features.templates.queries import live_template, templates_offered, unknown_template
from controller.features.templates.service import add_template, remove_template
from controller.model.templates import BulletinTemplate
from controller.model.wording import clean_title
from controller.store import Store
from devices.ids import AreaCode


def templates_here() -> list[dict[str, Any]]:
    """Return what is offered anywhere in the province, with the names of who added it."""
    with _store() as store, store.read() as session:
        names = {account.id: account.name for account in operators(session)}
        everywhere = [area.code for area in areas(session)]
        return [
            {
                "id": one.id,
                "title": one.title,
                "text": one.text,
                "places": list(one.places),
                "area": one.area,
                "added_by": None if one.added_by is None else names[one.added_by],
                "added_at": None if one.added_at is None else one.added_at.isoformat(),
            }
            for one in templates_offered(session, everywhere)
        ]


def add_here(title: str, text: str, *, area: str | None, as_name: str) -> str:
    """Offer a text as the operator of that name; return the title that it got."""
    with _store() as store, store.write() as session:
        place = top_area(session).code if area is None else AreaCode(area)
        person = person_named(session, as_name)
        return add_template(session, title=title, text=text, area=place, by=person, now=utc_now()).title


def remove_here(title: str, *, area: str | None, as_name: str) -> None:
    """Offer a template of an area no more; raises NotFound for one that is not offered there."""
    with _store() as store, store.write() as session:
        place = top_area(session).code if area is None else AreaCode(area)
        row = live_template(session, clean_title(title), place)
        if row is None:
            raise unknown_template()
        remove_template(session, row.id, by=person_named(session, as_name), now=utc_now())


@contextmanager
def _store() -> Iterator[Store]:
    with local_store() as store:
        with store.read() as session:
            if not inspect(session.connection()).has_table(BulletinTemplate.__tablename__):
                raise StartFailed(
                    "Cơ sở dữ liệu của đài chưa được nâng cấp. Hãy khởi động lại đài rồi thử lại.",
                    code="store.too-old",
                )
        yield store
