"""The simulated first run, the demonstration and the benchmarks: a station with simulated loudspeakers."""
