"""Names, passwords and codes for commands: from the environment, the first passwords or the keyboard."""

import getpass
import os
import sys
from collections.abc import Callable
from enum import StrEnum

from controller.errors import BadInput
from controller.host.station_keys import Secrets
from controller.model.first_people import APPROVER, OFFICER
from controller.settings import Settings


class CommandUser(StrEnum):
    """One of the two people of `loa air`; their variables begin with LOA_AUTHOR and LOA_APPROVER."""

    AUTHOR = "author"
    APPROVER = "approver"


_FIRST_NAMES = {CommandUser.AUTHOR: OFFICER, CommandUser.APPROVER: APPROVER}


def name_and_password(role: CommandUser) -> tuple[str, str]:
    """Return who signs in: from LOA_AUTHOR and LOA_AUTHOR_PASSWORD, the first passwords, or the keyboard."""
    variable = f"LOA_{role.name}"
    name = os.environ.get(variable, _FIRST_NAMES[role])
    first = Secrets(Settings().home).passwords().get(name, "")
    return name, _asked(
        f"{variable}_PASSWORD", f"mật khẩu của {name}", code="operator.no_password", known=first
    )


def code_of(role: CommandUser) -> Callable[[str], str]:
    """Return a function that gets a name's second-factor code: from LOA_APPROVER_CODE, or the keyboard."""
    return lambda name: _asked(f"LOA_{role.name}_CODE", f"mã xác thực của {name}", code="operator.no_code")


def fresh_code() -> str:
    """Return a fresh telephone code, not yet used to sign in: from LOA_EMERGENCY_CODE, or the keyboard."""
    asked = "Mã xác thực kế tiếp trên điện thoại"
    return _asked("LOA_EMERGENCY_CODE", "mã xác thực mới", code="operator.no_code", asked=asked)


def own_password(name: str) -> str:
    """Return the password of the person who signs on the station's machine: LOA_PASSWORD or keyboard."""
    return _asked("LOA_PASSWORD", f"mật khẩu của {name}", code="operator.no_password")


def root_password() -> str:
    """Return the password of a root key's file: LOA_ROOT_PASSWORD or keyboard."""
    return _asked("LOA_ROOT_PASSWORD", "mật khẩu của tệp khóa gốc", code="keys.root-password")


def new_root_password() -> str:
    """Return the password that a root key's file gets: LOA_ROOT_NEW_PASSWORD, or twice from the keyboard."""
    told = _asked("LOA_ROOT_NEW_PASSWORD", "mật khẩu mới của tệp khóa gốc", code="keys.root-password")
    if "LOA_ROOT_NEW_PASSWORD" not in os.environ and told != getpass.getpass("Gõ lại: "):
        raise BadInput("Hai lần gõ không giống nhau.", code="keys.root-password")
    return told


def pair_code() -> str:
    """Return the code of a hand-over between two machines: LOA_PAIR_CODE or keyboard."""
    return _asked("LOA_PAIR_CODE", "mã mở tệp", code="pair.no-code")


def _asked(variable: str, what: str, *, code: str, known: str = "", asked: str = "") -> str:
    """Return the variable's value, else the known value, else typed input; BadInput without a terminal."""
    given = os.environ.get(variable) or known
    if given:
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"Thiếu {what}: đặt {variable}.", code=code)
    return getpass.getpass(f"{asked or what[0].upper() + what[1:]}: ")
