"""The byte code of the pages' templates, kept for all workers and for the next run."""

import hashlib
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from controller.http import render


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(pytestconfig, tmp_path_factory):
    """Two hundred templates are compiled once for all workers: to compile them takes four seconds of each."""
    kept = getattr(pytestconfig, "cache", None)
    options = hashlib.sha256(Path(render.__file__).read_bytes()).hexdigest()[:16]
    folder = kept.mkdir(f"templates-{options}") if kept else tmp_path_factory.mktemp("templates")
    with pytest.MonkeyPatch.context() as here:
        here.setattr(render._environment(), "bytecode_cache", FileSystemBytecodeCache(str(folder)))
        yield
