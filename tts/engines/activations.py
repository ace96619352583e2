"""Normalisations and activations of the voice graph, read backwards from what they make."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tts.engines.graph_rewriting import Rewriting

_TIME = ([2], [-1])
"""The axes that stand for time in [1, channels, moments]."""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """gain * (source - mean) / sqrt(variance + least) + shift, mean and variance over time: names."""

    source: str
    gain: str
    shift: str
    least: str


@dataclass(frozen=True, slots=True)
class Snake:
    """x + sin(ax)^2 / a of what is normalised: names of a, of 1 / a and of what it makes."""

    normalised: Normalisation
    factor: str
    reciprocal: str
    made: str


def normalisation_of(graph: Rewriting, shifted: Any) -> Normalisation | None:
    """The normalisation that ends with this Add node; raises ValueError for one built otherwise."""
    gained = graph.made_by("Mul", shifted)
    divided = graph.made_by("Div", gained)
    root = graph.made_by("Sqrt", divided)
    if root is None:
        return None
    raised, apart = graph.made_by("Add", root), graph.made_by("Sub", divided)
    variance, mean = graph.made_by("ReduceMean", raised), graph.made_by("ReduceMean", apart)
    square = graph.made_by("Mul", variance)
    if None in (square, mean):
        raise ValueError(shifted.output[0])
    source, middle = apart.input
    right = [
        list(divided.input) == [apart.output[0], root.output[0]],
        list(square.input) == [apart.output[0]] * 2,
        (mean.input[0], mean.output[0]) == (source, middle),
        all(graph.stored(reduced.input[1]).tolist() in _TIME for reduced in (mean, variance)),
    ]
    if not all(right):
        raise ValueError(shifted.output[0])
    return Normalisation(
        source,
        graph.other(gained, divided.output[0]),
        graph.other(shifted, gained.output[0]),
        graph.other(raised, variance.output[0]),
    )


def snake_of(graph: Rewriting, summed: Any) -> Snake | None:
    """The activation that ends with this Add node; raises ValueError for one built otherwise."""
    scaled = graph.made_by("Mul", summed)
    squared = graph.made_by("Pow", scaled)
    sine = graph.made_by("Sin", squared)
    phase = graph.made_by("Mul", sine)
    if phase is None:
        return None
    plain = graph.other(summed, scaled.output[0])
    normalised = normalisation_of(graph, graph.maker(plain))
    factor, reciprocal = (
        graph.constant(np.ravel(graph.stored(name)))
        for name in (graph.other(phase, plain), graph.other(scaled, squared.output[0]))
    )
    inverse = np.allclose(graph.stored(factor) * graph.stored(reciprocal), 1.0, rtol=1e-4)
    if normalised is None or not inverse or not graph.is_number(squared.input[1], 2.0):
        raise ValueError(summed.output[0])
    return Snake(normalised, factor, reciprocal, summed.output[0])
