"""What the pages of a trial can do beside: power of its simulated loudspeakers, passwords of its people."""

from collections.abc import Mapping
from dataclasses import dataclass

from controller.host.station_keys import Secrets
from controller.trial.fleet_process import FleetProcesses
from devices.ids import NodeId


@dataclass(frozen=True)
class TrialHands:
    """As `controller.http.station.Trial`."""

    fleet: FleetProcesses
    files: Secrets

    def passwords(self) -> Mapping[str, str]:
        """Return the first passwords that are still in their file."""
        return self.files.passwords()

    def plug(self, node: NodeId, *, is_in: bool) -> None:
        """Take the power from a simulated loudspeaker, or give it back."""
        self.fleet.plug(node, is_in=is_in)
