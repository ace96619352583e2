"""Operations and reads in one transaction each, so that pages and JSON open none."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from controller.store import Session, Store


class Served(Protocol):
    """A station, or somebody who asks one."""

    @property
    def store(self) -> Store:
        """The station's database."""

    def wake(self) -> None:
        """Run the periodic work at once."""


_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Served = TypeVar("_Served", bound=Served)
_Inner = Callable[Concatenate[Session, _Served, _Given], _Result]
_Outer = Callable[Concatenate[_Served, _Given], _Result]


def reads(inner: _Inner[_Served, _Given, _Result]) -> _Outer[_Served, _Given, _Result]:
    """Call a read in one snapshot; its callers leave the session out."""

    @wraps(inner)
    def outer(served: _Served, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        with served.store.read() as session:
            return inner(session, served, *args, **kwargs)

    return outer


def writes(
    *, urgent: bool = False, wakes: bool = True
) -> Callable[[_Inner[_Served, _Given, _Result]], _Outer[_Served, _Given, _Result]]:
    """Call an operation in one transaction; its callers leave the session out.

    `urgent`: before other writers. `wakes`: the station's periodic work runs at once after the commit.
    """

    def wrap(inner: _Inner[_Served, _Given, _Result]) -> _Outer[_Served, _Given, _Result]:
        @wraps(inner)
        def outer(served: _Served, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
            with served.store.write(urgent=urgent) as session:
                result = inner(session, served, *args, **kwargs)
            if wakes:
                served.wake()
            return result

        return outer

    return wrap
