"""Signing in and out by JSON, who one is, one's second factor, and the accounts of others."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from controller.errors import LoaError, NotAllowed, NotSignedIn
from controller.features.accounts.admin_queries import with_factor
from controller.features.accounts.administration import enable_operator, move_operator, set_roles
from controller.features.accounts.dependencies import (
    EnteringInPerson,
    InPersonVisit,
    KnownInPerson,
    KnownVisit,
    SignedVisit,
    TheStation,
    device_of,
    drop_cookie,
    note_tried,
    remember_device,
    set_cookie,
    tries_of,
    viewer_in,
)
from controller.features.accounts.key_checks import why_unsigned
from controller.features.accounts.people_operations import act_on_person, give_password, open_account
from controller.features.accounts.queries import operators
from controller.features.accounts.rate_limits import Purpose
from controller.features.accounts.schemas import (
    AccountShown,
    ChangePassword,
    CodeAsked,
    EnrolmentShown,
    MoveOperator,
    Myself,
    NewOperator,
    PasswordGiven,
    Person,
    Proof,
    RecoveryCodesShown,
    SetRoles,
    SignIn,
)
from controller.features.accounts.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from controller.features.accounts.service import change_password, disable_operator
from controller.features.accounts.sessions import complete_sign_in, person_awaiting_code
from controller.features.accounts.sessions import sign_in as enter
from controller.features.accounts.sessions import sign_out as leave
from controller.http.json_router import json_router
from controller.http.lanes import in_lane, lanes_of
from controller.http.refusals import refusals
from controller.http.requests import address_of, station_of, token_of
from controller.http.station import Station
from controller.model.permissions import Act
from devices.ids import AreaCode

router = json_router(tags=["people"])


@router.post("/sign-in", responses=refusals(422, 429, 401))
async def sign_in(request: Request, response: Response, asked: SignIn) -> Person:
    """Begin a session; the answer sets its cookie. Who has a second factor sends its `code` along."""
    device = device_of(request, asked.name)
    door = lanes_of(request).door if device is None else lanes_of(request).known_door
    try:
        token, person = await door.run(_enter, request, asked, device)
    except LoaError as error:
        await in_lane(note_tried, request, asked.name, error)
        raise
    set_cookie(request, response, token)
    remember_device(request, response, person.name)
    return person


def _enter(request: Request, asked: SignIn, device: str | None) -> tuple[str, Person]:
    station = station_of(request)
    token = enter(
        station.store,
        name=asked.name,
        password=asked.password,
        address=address_of(request),
        tries=tries_of(request),
        now=station.now(),
        device=device,
    )
    token = _second_step(request, station, token, asked.code, device)
    viewer = viewer_in(station.store, request, token)
    if viewer is None:
        raise NotSignedIn("Phiên đăng nhập vừa tạo đã bị kết thúc. Hãy đăng nhập lại.")
    return token, Person.of(viewer.operator)


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, response: Response, station: TheStation) -> None:
    """End the session."""
    token = token_of(request)
    if token:
        leave(station.store, token, station.now())
    drop_cookie(request, response)


@router.get("/me", responses=refusals(401))
def me(visit: KnownVisit) -> Myself:
    """Return who is signed in, and whether loudspeakers would take what this person approves."""
    why = why_unsigned(visit.store, visit.by, now=visit.now())
    return Myself.of(visit.by, cannot_approve=why or None)


@router.post("/me/password", status_code=204, responses=refusals(401, 403, 422))
def password(
    request: Request, response: Response, station: TheStation, viewer: EnteringInPerson, asked: ChangePassword
) -> None:
    """Change one's own password; every session and token of the person ends, this session too."""
    with tries_of(request).counted(viewer.tried_as, Purpose.ACCOUNT):
        change_password(station.store, by=viewer.operator, old=asked.old, new=asked.new, now=station.now())
    drop_cookie(request, response)


@router.post("/me/second-factor", responses=refusals(401, 409))
def begin(station: TheStation, viewer: KnownInPerson) -> EnrolmentShown:
    """Begin a second factor (TOTP): what the telephone needs. It is in force once confirmed."""
    enrolment = begin_second_factor(station.store, by=viewer.operator, place=station.label, now=station.now())
    return EnrolmentShown.of(enrolment)


@router.post("/me/second-factor/confirm", responses=refusals(401, 404, 409, 422))
def confirm(
    request: Request, station: TheStation, viewer: KnownInPerson, asked: CodeAsked
) -> RecoveryCodesShown:
    """Put the second factor in force by a first right code; the recovery codes are told this once."""
    with tries_of(request).counted(viewer.tried_as, Purpose.ACCOUNT):
        codes = confirm_second_factor(station.store, asked.code, by=viewer.operator, now=station.now())
    return RecoveryCodesShown(recovery_codes=list(codes))


