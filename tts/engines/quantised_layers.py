"""Quantised convolutions of the voice graph, read as products of matrices."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tts.engines.graph_rewriting import Rewriting, Steps

_FEWEST_CHANNELS = 64
"""Below it a product is too thin to be worth its rearranging."""
_SIGN = 128
"""Unsigned bytes less this are signed ones; the same from their zero point changes no product."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution of bytes with its bias and scale, as a product over its kernel's taps side by side."""

    samples: str
    """The bytes that it reads, [1, channels, moments]."""
    zero: str
    """The byte that stands for 0 among them."""
    channels: int
    taps: int
    step: int
    """Moments from one tap to the next."""
    pads: tuple[int, int]
    factors: tuple[str, ...]
    """Further inputs of the product: weights of [taps * channels, made], scales, zeros, bias."""
    nodes: tuple[Any, ...]
    """The nodes that the product stands for; the last makes [1, made, moments]."""

    @property
    def made(self) -> str:
        """What the layer makes."""
        return str(self.nodes[-1].output[0])

    def product(self, steps: Steps, side_by_side: str, instead: dict[str, str] | None = None) -> str:
        """Add the product of what the taps read, [..., taps * channels]; `instead` renames other inputs."""
        factors = [(instead or {}).get(name, name) for name in self.factors]
        return steps.add("MatMulIntegerToFloat", side_by_side, *factors, domain="com.microsoft")


def layer_of(graph: Rewriting, node: Any, *, signed: bool) -> Layer | None:
    """The layer of a ConvInteger node, its weights as signed bytes or as they are.

    None if the node is better left; raises ValueError for one built otherwise.
    """
    attributes = {given.name: list(given.ints) for given in node.attribute}
    weights = graph.stored(node.input[1])
    channels, taps = weights.shape[1:]
    if attributes["strides"] != [1] or channels < _FEWEST_CHANNELS:
        return None
    samples, _, zero, weights_zero = node.input
    own, nodes, bias = node.output[0], [node], []
    if graph.reader(own).op_type == "Add":
        nodes.append(graph.reader(own))
        bias = [graph.bias_of(nodes[-1], own)]
    cast = graph.reader(nodes[-1].output[0])
    scaled = graph.reader(cast.output[0])
    scales = graph.maker(graph.other(scaled, cast.output[0]))
    if (cast.op_type, scaled.op_type, scales.op_type) != ("Cast", "Mul", "Mul"):
        raise ValueError(own)
    stacked = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(taps * channels, -1))
    laid = [_signed(numbers) if signed else numbers for numbers in (stacked, graph.stored(weights_zero))]
    factors = [graph.constant(laid[0]), *scales.input, zero, graph.constant(laid[1]), *bias]
    (step,), (before, after) = attributes["dilations"], attributes["pads"]
    nodes += [cast, scaled]
    return Layer(samples, zero, channels, taps, step, (before, after), tuple(factors), tuple(nodes))


def _signed(numbers: NDArray[np.uint8]) -> NDArray[np.int8]:
    return np.asarray(numbers.astype(np.int16) - _SIGN, np.int8)
