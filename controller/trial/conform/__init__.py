"""The conformance kit: runs a node through the rules of docs/protocol.md; see docs/conformance.md."""
