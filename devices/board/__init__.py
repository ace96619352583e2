"""The program that makes a Linux board with a sound output a loudspeaker; docs/boards.md, "Boards"."""
