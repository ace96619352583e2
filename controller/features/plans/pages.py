"""Quy định: the limits of each area and their source; changes are signed with the administrator's own key."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError, NotAllowed, NotFound
from controller.features.accounts.admin_queries import policies_in_force, shown_names
from controller.features.accounts.dependencies import Signed, TheStation, tries_of
from controller.features.accounts.rate_limits import Purpose
from controller.features.accounts.service import WRONG_PASSWORD, unlock_key
from controller.features.accounts.viewer import Viewer
from controller.features.airings.conflict_check import PolicyLoss, losses_by_policy
from controller.features.journal.service import record
from controller.features.plans.limits import binding
from controller.features.plans.policy_signing import POLICY_LIFE, sign_policy
from controller.features.plans.queries import version_of_policy, void_policies
from controller.http.form_fields import SentId, SentPassword
from controller.http.render import page
from controller.http.station import Station
from controller.model.permissions import Act
from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME
from controller.model.plans import Published
from controller.model.row_versions import Difference, Newer, differences
from devices.ids import AreaCode, Role
from devices.statements import MOST_ALONE_DAYS, USUAL_ALONE_DAYS, LoudHours, Policy, QuietHours

router = APIRouter(prefix="/quy-dinh")
_SPANS = 3
"""Quiet hours that the form has room for: night, noon, and one more."""
_SOFTER_SPANS = 2
_PREVIEW = timedelta(days=7)
Wall = Annotated[list[str] | None, Form()]


@dataclass(frozen=True, slots=True)
class Proposed:
    """Values of the form as they were typed."""

    spans: list[tuple[str, str]] = field(default_factory=list)
    loudest: int = ANY_VOLUME
    minutes: int = ANY_MINUTES
    alone: int = USUAL_ALONE_DAYS
    """Days for which loudspeakers speak their plan without a word of the station."""
    softer: list[tuple[str, str, str]] = field(default_factory=list)
    """Spans in which less is allowed: begin, end, percent."""
    version: str = ""
    """The version that the change began with."""

    @property
    def softer_rows(self) -> list[tuple[str, str, str]]:
        """Softer spans for the form, with empty ones to fill in."""
        return [*self.softer, *[("", "", "")] * _SOFTER_SPANS][: max(_SOFTER_SPANS, len(self.softer))]

    def volumes(self) -> tuple[LoudHours, ...]:
        """Return the softer spans in the form of a policy; BadInput if one is incomplete."""
        try:
            return tuple(
                LoudHours.model_validate({"begins": begins, "ends": ends, "loudest_volume": loudest})
                for begins, ends, loudest in self.softer
            )
        except ValidationError:
            raise BadInput(
                "Giờ phát nhỏ hơn phải có giờ bắt đầu, giờ kết thúc và âm lượng từ 0 đến 100.",
                code="policy.volumes",
            ) from None

    def beside(self, theirs: "Proposed") -> tuple[Difference, ...]:
        """Return the differences from a policy that somebody else has signed meanwhile."""
        return differences(
            ("Giờ yên lặng", _spans_in_words(theirs.spans), _spans_in_words(self.spans)),
            ("Âm lượng lớn nhất", f"{theirs.loudest}%", f"{self.loudest}%"),
            ("Mỗi ngày tối đa", f"{theirs.minutes} phút", f"{self.minutes} phút"),
            ("Tự phát khi mất liên lạc", f"{theirs.alone} ngày", f"{self.alone} ngày"),
            ("Giờ phát nhỏ hơn", _spans_in_words(theirs.softer), _spans_in_words(self.softer)),
        )

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Spans for the form, with empty ones to fill in."""
        return [*self.spans, *[("", "")] * _SPANS][: max(_SPANS, len(self.spans))]

    def quiet_hours(self) -> tuple[QuietHours, ...]:
        """Return the spans in the form of a policy; BadInput if one is incomplete or not a time."""
        try:
            return tuple(QuietHours(begins=begins, ends=ends) for begins, ends in self.spans)
        except ValidationError:
            raise BadInput(
                "Giờ yên lặng phải có cả giờ bắt đầu và giờ kết thúc, viết như 21:30.", code="policy.quiet"
            ) from None


