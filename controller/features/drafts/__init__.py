"""What a person is still typing, kept on the server: no lost connection and no ended session loses it."""
