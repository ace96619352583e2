"""The two ways from a command to a station; each is opened for one person and closed at the end of a block.

`http_client`: a running station's JSON interface, signed in by password. `local_client`: the database of a
station on this machine, whether it runs or not. Both raise LoaError with a sentence for the person, and no
wait is without an end: 15 s for an answer over HTTP, 10 s (`store.engine.WAIT_SECONDS`) for the database.
"""
