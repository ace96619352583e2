"""What every test may use; everything bigger lives in tests/support/."""

import fcntl
import functools
import gc
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

import pytest
import typer.testing
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import event
from sqlalchemy.util import LRUCache

from controller.features.accounts import encryption as sealing
from controller.features.accounts import passwords
from controller.store import Store, migrating
from controller.store import engine as store_engine
from tests.support.groups import GroupScheduling, is_on_postgresql
from tests.support.nightly import NIGHTLY, QUICK, amount, is_due, is_quick
from tests.support.ports import free_port

# an assertion that fails there says its values, too; what is imported above has none
_SUPPORT = {f"tests.support.{file.stem}" for file in Path(__file__).with_name("support").glob("*.py")}
pytest.register_assert_rewrite(*(_SUPPORT - sys.modules.keys()))

gc.disable()  # until all is imported: what modules make stays, and to look through it takes a second

# a loaded machine of two cores is no reason to fail a property that holds, and the same code has the same
# examples each time, ten by day; `make properties` looks for others
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "loa", settings.get_profile("search"), derandomize=True, max_examples=amount(10, 100)
)
settings.load_profile("loa")
if not NIGHTLY:
    # Hypothesis also draws constants of all modules that happen to be loaded: it parses each, four seconds of
    # processor time in a new clone, and the examples of a test are others in another run
    providers._get_local_constants = Constants


@pytest.fixture(name="free_port")
def _free_port():
    """A TCP port of the loopback that nobody listens on."""
    return free_port()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords():
    """Passwords of hundreds of small stations cost less to guess; what is kept says what it cost."""
    cheap = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1)
    with pytest.MonkeyPatch.context() as here:
        here.setattr(sealing, "COST", sealing.Cost(iterations=1, lanes=1, memory_kib=1024))
        here.setattr(passwords.PASSWORDS, "hashers", (cheap,))
        here.setattr(passwords.PASSWORDS, "current_hasher", cheap)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once():
    """Hundreds of throw-away databases of one kind share the statements that SQLAlchemy has compiled."""
    create, dialects, compiled = store_engine.create_engine, {}, LRUCache(4000)

    def sharing(url, **options):
        engine = create(url, **options)
        # statements are kept by their dialect, which every engine otherwise has for itself
        if shared := dialects.get(engine.dialect.name):
            engine.dialect = shared
        else:  # only one that has connected knows its server
            event.listen(
                engine, "connect", lambda *_: dialects.setdefault(engine.dialect.name, engine.dialect)
            )
        engine._compiled_cache = compiled
        return engine

    with pytest.MonkeyPatch.context() as here:
        here.setattr(store_engine, "create_engine", sharing)
        yield


@pytest.fixture(scope="session", autouse=True)
def _migrated_once(tmp_path_factory):
    """A SQLite file that is not there yet is copied from the first one that the migrations made in this run.

    Where migrations themselves are tested, `migrating.upgrade.__wrapped__` is what runs them.
    """
    base = tmp_path_factory.getbasetemp()
    template = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "migrated.db"

    @functools.wraps(migrating.upgrade)
    def upgrade(engine, revision="head"):
        file = Path(engine.url.database or "")
        if (engine.dialect.name, revision) != ("sqlite", "head") or file.exists():
            return upgrade.__wrapped__(engine, revision)
        with template.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # all workers of a run have one
            if not template.exists():
                _migrate(template)
        file.parent.mkdir(parents=True, exist_ok=True)
        return shutil.copy(template, file)

    def _migrate(made):
        unfinished = made.with_suffix(".new")
        unfinished.touch(0o600)
        with closing(Store(f"sqlite:///{unfinished}")) as store:
            upgrade.__wrapped__(store._engine)
        unfinished.rename(made)

    with pytest.MonkeyPatch.context() as here:
        here.setattr(migrating, "upgrade", upgrade)
        yield


@pytest.fixture(scope="session", autouse=True)
def _commands_gathered_once():
    """The program's hundred commands and options are read from their functions once, not at each call."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(typer.testing, "_get_command", functools.cache(typer.testing._get_command))
        yield


_LONG = (
    "tests/system/test_kill",
    "tests/system",
    "tests/integration/simulator",
    "tests/integration/tts",
    "tests/integration/devices",
    "tests/browser",
)
"""Whole stations, fleets, voices: begun in this order, or at the end all other workers would wait."""


def pytest_report_header():
    """Say what this run leaves out."""
    if QUICK:
        return ["nothing slow and SQLite alone: `make test` has every test"]
    return (
        []
        if NIGHTLY
        else ["no benchmarks, not all on both databases and brokers, fewer examples: `make nightly` has all"]
    )


def pytest_collection_modifyitems(config, items):
    """Put what takes long first, and leave out what is not due or not quick."""
    left_out = [item for item in items if not is_due(item) or (QUICK and not is_quick(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if is_due(item) and (is_quick(item) or not QUICK)]
    items.sort(key=_place)


def _place(item):
    if is_on_postgresql(item.nodeid):  # one group of a minute
        return 0, False
    at = next((n for n, part in enumerate(_LONG) if item.nodeid.startswith(part)), len(_LONG))
    return at, item.get_closest_marker("slow") is None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Have one worker run what belongs together."""
    return GroupScheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Spare the collector what stays to the end: thousands of tests and all modules."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()
