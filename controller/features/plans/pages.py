"""Quy định: the limits of each area and their source; changes are signed with the administrator's own key."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import ValidationError
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import BadInput, LoaError, NotFound
from controller.features.accounts.dependencies import FormTouch, SignedVisit, Visit
from controller.features.accounts.scope import Scope
from controller.features.accounts.touches import means_of_signing
from controller.features.airings.conflict_check import PolicyLoss
from controller.features.area_groups.queries import groups_to_choose
from controller.features.plans.limits import binding
from controller.features.plans.many_form import SPANS, ChangesTyped, quiet_hours, with_room
from controller.features.plans.operations import ask_policy, losses_by, policies_known, sign
from controller.features.plans.policy_changes import (
    PREVIEW,
    AreaChange,
    changes_of,
    check_changes,
    sign_changes,
)
from controller.features.plans.proposals import WAITS, waiting_for
from controller.http.form_fields import SentId, SentPassword
from controller.http.render import page
from controller.model.permissions import Act
from controller.model.plan_states import ANY_MINUTES, ANY_VOLUME
from controller.model.plans import Published
from controller.model.row_versions import Difference, Newer, differences
from devices.ids import AreaCode, Role
from devices.statements import MOST_ALONE_DAYS, USUAL_ALONE_DAYS, LoudHours, Policy

router = APIRouter(prefix="/quy-dinh")
_SOFTER_SPANS = 2
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

    def limits(self) -> dict[str, Any]:
        """Return the limits as a policy has them; BadInput for a span that is incomplete or no time."""
        quiet = quiet_hours(self.spans)
        try:
            softer = tuple(
                LoudHours.model_validate({"begins": begins, "ends": ends, "loudest_volume": loudest})
                for begins, ends, loudest in self.softer
            )
        except ValidationError:
            raise BadInput(
                "Giờ phát nhỏ hơn phải có giờ bắt đầu, giờ kết thúc và âm lượng từ 0 đến 100.",
                code="policy.volumes",
            ) from None
        return {
            "quiet_hours": quiet,
            "loudest_volume": self.loudest,
            "minutes_a_day": self.minutes,
            "volumes": softer,
            "alone_days": self.alone,
        }

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
        return with_room(self.spans)


@router.get("")
def index(visit: SignedVisit) -> Response:
    """Show the limits in the person's areas."""
    known, scope = policies_known(visit.store, visit.now()), visit.scope
    codes = (*reversed(scope.tree.lineage(scope.home)), *sorted(scope.seen))
    context = {
        "rows": [known.found[code] for code in dict.fromkeys(codes) if code in known.found],
        "void": known.void,
        "too_few": known.too_few,
        "waiting": waiting_for(visit.store, visit.by, sorted(scope.seen), visit.now()),
        "names": known.names,
        "area_name": scope.name,
        "areas": [scope.by_code[code] for code in sorted(scope.seen)],
        "now": visit.now(),
    }
    return page(visit.request, "quy_dinh.html", context)


@router.get("/nhieu-noi")
def ask_many(visit: SignedVisit, xong: str = "") -> Response:
    """Show the form that changes some limits of many areas."""
    visit.viewer.need(Act.RULE)
    done = {"": "", "cho": WAITS}.get(xong, "Đã ký quy định mới của các địa bàn đã chọn.")
    return _many_page(visit, ChangesTyped(), done=done)


@router.post("/nhieu-noi")
def change_many(
    visit: SignedVisit,
    typed: Annotated[ChangesTyped, Form()],
    *,
    mat_khau: SentPassword = "",
    viec: Annotated[str, Form(max_length=10)] = "xem",
) -> Response:
    """Show what would change in each area, or sign it: only signing asks for the password."""
    visit.viewer.need(Act.RULE)
    found: list[AreaChange] = []
    try:
        areas, changes = typed.areas(visit.scope), typed.changes()
        if viec != "ky":
            return _many_page(visit, typed, check_changes(visit.store, areas, changes, **visit.stamp))
        found = changes_of(visit.store, areas, changes, by=visit.by)
        done = sign_changes(visit, visit.tries, areas, changes, password=mat_khau)
    except LoaError as error:
        return _many_page(visit, typed, found, error=error)
    return RedirectResponse(f"/quy-dinh/nhieu-noi?xong={'1' if done.proposal is None else 'cho'}", 303)


