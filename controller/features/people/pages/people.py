"""Người dùng: accounts with their roles and areas, passwords shown once, and what locks a person out."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError, NotFound
from controller.features.accounts.admin_queries import (
    entries_by,
    visible_account,
    visible_people,
    with_factor,
)
from controller.features.accounts.administration import enable_operator, move_operator, set_roles
from controller.features.accounts.delegation import delegations_of, end_delegation
from controller.features.accounts.dependencies import Proof, SignedVisit, Visit
from controller.features.accounts.passkeys import passkeys_of, remove_passkey_of
from controller.features.accounts.people_operations import act_on_person, give_password, open_account
from controller.features.accounts.proof import asks_code, proven
from controller.features.accounts.queries import operators
from controller.features.accounts.second_factor import remove_second_factor
from controller.features.accounts.service import disable_operator
from controller.features.accounts.station_rules import allow_passwords, passkey_rule, require_passkeys
from controller.features.plans.key_set import keys_to_sign_for
from controller.http.journal_words import act_words
from controller.http.render import page
from controller.model.permissions import Act, OperatorRole
from devices.ids import AreaCode

router = APIRouter(prefix="/nguoi-dung")
Text = Annotated[str, Form(max_length=200)]
_DONE = {
    "vai-tro": "Đã đổi vai trò. Người này phải đăng nhập lại.",
    "dia-ban": "Đã chuyển địa bàn. Người này phải đăng nhập lại.",
    "khoa": "Đã khóa tài khoản: mọi phiên đăng nhập đã kết thúc, khóa ký thôi dùng. "
    "Những gì đã ký vẫn còn giá trị.",
    "mo": "Đã mở khóa tài khoản. "
    "Khóa ký cũ không dùng lại được: hãy cấp mật khẩu mới nếu người này duyệt hoặc quản trị.",
    "go-ma": "Đã gỡ mã xác thực hai bước. Lần đăng nhập sau, người này phải gắn mã mới.",
    "thoi-uy-quyen": "Đã thôi ủy quyền.",
    "thiet-bi": "Đã bỏ thiết bị. Những gì đã ký vẫn còn giá trị.",
    "bat": "Từ nay duyệt bằng khóa trên thiết bị. Hãy ký lại bộ khóa để loa thôi tin khóa mở bằng mật khẩu.",
    "tat": "Đã thôi yêu cầu. Ai cần duyệt bằng mật khẩu thì cấp mật khẩu mới, rồi ký lại bộ khóa.",
}


@router.get("")
def index(visit: SignedVisit, xong: str = "") -> Response:
    """List the accounts."""
    return _list_page(visit, done=_DONE.get(xong, ""))


@router.get("/them")
def ask_new(visit: SignedVisit) -> Response:
    """Show the form of a new account."""
    visit.viewer.need(Act.RULE)
    return _new_page(visit, {"roles": [OperatorRole.OFFICER]})


@router.post("/them")
def create(
    visit: SignedVisit,
    *,
    ten: Text = "",
    ho_ten: Text = "",
    vai_tro: Annotated[list[str] | None, Form()] = None,
    dia_ban: Text = "",
    proof: Proof = "",
) -> Response:
    """Open an account with a fresh password, and show that this once."""
    visit.viewer.need(Act.RULE)
    roles = vai_tro or []
    try:
        if not dia_ban:
            raise BadInput("Hãy chọn địa bàn của người này.", code="area.none")
        person, password = open_account(
            visit,
            visit.tries,
            proof,
            name=ten,
            display_name=ho_ten,
            roles=_roles(roles),
            area=AreaCode(dia_ban),
        )
    except LoaError as error:
        form = {"ten": ten, "ho_ten": ho_ten, "roles": roles, "dia_ban": dia_ban}
        return _new_page(visit, form, error)
    return _password_page(visit.request, person.name, person.display_name, password)


@router.get("/{name}")
def show(visit: SignedVisit, name: str, xong: str = "") -> Response:
    """Show one account with all that may be done to it."""
    visit.viewer.need(Act.RULE)
    return _page(visit, name, done=_DONE.get(xong, ""))


@router.post("/{name}/vai-tro")
def change_roles(
    visit: SignedVisit, *, name: str, vai_tro: Annotated[list[str] | None, Form()] = None, proof: Proof = ""
) -> Response:
    """Give other roles."""
    act = partial(set_roles, roles=_roles(vai_tro or []))
    return _do(visit, name, proof, "vai-tro", act)


@router.post("/{name}/dia-ban")
def move(visit: SignedVisit, *, name: str, dia_ban: Text = "", proof: Proof = "") -> Response:
    """Have the roles hold in another area."""
    act = partial(move_operator, area=AreaCode(dia_ban))
    return _do(visit, name, proof, "dia-ban", act)


@router.post("/{name}/khoa")
def lock(visit: SignedVisit, name: str, proof: Proof = "") -> Response:
    """Close the account."""
    return _do(visit, name, proof, "khoa", disable_operator)


@router.post("/{name}/mo")
def unlock(visit: SignedVisit, name: str, proof: Proof = "") -> Response:
    """Open it again."""
    return _do(visit, name, proof, "mo", enable_operator)


@router.post("/{name}/go-ma")
def take_factor(visit: SignedVisit, name: str, proof: Proof = "") -> Response:
    """Take the second factor away: a telephone was lost."""
    return _do(visit, name, proof, "go-ma", remove_second_factor)


@router.post("/{name}/uy-quyen/{delegation}/thoi")
def end_loan(visit: SignedVisit, *, name: str, delegation: str, proof: Proof = "") -> Response:
    """End a delegation of the person."""
    return _do(
        visit,
        name,
        proof,
        "thoi-uy-quyen",
        lambda unit, _person, **who: end_delegation(unit, delegation, **who),
    )


@router.post("/{name}/khoa-thiet-bi/{passkey}/bo")
def take_passkey(visit: SignedVisit, *, name: str, passkey: str, proof: Proof = "") -> Response:
    """Remove a device of the person that was lost."""
    return _do(visit, name, proof, "thiet-bi", partial(remove_passkey_of, passkey=passkey))


@router.post("/khoa-thiet-bi")
def rule(visit: SignedVisit, *, bat: Annotated[str, Form(max_length=1)] = "", proof: Proof = "") -> Response:
    """Have approvers sign by passkeys alone, or by passwords too."""
    visit.viewer.need_province(Act.RULE)
    try:
        with proven(visit, visit.tries, proof) as session:
            (require_passkeys if bat else allow_passwords)(session, by=visit.by, now=visit.now())
    except LoaError as error:
        return _list_page(visit, error=error)
    return RedirectResponse(f"/nguoi-dung?xong={'bat' if bat else 'tat'}", 303)


@router.post("/{name}/mat-khau")
def renew_password(visit: SignedVisit, name: str, proof: Proof = "") -> Response:
    """Give a fresh password, and new keys with it; shown this once."""
    visit.viewer.need(Act.RULE)
    try:
        person, password = give_password(visit, visit.tries, name, proof)
    except NotFound:
        raise
    except LoaError as error:
        return _page(visit, name, error=error)
    return _password_page(visit.request, person.name, person.display_name, password)


def _do(visit: Visit, name: str, proof: str, done: str, act: Callable[..., object]) -> Response:
    visit.viewer.need(Act.RULE)
    try:
        act_on_person(visit, visit.tries, name, proof, act=act)
    except NotFound:
        raise
    except LoaError as error:
        return _page(visit, name, error=error)
    return RedirectResponse(f"/nguoi-dung/{name}?xong={done}", 303)


def _roles(words: list[str]) -> list[OperatorRole]:
    try:
        return [OperatorRole(word) for word in words]
    except ValueError:
        raise BadInput("Vai trò này không có.", code="operator.no-role") from None


def _page(visit: Visit, name: str, *, error: LoaError | None = None, done: str = "") -> Response:
    now = visit.now()
    account = visible_account(visit.store, visit.scope, name)
    context = {
        "person": account,
        "has_factor": account.id in with_factor(visit.store),
        "asks_code": asks_code(visit.store, visit.viewer),
        "unsigned": keys_to_sign_for(visit.store, now),
        "delegations": delegations_of(visit.store, account.id, now),
        "names": {one.id: one.display_name for one in operators(visit.store)},
        "passkeys": passkeys_of(visit.store, account.id, now),
        "entries": entries_by(visit.store, account.id),
        "is_self": account.id == visit.by.id,
        "areas": [visit.scope.by_code[code] for code in sorted(visit.scope.seen)],
        "roles": list(OperatorRole),
        "act_words": act_words,
        "done": done,
    }
    return page(visit.request, "nguoi_dung.html", context, error=error)


def _list_page(visit: Visit, *, error: LoaError | None = None, done: str = "") -> Response:
    visit.viewer.need(Act.RULE)
    now = visit.now()
    context: dict[str, Any] = {
        "people": visible_people(visit.store, visit.scope),
        "with_factor": with_factor(visit.store),
        "unsigned": keys_to_sign_for(visit.store, now),
        "asks_code": asks_code(visit.store, visit.viewer),
        "rule": passkey_rule(visit.store, now) if visit.viewer.may_in_province(Act.RULE) else None,
        "done": done,
    }
    return page(visit.request, "nguoi_dung_ds.html", context, error=error)


def _new_page(visit: Visit, form: dict[str, Any], error: LoaError | None = None) -> Response:
    context = {
        "asks_code": asks_code(visit.store, visit.viewer),
        "form": {"ten": "", "ho_ten": "", "dia_ban": ""} | form,
        "areas": [visit.scope.by_code[code] for code in sorted(visit.scope.seen)],
        "roles": list(OperatorRole),
    }
    return page(visit.request, "nguoi_dung_them.html", context, error=error)


def _password_page(request: Request, name: str, display_name: str, password: str) -> Response:
    return page(
        request, "mat_khau_moi.html", {"name": name, "display_name": display_name, "password": password}
    )
