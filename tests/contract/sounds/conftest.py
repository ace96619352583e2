"""The same suite in every file store: a folder, buckets of the library's own, and one of an S3 server."""

import uuid

import pytest
from obstore.store import LocalStore, MemoryStore

from tests.support.s3_server import KEY, SECRET, s3  # noqa: F401 - a fixture
from tts.bucket_store import BucketStore
from tts.buckets import Bucket, S3Access, bucket_at
from tts.file_stores import FolderStore


@pytest.fixture(params=["folder", "memory", "files", "s3"])
def again(request, tmp_path):
    """Return a way to open the same file store, each time on another machine, where there are several."""
    if request.param == "folder":
        return lambda: FolderStore(tmp_path / "folder")
    bucket = _bucket(request, tmp_path)
    return lambda: BucketStore(bucket(), tmp_path / f"near-{uuid.uuid4().hex}")


def _bucket(request, tmp_path):
    if request.param == "memory":
        store = MemoryStore()
        return lambda: Bucket(store, store, "memory")
    if request.param == "files":
        store = LocalStore(tmp_path / "objects", mkdir=True)
        return lambda: Bucket(store, store, "files")
    server, prefix = request.getfixturevalue("s3"), uuid.uuid4().hex
    access = S3Access(server.endpoint, key=KEY, secret=SECRET)
    return lambda: bucket_at(server.address(prefix), access)


@pytest.fixture
def file_store(again):
    return again()
