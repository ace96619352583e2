"""How the node written from docs/protocol.md alone fetches recordings: manifest, chunks, wants."""

import hashlib
import random
import time

from tests.support.stranger_rules import Refused, bitmap_of, count_of, proven_chunk


class Fetcher:
    """The part of a Stranger that fetches; it uses the Stranger's client, keys and report."""

    def take_manifest(self, recording, payload):
        if recording in self.manifests:
            return
        manifest = self.checked(payload, "loa-manifest")
        if manifest["recording"] != recording:
            raise Refused("other-target")
        self.manifests[recording], self.chunks[recording] = manifest, {}
        self.client.subscribe(f"loa/v1/recording/{recording}/chunk/+", 1)
        self.want_at[recording], self.patience[recording] = time.monotonic() + random.random(), 4.0

    def take_chunk(self, recording, n, payload):
        manifest = self.manifests.get(recording)
        if manifest is None or n in self.chunks.get(recording, ()) or recording in self.whole:
            return
        data = proven_chunk(manifest, n, payload)
        if data is None:
            self.report.chunks_refused += 1
            return
        self.chunks[recording][n] = data
        self.patience[recording] = 4.0
        self.want_at[recording] = time.monotonic() + 4.0 * random.uniform(0.75, 1.25)
        if len(self.chunks[recording]) == count_of(manifest):
            data = b"".join(piece for _, piece in sorted(self.chunks[recording].items()))
            if hashlib.sha256(data).hexdigest() != recording:
                raise Refused("recording-spoilt")
            self.whole[recording] = data
            self.report.fetched.append(recording)
            for last in ("manifest", "chunk/+"):
                self.client.unsubscribe(f"loa/v1/recording/{recording}/{last}")

    def want(self, recording):
        missing = bitmap_of(count := count_of(self.manifests[recording]), self.chunks[recording])
        message = {"node": self.node, "recording": recording, "count": count, "missing": missing}
        self.publish(f"loa/v1/node/{self.node}/want", message)
        self.report.wants += 1