def _many_page(
    visit: Visit,
    typed: ChangesTyped,
    found: Sequence[AreaChange] = (),
    *,
    error: LoaError | None = None,
    done: str = "",
) -> Response:
    context: dict[str, Any] = {
        "form": typed,
        "communes": visit.scope.communes,
        "groups": groups_to_choose(visit.store, visit.scope),
        "found": sorted(found, key=lambda one: (not one.losses, not one.changes)),
        "changed": sum(bool(one.changes) for one in found),
        "done": done,
    }
    return page(visit.request, "quy_dinh_nhieu.html", context, error=error)


@router.get("/{area}")
def show(visit: SignedVisit, area: str, xong: str = "") -> Response:
    """Show the limits of one area, and the form to change its own policy."""
    done = {"": "", "cho": WAITS}.get(xong, "Đã ký quy định mới.")
    return _page(visit, _seen(visit.scope, area), done=done)


@router.post("/{area}")
def change(
    visit: SignedVisit,
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
    touch: FormTouch,
) -> Response:
    """Preview a policy, or sign it: only signing asks for the password and changes anything."""
    code = _seen(visit.scope, area)
    visit.viewer.need(Act.RULE, code)
    pairs = zip((tu or [])[:SPANS], (den or [])[:SPANS], strict=False)
    softer = zip(nho_tu or [], nho_den or [], nho_muc or [], strict=False)
    proposed = Proposed(
        [pair for pair in pairs if any(pair)],
        *(am_luong, phut, tu_phat),
        [span for span in softer if any(span)][:_SOFTER_SPANS],
        phien_ban,
    )
    if touch.asks:
        return _ask(visit, code, proposed, touch)
    try:
        if viec != "ky":
            losses = losses_by(visit.store, {code: proposed.limits()}, visit.now(), PREVIEW)[code]
            return _page(visit, code, proposed=proposed, losses=losses)
        by = touch.or_password(visit, mat_khau)
        done = sign(visit, visit.tries, code, proposed.limits(), password=by, based_on=phien_ban)
    except LoaError as error:
        return _page(visit, code, proposed=proposed, error=error)
    return RedirectResponse(f"/quy-dinh/{code}?xong={'1' if done.proposal is None else 'cho'}", 303)


def _ask(visit: Visit, area: AreaCode, proposed: Proposed, touch: FormTouch) -> Response:
    asked = ask_policy(visit, visit.tries, area, proposed.limits(), kid=touch.kid, based_on=proposed.version)
    return JSONResponse(asked.model_dump(mode="json"))


def _seen(scope: Scope, area: str) -> AreaCode:
    """Return the area; raise NotFound if the person may not see it."""
    if area not in scope.hears or area not in scope.by_code:
        raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")
    return AreaCode(area)


def _page(
    visit: Visit,
    area: AreaCode,
    *,
    proposed: Proposed | None = None,
    losses: list[PolicyLoss] | None = None,
    error: LoaError | None = None,
    done: str = "",
) -> Response:
    known, scope = policies_known(visit.store, visit.now(), area), visit.scope
    lineage = scope.tree.lineage(area)
    own = known.found.get(area)
    newer: tuple[Difference, ...] = ()
    if proposed is not None and isinstance(error, Newer):
        newer, proposed = proposed.beside(_as_it_is(own)), replace(proposed, version=known.version)
    context: dict[str, Any] = {
        "area": scope.by_code[area],
        "area_name": scope.name,
        "limits": binding({code: policy for code, (policy, _) in known.found.items()}, lineage),
        "own": own,
        "is_void": area in known.void,
        "is_by_too_few": area in known.too_few,
        "above": [scope.by_code[code] for code in lineage[1:]],
        "names": known.names,
        "may_rule": scope.may(visit.by, Act.RULE, [area]),
        "form": proposed or replace(_as_it_is(own), version=known.version),
        "newer": newer,
        "losses": losses,
        **means_of_signing(visit.store, visit, Role.ADMINISTRATOR),
        "done": done,
    }
    return page(visit.request, "quy_dinh_mot.html", context, error=error)


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