@router.get("")
def index(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Show the limits in the person's areas."""
    with station.store.read() as session:
        found = policies_in_force(session)
        void = void_policies(session)
        names = shown_names(session)
    scope = viewer.scope
    shown = [
        code for code in (*reversed(scope.tree.lineage(scope.home)), *sorted(scope.seen)) if code in found
    ]
    context = {
        "rows": [found[code] for code in dict.fromkeys(shown)],
        "void": void,
        "names": names,
        "area_name": scope.name,
        "areas": [scope.by_code[code] for code in sorted(scope.seen)],
        "now": station.now(),
    }
    return page(request, "quy_dinh.html", context)


@router.get("/{area}")
def show(request: Request, station: TheStation, viewer: Signed, area: str, xong: str = "") -> Response:
    """Show the limits of one area, and the form to change its own policy."""
    return _page(request, station, viewer, _seen(viewer, area), done="Đã ký quy định mới." if xong else "")


@router.post("/{area}")
def change(
    request: Request,
    station: TheStation,
    viewer: Signed,
    area: str,
    *,
    tu: Wall = None,
    den: Wall = None,
    am_luong: Annotated[int, Form(ge=0, le=100)] = ANY_VOLUME,
    phut: Annotated[int, Form(ge=0, le=1440)] = ANY_MINUTES,
    tu_phat: Annotated[int, Form(ge=0, le=MOST_ALONE_DAYS)] = USUAL_ALONE_DAYS,
    nho_tu: Wall = None,
    nho_den: Wall = None,
    nho_muc: Wall = None,
    mat_khau: SentPassword = "",
    phien_ban: SentId = "",
    viec: Annotated[str, Form(max_length=10)] = "xem",
) -> Response:
    """Preview a policy, or sign it: only signing asks for the password and changes anything."""
    code = _seen(viewer, area)
    viewer.need(Act.RULE, code)
    pairs = zip((tu or [])[:_SPANS], (den or [])[:_SPANS], strict=False)
    softer = zip(nho_tu or [], nho_den or [], nho_muc or [], strict=False)
    proposed = Proposed(
        [pair for pair in pairs if any(pair)],
        am_luong,
        phut,
        tu_phat,
        [span for span in softer if any(span)][:_SOFTER_SPANS],
        phien_ban,
    )
    try:
        if viec != "ky":
            losses = _losses(station, code, proposed)
            return _page(request, station, viewer, code, proposed=proposed, losses=losses)
        _sign(request, station, viewer, area=code, proposed=proposed, password=mat_khau)
    except LoaError as error:
        return _page(request, station, viewer, code, proposed=proposed, error=error)
    station.wake()
    return RedirectResponse(f"/quy-dinh/{code}?xong=1", 303)


def _sign(
    request: Request, station: Station, viewer: Viewer, *, area: AreaCode, proposed: Proposed, password: str
) -> None:
    """Sign it; wrong passwords are counted and journaled, as at sign-in."""
    by, now = viewer.operator, station.now()
    try:
        with tries_of(request).counted(viewer.tried_as, Purpose.RULING):
            opened = unlock_key(station.store, by, role=Role.ADMINISTRATOR, password=password, now=now)
        with station.store.write() as session:
            sign_policy(
                session,
                area=area,
                administrator=by,
                password=opened,
                now=now,
                quiet_hours=proposed.quiet_hours(),
                loudest_volume=proposed.loudest,
                minutes_a_day=proposed.minutes,
                volumes=proposed.volumes(),
                alone_days=proposed.alone,
                based_on=proposed.version,
            )
    except NotAllowed as error:
        if error.code == WRONG_PASSWORD:
            with station.store.write() as session:
                record(session, viewer.operator, "policy.signing-refused", area, station.now())
        raise


def _losses(station: Station, area: AreaCode, proposed: Proposed) -> list[PolicyLoss]:
    now = station.now()
    policy = Policy(
        target=area,
        version=1,
        issued_at=now,
        expires_at=now + POLICY_LIFE,
        quiet_hours=proposed.quiet_hours(),
        loudest_volume=proposed.loudest,
        minutes_a_day=proposed.minutes,
        volumes=proposed.volumes(),
        alone_days=proposed.alone,
    )
    with station.store.read() as session:
        return losses_by_policy(session, policy, now, now + _PREVIEW)


def _seen(viewer: Viewer, area: str) -> AreaCode:
    """Return the area; raise NotFound if the person may not see it."""
    if area not in viewer.scope.hears or area not in viewer.scope.by_code:
        raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")
    return AreaCode(area)


def _page(
    request: Request,
    station: Station,
    viewer: Viewer,
    area: AreaCode,
    *,
    proposed: Proposed | None = None,
    losses: list[PolicyLoss] | None = None,
    error: LoaError | None = None,
    done: str = "",
) -> Response:
    with station.store.read() as session:
        found = policies_in_force(session)
        void = void_policies(session)
        names = shown_names(session)
        version = version_of_policy(session, area)
    policies = {code: policy for code, (policy, _) in found.items()}
    lineage = viewer.scope.tree.lineage(area)
    own = found.get(area)
    newer: tuple[Difference, ...] = ()
    if proposed is not None and isinstance(error, Newer):
        newer, proposed = proposed.beside(_as_it_is(own)), replace(proposed, version=version)
    context: dict[str, Any] = {
        "area": viewer.scope.by_code[area],
        "area_name": viewer.scope.name,
        "limits": binding(policies, lineage),
        "own": own,
        "is_void": area in void,
        "above": [viewer.scope.by_code[code] for code in lineage[1:]],
        "names": names,
        "may_rule": viewer.scope.may(viewer.operator, Act.RULE, [area]),
        "form": proposed or replace(_as_it_is(own), version=version),
        "newer": newer,
        "losses": losses,
        "done": done,
    }
    return page(request, "quy_dinh_mot.html", context, error=error)


def _spans_in_words(spans: Sequence[tuple[str, ...]]) -> str:
    said = ("–".join(span[:2]) + "".join(f" {loudest}%" for loudest in span[2:]) for span in spans)
    return ", ".join(said) or "không có"


def _as_it_is(own: tuple[Policy, Published] | None) -> Proposed:
    if own is None:
        return Proposed()  # not set here: the policies of the areas above still apply
    policy = own[0]
    return Proposed(
        [(hours.begins, hours.ends) for hours in policy.quiet_hours],
        policy.loudest_volume,
        policy.minutes_a_day,
        policy.alone_days,
        [(hours.begins, hours.ends, str(hours.loudest_volume)) for hours in policy.volumes],
    )
