"""Takes chance out of a voice's graph: the same phrase shall sound the same, on every worker and every day.

The models draw noise while they speak. Here each draw is replaced by the beginning of one fixed noise.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts.errors import BadVoice

if TYPE_CHECKING:  # onnx is loaded when a model is changed, once a voice
    from onnx import ModelProto, NodeProto

_DRAWS = "RandomNormalLike"
_NOISE = "loa.noise"
_NOISE_LENGTH = 1 << 21
"""Numbers of noise: two minutes of speech at 192 numbers a frame; a phrase has at most one."""
_SEED = 56


def steady_model(file: Path) -> bytes:
    """The model without chance, ready to be loaded; raises BadVoice for what is no model."""
    import onnx

    try:
        model = onnx.load(str(file), load_external_data=False)
        graph = model.graph
    except Exception as broken:
        raise _no_model() from broken
    if not graph.node or not graph.output:
        raise _no_model()
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in graph.initializer):
        raise BadVoice("Tệp giọng đọc trỏ tới tệp khác nên không dùng được. Hãy tải bản gói trong một tệp.")
    _steady(model)
    content: bytes = model.SerializeToString()
    return content


def _no_model() -> BadVoice:
    return BadVoice(
        "Tệp giọng đọc (.onnx) bị hỏng hoặc không phải tệp ONNX. Chưa có gì được thêm; hãy tải lại tệp."
    )


def _steady(model: ModelProto) -> None:
    import numpy as np
    from onnx import numpy_helper

    nodes = list(model.graph.node)
    drawing = [node for node in nodes if node.op_type == _DRAWS]
    if not drawing:
        return
    noise = np.random.default_rng(_SEED).standard_normal(_NOISE_LENGTH, np.float32)
    model.graph.initializer.append(numpy_helper.from_array(noise, _NOISE))
    model.graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), f"{_NOISE}.first"))
    del model.graph.node[:]
    for node in nodes:
        model.graph.node.extend(_fixed(node) if node.op_type == _DRAWS else [node])


def _fixed(draw: NodeProto) -> list[NodeProto]:
    """Nodes that give as many numbers of the fixed noise as the draw would have drawn."""
    from onnx.helper import make_node

    def node(kind: str, inputs: list[str], output: str, **options: Any) -> NodeProto:
        return make_node(kind, inputs, [output], name=output, **options)

    result = draw.output[0]
    shape, count, taken = (f"{result}.{part}" for part in ("shape", "count", "taken"))
    return [
        node("Shape", [draw.input[0]], shape),
        node("ReduceProd", [shape], count, keepdims=1),
        node("Slice", [_NOISE, f"{_NOISE}.first", count], taken),
        node("Reshape", [taken, shape], result),
    ]
