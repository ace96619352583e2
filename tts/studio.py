"""The studio: from a written bulletin to a finished recording (docs: architecture, "speech")."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tts.orders import OnProgress, Progress, Rendered, RenderOrder, Stage
from tts.recordings import RecordingStore

__all__ = ["OnProgress", "Progress", "RenderOrder", "Rendered", "Stage", "Studio"]


class Studio:
    """Renders orders in worker processes; `render` may be called from several threads at once."""

    def __init__(
        self,
        cache_dir: Path,
        recordings: RecordingStore,
        *,
        workers: int = 2,
        engines: Mapping[str, str] | None = None,
    ) -> None:
        self._cache_dir = cache_dir
        self._recordings = recordings
        self._workers = workers
        self._engines = engines

    def start(self) -> None:
        """Start the worker processes; they prepare the voice while the caller goes on."""

    def stop(self) -> None:
        """End the worker processes; a render under way raises EngineFailed."""

    def render(self, order: RenderOrder, on_progress: OnProgress | None = None) -> Rendered:
        """Speak the order and keep the recording; raises SpeechError."""
        raise NotImplementedError
