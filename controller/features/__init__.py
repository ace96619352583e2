"""What people and programs may do: one folder a feature; docs/architecture.md says which may import which."""
