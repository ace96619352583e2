"""The configuration of the province's brokers, written for whoever sets them up; docs/broker-tree.md."""
