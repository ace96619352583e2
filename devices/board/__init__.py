"""The program that makes a Linux board with a sound output a loudspeaker; docs/operator.md, "Boards"."""
