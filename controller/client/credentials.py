"""Names, passwords and codes that commands ask for: from the environment, first passwords, the keyboard."""

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
    """Return how the second factor of a name is asked for: from LOA_APPROVER_CODE, or the keyboard."""
    return lambda name: _asked(f"LOA_{role.name}_CODE", f"mã xác thực của {name}", code="operator.no_code")


def fresh_code() -> str:
    """Return a code of the telephone that no sign-in used up: from LOA_EMERGENCY_CODE, or the keyboard."""
    asked = "Mã xác thực kế tiếp trên điện thoại"
    return _asked("LOA_EMERGENCY_CODE", "mã xác thực mới", code="operator.no_code", asked=asked)


def own_password(name: str) -> str:
    """Return the password of who signs on the station's own machine: from LOA_PASSWORD, or the keyboard."""
    return _asked("LOA_PASSWORD", f"mật khẩu của {name}", code="operator.no_password")


def _asked(variable: str, what: str, *, code: str, known: str = "", asked: str = "") -> str:
    """Return what the variable says, else what is known, else what is typed; BadInput without a terminal."""
    given = os.environ.get(variable) or known
    if given:
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"Thiếu {what}: đặt {variable}.", code=code)
    return getpass.getpass(f"{asked or what[0].upper() + what[1:]}: ")
