"""The hub of a nation: approved documents come down, figures go up; docs/hub.md."""
