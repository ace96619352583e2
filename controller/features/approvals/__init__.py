"""The queue of bulletins that wait for an approver."""
