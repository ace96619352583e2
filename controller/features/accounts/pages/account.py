"""Tài khoản: one's own password, second factor, delegations and tokens; closed to tokens."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.delegation import delegate_approval, delegations_of, end_delegation
from controller.features.accounts.dependencies import (
    EnteringVisit,
    KnownVisit,
    SignedVisit,
    Visit,
    drop_cookie,
)
from controller.features.accounts.passkeys import passkeys_of
from controller.features.accounts.proof import has_password
from controller.features.accounts.provider_accounts import identity_of
from controller.features.accounts.queries import operators
from controller.features.accounts.rate_limits import Purpose
from controller.features.accounts.second_factor import (
    begin_second_factor,
    codes_left,
    confirm_second_factor,
    has_second_factor,
    needs_second_factor,
    renew_recovery_codes,
)
from controller.features.accounts.service import change_password
from controller.features.accounts.tokens import create_token, revoke_token, tokens_of
from controller.http.form_fields import SentCode, SentId, SentLine, SentPassword
from controller.http.render import page
from controller.http.time_fields import read_day
from controller.model.local_time import ZONE
from controller.model.permissions import TOKEN_ACTS, Act
from devices.ids import AreaCode

router = APIRouter(prefix="/tai-khoan")
_DONE = {
    "uy-quyen": "Đã ủy quyền duyệt.",
    "thoi-uy-quyen": "Đã thôi ủy quyền.",
    "thu-hoi": "Đã thu hồi mã truy cập.",
    "noi": "Đã nối với tài khoản cơ quan.",
}


@router.get("")
def show(visit: SignedVisit, xong: str = "") -> Response:
    """Show one's own account."""
    return _page(visit, done=_DONE.get(xong, ""))


@router.get("/doi-mat-khau")
def ask_password(visit: EnteringVisit) -> Response:
    """Ask the person to choose a password, if somebody else chose the first one."""
    if not visit.by.first_password:
        return RedirectResponse("/tai-khoan", 303)
    return page(visit.request, "doi_mat_khau.html", {})


@router.post("/mat-khau")
def password(
    visit: EnteringVisit, *, cu: SentPassword = "", moi: SentPassword = "", lap_lai: SentPassword = ""
) -> Response:
    """Change one's own password; all sessions end, this one too."""
    try:
        if moi != lap_lai:
            raise BadInput("Hai lần nhập mật khẩu mới khác nhau.", code="operator.unlike")
        with visit.tries.counted(visit.viewer.tried_as, Purpose.ACCOUNT):
            change_password(visit.store, by=visit.by, old=cu, new=moi, now=visit.now())
    except LoaError as error:
        if visit.by.first_password:
            return page(visit.request, "doi_mat_khau.html", {}, error=error)
        return _page(visit, error=error)
    response = RedirectResponse("/dang-nhap?xong=mat-khau", 303)
    drop_cookie(visit.request, response)
    return response


@router.get("/ma-xac-thuc")
def ask_factor(visit: KnownVisit) -> Response:
    """Show the QR code of a second factor that is not yet in force."""
    if has_second_factor(visit.store, visit.by.id):
        return RedirectResponse("/tai-khoan", 303)
    return _factor_page(visit)


@router.post("/ma-xac-thuc")
def confirm_factor(visit: KnownVisit, ma: SentCode = "") -> Response:
    """Confirm the second factor with a first correct code; show the recovery codes once."""
    try:
        codes = _with_code(visit, ma, confirm_second_factor)
    except LoaError as error:
        if error.code == "operator.has-second-factor":
            return RedirectResponse("/tai-khoan", 303)
        return _factor_page(visit, error)
    return page(visit.request, "ma_du_phong.html", {"codes": codes})


@router.post("/ma-du-phong")
def renew(visit: SignedVisit, ma: SentCode = "") -> Response:
    """Make new recovery codes; the old ones are void."""
    try:
        codes = _with_code(visit, ma, renew_recovery_codes)
    except LoaError as error:
        return _page(visit, error=error)
    return page(visit.request, "ma_du_phong.html", {"codes": codes})