@router.post("/me/second-factor/recovery-codes", responses=refusals(401, 403, 404, 422))
def renew_codes(
    request: Request, station: TheStation, viewer: KnownInPerson, asked: CodeAsked
) -> RecoveryCodesShown:
    """Replace one's recovery codes by a fresh code of the telephone; the new ones are told this once."""
    with tries_of(request).counted(viewer.tried_as, Purpose.ACCOUNT):
        codes = renew_recovery_codes(station.store, asked.code, by=viewer.operator, now=station.now())
    return RecoveryCodesShown(recovery_codes=list(codes))


@router.get("/operators", responses=refusals(401))
def index(visit: SignedVisit) -> list[AccountShown]:
    """Return the accounts of the administrator's area, by name."""
    _check_rules(visit.viewer.may(Act.RULE))
    protected = with_factor(visit.store)
    return [
        AccountShown.of(
            row.operator(), disabled=row.disabled_at is not None, second_factor=row.id in protected
        )
        for row in operators(visit.store)
        if row.area in visit.scope.seen
    ]


@router.post("/operators/{name}/move", status_code=204, responses=refusals(401, 403, 404, 409, 422))
def move(visit: InPersonVisit, name: str, asked: MoveOperator) -> None:
    """Have a person's roles hold in another area, as administrator; the person signs in anew."""
    _check_rules(visit.viewer.may(Act.RULE))
    act = partial(move_operator, area=AreaCode(asked.area))
    act_on_person(visit, visit.tries, name, asked.proof, act=act)


@router.post("/operators", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def create(visit: InPersonVisit, asked: NewOperator) -> PasswordGiven:
    """Open an account with a fresh password, as administrator."""
    _check_rules(visit.viewer.may(Act.RULE))
    person, password = open_account(
        visit,
        visit.tries,
        asked.proof,
        name=asked.name,
        display_name=asked.display_name,
        roles=asked.roles,
        area=AreaCode(asked.area),
    )
    return PasswordGiven(name=person.name, password=password)


@router.post("/operators/{name}/password", responses=refusals(401, 403, 404, 409, 422))
def renew_password(visit: InPersonVisit, name: str, asked: Proof) -> PasswordGiven:
    """Give a person a fresh password and new keys, as administrator; what was signed stays good."""
    _check_rules(visit.viewer.may(Act.RULE))
    person, password = give_password(visit, visit.tries, name, asked.proof)
    return PasswordGiven(name=person.name, password=password)


@router.post("/operators/{name}/roles", status_code=204, responses=refusals(401, 403, 404, 409, 422))
def change_roles(visit: InPersonVisit, name: str, asked: SetRoles) -> None:
    """Give a person exactly these roles, as administrator; the person signs in anew."""
    _check_rules(visit.viewer.may(Act.RULE))
    act = partial(set_roles, roles=asked.roles)
    act_on_person(visit, visit.tries, name, asked.proof, act=act)


@router.post("/operators/{name}/disable", status_code=204, responses=refusals(401, 403, 404, 409, 422))
def disable(visit: InPersonVisit, name: str, asked: Proof) -> None:
    """Close an account, as administrator: its sessions end, its keys sign nothing more."""
    _check_rules(visit.viewer.may(Act.RULE))
    act_on_person(visit, visit.tries, name, asked.proof, act=disable_operator)


@router.post("/operators/{name}/enable", status_code=204, responses=refusals(401, 403, 404, 409, 422))
def enable(visit: InPersonVisit, name: str, asked: Proof) -> None:
    """Open a closed account again, as administrator."""
    _check_rules(visit.viewer.may(Act.RULE))
    act_on_person(visit, visit.tries, name, asked.proof, act=enable_operator)


@router.delete("/operators/{name}/second-factor", status_code=204, responses=refusals(401, 404, 409, 422))
def remove(visit: InPersonVisit, name: str, asked: Proof) -> None:
    """Take a person's second factor away, as administrator: a lost telephone."""
    _check_rules(visit.viewer.may(Act.RULE))
    act_on_person(visit, visit.tries, name, asked.proof, act=remove_second_factor)


def _check_rules(may: bool) -> None:  # noqa: FBT001 - the verdict itself
    if not may:
        raise NotAllowed("Chỉ quản trị mới xem và sửa được tài khoản của người khác.")


def _second_step(request: Request, station: Station, token: str, code: str | None, device: str | None) -> str:
    """Return the token of a session that is signed in: the same one, or the one that the code opens."""
    now = station.now()
    awaits_code = person_awaiting_code(station.store, token, now) is not None
    if not awaits_code:
        return token
    try:
        if code is None:
            raise NotSignedIn(
                "Tài khoản này có mã xác thực hai bước: hãy gửi kèm mã.", code="operator.code-needed"
            )
        return complete_sign_in(
            station.store,
            token=token,
            code=code,
            address=address_of(request),
            tries=tries_of(request),
            now=now,
            device=device,
        )
    except LoaError:
        leave(station.store, token, now)
        raise
