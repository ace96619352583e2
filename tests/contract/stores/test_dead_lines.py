"""A PostgreSQL whose machine lost its power answers nothing: its lines are given up after seconds."""

import os
import socket

import pytest
from sqlalchemy import text

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])


def test_a_transaction_waits_seconds_for_a_machine_that_is_gone(store):
    """Without this, pages and beats hang for 15 minutes when the database fails over."""
    with store.read() as session:
        assert session.scalar(text("SELECT 1")) == 1
        driver = session.connection().connection.driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as line:
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
