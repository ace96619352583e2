"""What the station writes into its home is nobody else's business."""

from controller.trial.fleet_process import FleetProcess


def test_the_broker_password_of_the_fleet_is_for_its_owner_alone(tmp_path):
    fleet = FleetProcess(tmp_path, {"broker": "mqtt://station:secret@127.0.0.1:1", "nodes": []})
    fleet.start()
    try:
        written = tmp_path / "fleet.json"
        assert "secret" in written.read_text()
        assert written.stat().st_mode & 0o777 == 0o600
    finally:
        fleet.stop()
