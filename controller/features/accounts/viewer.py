"""A signed-in person, what they may see, and which buttons they get."""

from collections.abc import Collection, Iterator, Sequence, Sized
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from controller.errors import NotAllowed
from controller.features.accounts.scope import Scope
from controller.features.accounts.secret_codes import digest_of_secret
from controller.http.station import Station
from controller.model.airing_states import MOVABLE, AiringEvent, AiringState, is_possible
from controller.model.permissions import Act, Operator, Stamp, judge
from controller.store import Session, Store
from devices.ids import AreaCode


class AiringOnPage(Protocol):
    """An airing, as far as its buttons ask."""

    @property
    def state(self) -> AiringState: ...  # noqa: D102 - as the row
    @property
    def starts_at(self) -> datetime: ...  # noqa: D102
    @property
    def targets(self) -> Collection[AreaCode]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, as a page sees them."""

    operator: Operator
    scope: Scope
    waiting: int
    """Bulletins that wait for this person's approval."""
    asked: Sized
    """What waits for the word of this person's commune, when the page was asked for."""
    token: str
    """Of the session; empty where a program's token acts."""
    alarms: Sequence[object] = ()
    """What sounds or waits as an emergency, when the page was asked for."""
    tour: object | None = None
    """The guided commune of a trial, when the page was asked for."""
    lacks_factor: bool = False
    """The role asks for a second factor, and there is none: nothing else may be done before."""

    @property
    def tried_as(self) -> str:
        """By what wrong codes and passwords of this person's acts are counted: this one session."""
        return f"{self.operator.id}/{digest_of_secret(self.token)}"

    def may_stop(self, airing: AiringOnPage) -> bool:
        """Whether the stop button of an airing is drawn: by its state, and in all of its areas."""
        possible = is_possible(airing.state, AiringEvent.CANCEL)
        return possible and self.scope.may(self.operator, Act.STOP, airing.targets)

    def may_silence(self, areas: Collection[AreaCode]) -> tuple[AreaCode, ...]:
        """Return where this person may end what sounds in areas: in all of them, or in the own part alone."""
        if self.scope.may(self.operator, Act.STOP, areas):
            return tuple(areas)
        own = self.scope.part_of(areas)
        return own if own and self.scope.may(self.operator, Act.STOP, own) else ()

    def may_move(self, airing: AiringOnPage, now: datetime) -> bool:
        """Whether an airing can still be given another time, by this person: for its button."""
        ahead = airing.state in MOVABLE and airing.starts_at > now
        return ahead and self.scope.may(self.operator, Act.AIR, airing.targets)

    @property
    def reads_figures(self) -> bool:
        """Whether pages show measured figures with their units: to technicians and administrators."""
        return self.may(Act.ENROL)

    def may(self, act: Act) -> bool:
        """Whether the person may do it in the own area: for buttons."""
        return self.scope.may(self.operator, act)

    def need(self, act: Act, area: AreaCode | None = None) -> None:
        """Raise NotAllowed unless the person may do the act in the area (default: their own area).

        Services check again against the database; this check protects what the page shows.
        """
        verdict = judge(self.operator, act, self.scope.tree.lineage(area or self.scope.home))
        if not verdict.allowed:
            raise NotAllowed(verdict.sentence)

    def need_own(self, owner: str) -> None:
        """Raise NotAllowed for a form whose page somebody else opened, who has signed out since.

        `owner`: that person's id, as the page says; "" of a form that does not say it.
        """
        if owner and owner != self.operator.id:
            raise NotAllowed(
                "Trang này do người khác mở khi đăng nhập trên máy này, nên chưa gửi. Chữ vẫn còn nguyên; "
                "muốn gửi bằng tên bạn thì đọc lại rồi bấm lần nữa.",
                code="form.not-own",
            )

    def need_province(self, act: Act) -> None:
        """Raise NotAllowed unless the person may do the act in the whole province."""
        self.need(act, self.scope.tree.lineage(self.scope.home)[-1])

    def may_in_province(self, act: Act) -> bool:
        """Whether the person may do it in the whole province: for buttons."""
        return self.scope.may(self.operator, act, self.scope.tree.lineage(self.scope.home)[-1:])


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks which station for something."""

    station: Station
    viewer: Viewer
    is_urgent: bool = field(default=False, kw_only=True)
    """Whether the person starts or stops sound at once: their writes go before all others."""

    @property
    def store(self) -> Store:
        """The station's database."""
        return self.station.store

    @property
    def scope(self) -> Scope:
        """What the person may see."""
        return self.viewer.scope

    @property
    def by(self) -> Operator:
        """The person, as operations take who acts."""
        return self.viewer.operator

    def now(self) -> datetime:
        """The station's clock, aware UTC."""
        return self.station.now()

    @property
    def stamp(self) -> Stamp:
        """The person and the present."""
        return Stamp(by=self.by, now=self.now())

    def read(self) -> AbstractContextManager[Session]:
        """Open one snapshot."""
        return self.store.read()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open one transaction, then run the station's periodic work at once."""
        with self.store.write(urgent=self.is_urgent) as session:
            yield session
        self.wake()

    def wake(self) -> None:
        """Run the station's periodic work at once."""
        self.station.wake()
