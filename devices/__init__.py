"""Protocol between station and loudspeakers, and the logic of a loudspeaker's controller."""
