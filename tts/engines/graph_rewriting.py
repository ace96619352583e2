"""A graph by what makes and what reads each tensor, for rewriting it node by node."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


class Steps:
    """Nodes that are made one after the other; what each makes gets a name of its own."""

    def __init__(self, own: str) -> None:
        self.nodes: list[Any] = []
        self._own = own

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node with one output; the name of it."""
        made = output or f"{self._own}/{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [made], **attributes))
        return made

    @property
    def last(self) -> str:
        """What the last node makes."""
        return str(self.nodes[-1].output[0])

    def add_all(self, kind: str, inputs: list[str], outputs: int) -> list[str]:
        """Add a node with several outputs; their names."""
        made = [f"{self._own}/{len(self.nodes)}/{place}" for place in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, made))
        return made

    def add_scan(self, body: "Steps", over: dict[str, str], outputs: list[str]) -> list[str]:
        """Add a node that runs `body` for each first index of tensors: names in `body` by names of these.

        What the body makes under the names `outputs`, tables of numbers, is stacked; returns the names.
        """
        made = [f"{output}/stacked" for output in outputs]
        given = [helper.make_empty_tensor_value_info(name) for name in over]
        stacked = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 2) for name in outputs]
        graph = helper.make_graph(body.nodes, "body", given, stacked)
        scan = helper.make_node("Scan", list(over.values()), made, body=graph, num_scan_inputs=len(over))
        self.nodes.append(scan)
        return made


class Rewriting:
    """A graph by what makes and what reads each tensor, and what shall stand for some of its nodes."""

    def __init__(self, model: Any) -> None:
        self._graph = model.graph
        self._stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self._makers: dict[str, Any] = {}
        self._readers: dict[str, list[Any]] = {}
        self._constants: dict[tuple[Any, ...], str] = {}
        self._instead: dict[str, list[Any]] = {}
        for node in model.graph.node:
            self._makers.update(dict.fromkeys(node.output, node))
            for name in node.input:
                self._readers.setdefault(name, []).append(node)

    def maker(self, tensor: str) -> Any:
        """The node that makes the tensor, None for one that is given or stored."""
        return self._makers.get(tensor)

    def readers(self, tensor: str) -> list[Any]:
        """The nodes that read the tensor."""
        return self._readers.get(tensor, [])

    def reader(self, tensor: str) -> Any:
        """The only node that reads the tensor; raises ValueError when there are more."""
        (only,) = self._readers[tensor]
        return only

    def other(self, node: Any, tensor: str) -> str:
        """The second input of a node that reads `tensor`."""
        (name,) = (name for name in node.input if name != tensor)
        return str(name)

    def made_by(self, kind: str, reader: Any) -> Any:
        """The node of a kind that makes an input of `reader`; None when none does or there is no reader."""
        makers = [self._makers.get(name) for name in reader.input] if reader is not None else []
        return next((node for node in makers if node is not None and node.op_type == kind), None)

    def stored(self, name: str) -> NDArray[Any]:
        """A stored tensor's numbers."""
        return numpy_helper.to_array(self._stored[name])

    def is_stored(self, name: str) -> bool:
        """Whether a tensor is stored with the model."""
        return name in self._stored

    def is_number(self, name: str, number: float) -> bool:
        """Whether a tensor is stored and is just this number."""
        return name in self._stored and self.stored(name).tolist() == number

    def bias_of(self, added: Any, tensor: str) -> str:
        """The stored bias of which whole numbers are added to `tensor`: Div, Floor, Cast, Reshape of it."""
        name = self.other(added, tensor)
        for kind in ("Reshape", "Cast", "Floor", "Div"):
            if self._makers[name].op_type != kind:
                raise ValueError(name)
            name = self._makers[name].input[0]
        if name not in self._stored:
            raise ValueError(name)
        return name

    def constant(self, numbers: NDArray[Any]) -> str:
        """The name under which the numbers are stored."""
        known = (numbers.dtype.str, numbers.shape, numbers.tobytes())
        if known not in self._constants:
            name = self._constants[known] = f"constant/{len(self._constants)}"
            self._stored[name] = numpy_helper.from_array(numbers, name)
        return self._constants[known]

    def whole(self, *numbers: int) -> str:
        """The name of a vector of whole numbers."""
        return self.constant(np.array(numbers, np.int64))

    def number(self, number: int) -> str:
        """The name of a whole number."""
        return self.constant(np.array(number, np.int64))

    def replace(self, old: list[Any], made: list[Any]) -> None:
        """Let `made` stand where the last of the `old` nodes stood."""
        self._instead.update((node.output[0], []) for node in old)
        self._instead[old[-1].output[0]] = list(made)

    def finish(self) -> None:
        """Put the new nodes in, and leave out what nothing reads any more."""
        nodes = [new for node in self._graph.node for new in self._instead.get(node.output[0], [node])]
        needed = {made.name for made in self._graph.output}
        kept = []
        for node in reversed(nodes):
            if needed.intersection(node.output):
                kept.append(node)
                needed.update(_read_by(node))
        del self._graph.node[:], self._graph.initializer[:]
        self._graph.node.extend(reversed(kept))
        self._graph.initializer.extend(self._stored[name] for name in self._stored if name in needed)


def _read_by(node: Any) -> Iterator[str]:
    """What a node reads, and what a body within it reads from around it."""
    yield from node.input
    for given in node.attribute:
        for inner in given.g.node:
            yield from inner.input