@router.post("/uy-quyen")
def delegate(
    visit: SignedVisit,
    *,
    nguoi: SentLine = "",
    dia_ban: SentId = "",
    den_ngay: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Let another approver approve in an area, until the end of a day."""
    try:
        until = _end_of_day(den_ngay)
        delegate_approval(visit.store, to=nguoi, area=AreaCode(dia_ban), until=until, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/tai-khoan?xong=uy-quyen", 303)


@router.post("/uy-quyen/{delegation}/thoi")
def end(visit: SignedVisit, delegation: str) -> Response:
    """End a delegation before its date."""
    try:
        end_delegation(visit.store, delegation, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/tai-khoan?xong=thoi-uy-quyen", 303)


@router.post("/ma-truy-cap")
def token(
    visit: SignedVisit,
    *,
    ten: SentLine = "",
    viec: Annotated[list[str] | None, Form()] = None,
    ngay: Annotated[int, Form(ge=1, le=366)] = 90,
) -> Response:
    """Make a token for a program and show it once."""
    now = visit.now()
    try:
        _, made = create_token(
            visit.store,
            name=ten,
            acts=[Act(act) for act in viec or () if act in TOKEN_ACTS],
            area=visit.by.area,
            expires_at=now + timedelta(days=ngay),
            of=visit.by,
            now=now,
        )
    except LoaError as error:
        return _page(visit, error=error)
    return _page(visit, made=made)


@router.post("/ma-truy-cap/{token_id}/thu-hoi")
def revoke(visit: SignedVisit, token_id: str) -> Response:
    """End a token."""
    try:
        revoke_token(visit.store, token_id, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/tai-khoan?xong=thu-hoi", 303)


def _page(visit: Visit, *, error: LoaError | None = None, done: str = "", made: str = "") -> Response:
    me, now = visit.by, visit.now()
    people = {account.id: account for account in operators(visit.store)}
    context: dict[str, Any] = {
        "has_factor": has_second_factor(visit.store, me.id),
        "has_password": has_password(visit.store, me.id),
        "is_linked": identity_of(visit.store, me.id) is not None,
        "needs_factor": needs_second_factor(me),
        "devices": passkeys_of(visit.store, me.id, now),
        "codes_left": codes_left(visit.store, me.id),
        "delegations": delegations_of(visit.store, me.id, now),
        "tokens": [row for row in tokens_of(visit.store, me.id) if row.revoked_at is None],
    }
    context |= {
        "names": {operator: account.display_name for operator, account in people.items()},
        "approvers": [
            account
            for account in people.values()
            if account.id != me.id and account.disabled_at is None and "approver" in account.roles
        ],
        "areas": [visit.scope.by_code[code] for code in sorted(visit.scope.tree.below([me.area]))],
        "token_acts": [act for act in Act if act in TOKEN_ACTS and visit.viewer.may(act)],
        "done": done,
        "made": made,
    }
    return page(visit.request, "tai_khoan.html", context, error=error)


def _factor_page(visit: Visit, error: LoaError | None = None) -> Response:
    enrolment = begin_second_factor(visit.store, by=visit.by, place=visit.station.label, now=visit.now())
    import segno  # imported late: 2 MB, for a picture that is seldom asked for

    code = segno.make(enrolment.uri, error="m", micro=False)
    context = {
        "picture": code.svg_data_uri(scale=5, border=4, light="#fff", dark="#000"),
        "uri": enrolment.uri,
        "secret": " ".join(enrolment.secret[n : n + 4] for n in range(0, len(enrolment.secret), 4)),
        "must": visit.viewer.lacks_factor,
    }
    return page(visit.request, "ma_xac_thuc.html", context, error=error)


def _with_code(visit: Visit, code: str, act: Callable[..., tuple[str, ...]]) -> tuple[str, ...]:
    """Do an act that needs a code, and return the new recovery codes; wrong codes are counted."""
    with visit.tries.counted(visit.viewer.tried_as, Purpose.ACCOUNT):
        return act(visit.store, code, **visit.stamp)


def _end_of_day(text: str) -> datetime:
    try:
        day = read_day(text)
    except ValueError:
        raise BadInput("Hãy chọn ngày hết hạn ủy quyền.", code="delegation.bad-end") from None
    return datetime.combine(day + timedelta(days=1), time(), ZONE)
