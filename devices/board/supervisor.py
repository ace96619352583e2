"""Words to systemd: ready, what the board does now, and that it still lives; sd_notify(3)."""

import os
import socket
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who started this program; nobody is told where it was not systemd."""

    address: str | None = None

    @classmethod
    def of_environment(cls) -> Self:
        """Return who started this process."""
        return cls(os.environ.get("NOTIFY_SOCKET"))

    def ready(self) -> None:
        """Say that it has started."""
        self._say("READY=1")

    def lives(self) -> None:
        """Say that all its parts go on."""
        self._say("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """Say what `systemctl status` shows."""
        self._say(f"STATUS={sentence}")

    def stopping(self) -> None:
        """Say that it ends by itself."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self.address:
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.setblocking(False)
            try:
                to.sendto(words.encode(), name)
            except OSError:
                return  # it is not there any more
