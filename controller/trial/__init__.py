"""The simulated first run, the demonstration and the benches: a station whose loudspeakers are simulated."""
