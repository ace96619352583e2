"""What people in the street report about a loudspeaker, and what they are answered; no login, no names."""
