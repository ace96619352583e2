"""The residual blocks of the voice graph, moment by moment and piece by piece.

A block is: normalise, x + sin(ax)^2 / a, quantise, convolve, several times, with sums between. On whole
tensors each of these steps moves tens of megabytes through memory. Here a tensor is kept as [pieces, rows,
channels], a row being one moment, and the steps run over piece after piece, which stays in the core's cache.

The last piece is filled up with copies of the last row. They stay copies through all steps, so they change no
range; the shares of the means leave them out, and a convolution reads zeros there, as behind any end.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from onnx import TensorProto

from tts.engines.activations import Snake, snake_of
from tts.engines.graph_rewriting import Rewriting, Steps
from tts.engines.quantised_layers import Layer

_PIECE = 32_768
"""Numbers (128 kB): several of them fit into a core's cache; half or four times as many take as long."""


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Names of a tensor in pieces, and of what all tensors of its length share."""

    tensor: str
    """[pieces, rows, channels]."""
    moments: str
    """[1]: how many rows are no copies."""
    places: str
    """[pieces, rows, 1]: the moment of each row."""
    shares: str
    """[pieces, 1, rows]: of each row in a mean."""


class ResidualBlocks:
    """Rewrites what blocks consist of; knows which tensors are in pieces."""

    def __init__(self, graph: Rewriting) -> None:
        self._graph = graph
        self._known: dict[str, _Pieces] = {}
        self._means: dict[str, tuple[str, str]] = {}

    def take_layer(self, layer: Layer) -> bool:
        """Compute the layer and what it quantises in pieces; False when it is not of a block."""
        graph = self._graph
        quantising = graph.maker(layer.samples)
        summed = graph.made_by("Add", quantising)
        snake = snake_of(graph, summed) if summed is not None else None
        if snake is None:
            return False
        steps = Steps(f"{layer.made}/piecewise")
        source = self._in_pieces(snake.normalised.source, layer.channels, steps)
        quantised = self._quantised(snake, source, layer.channels, steps)
        renamed = dict(zip(quantising.output, quantised, strict=True))
        body = self._piece_of_product(layer, renamed, source, steps)
        old, over = list(layer.nodes), {f"{layer.made}/places": source.places}
        while reader := self._sum_with_known(old[-1].output[0]):
            added = f"{layer.made}/added/{len(over)}"
            over[added] = self._known[graph.other(reader, old[-1].output[0])].tensor
            body.add("Add", body.last, added)
            old.append(reader)
        self._stack(body, over, old[-1].output[0], source, steps)
        graph.replace(old, steps.nodes)
        return True

    def _sum_with_known(self, tensor: str) -> Any:
        """The node that adds to the tensor what is known in pieces, if nothing else reads it; else None."""
        readers = self._graph.readers(tensor)
        if len(readers) != 1 or readers[0].op_type != "Add":
            return None
        return readers[0] if self._graph.other(readers[0], tensor) in self._known else None

    def take_sum(self, node: Any) -> None:
        """Compute a sum in pieces when one of its terms is; none that a layer has computed with itself."""
        known = [self._known[term] for term in node.input if term in self._known]
        if not known or node.output[0] in self._known or any(map(self._graph.is_stored, node.input)):
            return
        steps = Steps(f"{node.output[0]}/piecewise")
        terms = [self._in_pieces(term, 0, steps, known[0]).tensor for term in node.input]
        self._keep(node.output[0], replace(known[0], tensor=steps.add("Add", *terms)), steps)
        self._graph.replace([node], steps.nodes)

    def _in_pieces(self, tensor: str, channels: int, steps: Steps, like: _Pieces | None = None) -> _Pieces:
        """The tensor in pieces; cut, if it is still whole, as one that is as long or else by its length."""
        if tensor not in self._known:
            rows = steps.add("Transpose", steps.add("Squeeze", tensor, self._graph.whole(0)), perm=[1, 0])
            shared = like or self._measured(rows, _PIECE // channels, steps)
            places = steps.add("Squeeze", shared.places, self._graph.whole(2))
            self._known[tensor] = replace(shared, tensor=steps.add("Gather", rows, places))
        return self._known[tensor]

    def _measured(self, rows: str, height: int, steps: Steps) -> _Pieces:
        """How moments by channels are laid in pieces of so many rows."""
        whole, number, add = self._graph.whole, self._graph.number, steps.add
        moments = add("Shape", rows, start=0, end=1)
        length = add("Squeeze", moments)
        pieces = add("Div", add("Add", length, number(height - 1)), number(height))
        counted = add("Range", number(0), add("Mul", pieces, number(height)), number(1))
        places = add("Reshape", add("Min", counted, add("Sub", length, number(1))), whole(-1, height, 1))
        true = add("Cast", add("Less", counted, length), to=TensorProto.FLOAT)
        shares = add("Div", true, add("Cast", length, to=TensorProto.FLOAT))
        return _Pieces(rows, moments, places, add("Reshape", shares, whole(-1, 1, height)))

    def _keep(self, tensor: str, pieces: _Pieces, steps: Steps) -> None:
        """Remember the tensor in pieces, and make it whole for whoever reads it so."""
        whole = self._graph.whole
        self._known[tensor] = pieces
        filled = steps.add("Reshape", pieces.tensor, whole(1, -1, 0))
        rows = steps.add("Slice", filled, whole(0), pieces.moments, whole(1))
        steps.add("Transpose", rows, output=tensor, perm=[0, 2, 1])

    def _quantised(self, snake: Snake, source: _Pieces, channels: int, steps: Steps) -> list[str]:
        """The activated source in bytes, [rows, channels], with their scale and zero."""
        inner, outer = self._phase(snake, source, steps)
        own = f"{snake.made}/piece"
        body = Steps(own)
        phase = body.add("Add", body.add("Mul", own, inner), outer)
        sine = body.add("Sin", phase)
        activated = body.add("Mul", body.add("Add", phase, body.add("Mul", sine, sine)), snake.reciprocal)
        (stacked,) = steps.add_scan(body, {own: source.tensor}, [activated])
        rows, *scales = steps.add_all("DynamicQuantizeLinear", [stacked], 3)
        return [steps.add("Reshape", rows, self._graph.whole(-1, channels)), *scales]

    def _phase(self, snake: Snake, source: _Pieces, steps: Steps) -> tuple[str, str]:
        """Factor and summand, [channels], that make of the source what the sine is taken of."""
        add, flat, given = steps.add, self._graph.whole(-1), snake.normalised
        if given.source not in self._means:
            parts = _shares_of_means(steps, source.tensor, source.shares)
            self._means[given.source] = self._summed(parts, steps)
        mean, square = self._means[given.source]
        variance = add("Relu", add("Sub", square, add("Mul", mean, mean)))
        gain = add("Div", add("Reshape", given.gain, flat), add("Sqrt", add("Add", variance, given.least)))
        shift = add("Sub", add("Reshape", given.shift, flat), add("Mul", mean, gain))
        return add("Mul", gain, snake.factor), add("Mul", shift, snake.factor)

    def _summed(self, parts: list[str], steps: Steps) -> tuple[str, str]:
        mean, square = (steps.add("ReduceSum", part, self._graph.whole(0, 1), keepdims=0) for part in parts)
        return mean, square

    def _piece_of_product(
        self, layer: Layer, renamed: dict[str, str], source: _Pieces, steps: Steps
    ) -> Steps:
        """Steps that multiply what a piece of the layer reads; of a piece they know its `places`.

        `renamed` says under which names the bytes, [rows, channels], and their scale and zero are found.
        """
        graph, whole, (before, after) = self._graph, self._graph.whole, layer.pads
        sound = steps.add("Slice", renamed[layer.samples], whole(0), source.moments, whole(0))
        padded = steps.add("Pad", sound, whole(before, 0, after, 0), renamed[layer.zero])
        taps = graph.constant(np.arange(layer.taps, dtype=np.int64)[None] * layer.step)
        body = Steps(f"{layer.made}/piece")
        read = body.add("Gather", padded, body.add("Add", f"{layer.made}/places", taps))
        layer.product(body, body.add("Reshape", read, whole(-1, layer.taps * layer.channels)), renamed)
        return body

    def _stack(self, body: Steps, over: dict[str, str], output: str, source: _Pieces, steps: Steps) -> None:
        """Run the body over all pieces for the output, with the output's means if they are asked for."""
        made, means = body.last, []
        if any(reader.op_type == "ReduceMean" for reader in self._graph.readers(output)):
            shares = f"{output}/shares"
            over[shares] = source.shares
            means = _shares_of_means(body, made, shares)
        pieces, *means = steps.add_scan(body, over, [made, *means])
        if means:
            self._means[output] = self._summed(means, steps)
        self._keep(output, replace(source, tensor=pieces), steps)


def _shares_of_means(steps: Steps, tensor: str, shares: str) -> list[str]:
    """What pieces add to the mean of the tensor and of its square."""
    return [steps.add("MatMul", shares, one) for one in (tensor, steps.add("Mul", tensor, tensor))]
