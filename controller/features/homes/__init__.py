"""Where loudspeakers find their station: signed homes, and how many follow."""
