"""Machines that speak for a station on one PostgreSQL: each a process with a home of its own."""

import os
import signal
from pathlib import Path

from controller.host.sound_stores import recordings_of, uploads_of
from controller.parts import speech_worker
from controller.runtime.renderer import Renderer
from controller.settings import Settings
from tests.support.fleet_of_crashes import Forked
from tts.studio import Studio

ENGINES = {
    "tone": "tests.support.tone_engine:ToneEngine",
    "slow": "tests.support.tone_engine:SlowEngine",
}
CLAIM_S = 6.0
"""As short as a loaded machine allows: a claim is looked at once a second."""


def run_machine(environment: dict[str, str], log: Path) -> None:
    """Be `loa speech-worker` with these settings, until killed or asked to end."""
    os.environ.update(environment)
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    speech_worker.run(engines=ENGINES, claim_s=CLAIM_S, drain_s=20.0)


class Machines:
    """The folder that all share, what each machine is told, and the station's own side of it."""

    def __init__(self, world, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.shared = {"recordings": str(folder / "recordings"), "uploads": str(folder / "uploads")}
        self.running: dict[str, Forked] = {}
        self.desk: Renderer | None = None

    def settings(self, name: str, **more) -> Settings:
        url = self.world.store.url.render_as_string(hide_password=False)
        told = {"home": self.folder / name, "database_url": url, "engine": "tone", "fallback_engine": ""}
        return Settings(**{**told, "speech_workers": 1, **self.shared, **more})

    def take_in(self, *, render: int = 0, **more) -> Renderer:
        """Start what the station that leads does: take in; with `render` it speaks too."""
        settings = self.settings("station", render=render, **more)
        recordings = recordings_of(settings)
        self.studio = Studio(
            settings.speech_cache_dir, recordings, workers=1, engines=ENGINES, warm_engine="tone"
        )
        if render:
            self.studio.start()
        parts = (self.world.store, self.studio, recordings, uploads_of(settings), settings)
        self.desk = Renderer(*parts, lambda: self.world.now, lambda: None)
        self.desk.start()
        return self.desk

    def start(self, name: str) -> None:
        """Start a machine, or start it anew."""
        settings = self.settings(name)
        environment = {
            f"LOA_{field.upper()}": str(getattr(settings, field)) for field in settings.model_fields_set
        }
        self.running[name] = Forked(run_machine, environment, self.folder / f"{name}.log")

    def send(self, name: str, sign: int) -> None:
        os.kill(self.running[name].pid, sign)

    def kill(self, name: str) -> None:
        self.send(name, signal.SIGKILL)
        assert self.running[name].exit_code(60) == -signal.SIGKILL

    def close(self) -> None:
        """End all; safe to repeat."""
        for one in self.running.values():
            one.end(at_once=True)
        if self.desk is not None:
            self.desk.stop()
            self.studio.stop()

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.folder.glob("*.log")))
