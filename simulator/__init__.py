"""Loudspeakers without hardware: fleets of virtual nodes on real MQTT."""
