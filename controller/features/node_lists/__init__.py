"""Lists of loudspeakers: checked line by line, then prepared for enrolment with a sheet of codes."""
