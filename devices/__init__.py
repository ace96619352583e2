"""The wire between station and loudspeakers, and the brain of a loudspeaker."""
