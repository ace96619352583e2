"""Operations and reads in one transaction each, so that pages and JSON open none."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from controller.http.station import Station
from controller.store import Session

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Inner = Callable[Concatenate[Session, Station, _Given], _Result]
_Outer = Callable[Concatenate[Station, _Given], _Result]


def reads(inner: _Inner[_Given, _Result]) -> _Outer[_Given, _Result]:
    """Call a read in one snapshot; its callers leave the session out."""

    @wraps(inner)
    def outer(station: Station, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        with station.store.read() as session:
            return inner(session, station, *args, **kwargs)

    return outer


def writes(
    *, urgent: bool = False, wakes: bool = True
) -> Callable[[_Inner[_Given, _Result]], _Outer[_Given, _Result]]:
    """Call an operation in one transaction; its callers leave the session out.

    `urgent`: before other writers. `wakes`: the station's periodic work runs at once after the commit.
    """

    def wrap(inner: _Inner[_Given, _Result]) -> _Outer[_Given, _Result]:
        @wraps(inner)
        def outer(station: Station, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
            with station.store.write(urgent=urgent) as session:
                result = inner(session, station, *args, **kwargs)
            if wakes:
                station.wake()
            return result

        return outer

    return wrap
