"""The spectrum that the voice graph computes of its source, as a convolution: the runtime has a slow step."""

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tts.engines.graph_rewriting import Rewriting, Steps


def convolve_spectrum(graph: Rewriting, node: Any) -> None:
    """Let a convolution make what an STFT node makes: [1, frames, bins, 2] of a signal of [1, samples]."""
    signal, hop, window, length = node.input
    kernels = _kernels(graph.stored(window), int(graph.stored(length)))
    frames, bins, parts = kernels.shape
    taps = np.ascontiguousarray(kernels.transpose(1, 2, 0).reshape(bins * parts, 1, frames))
    steps = Steps(f"{node.output[0]}/convolved")
    row = steps.add("Reshape", signal, graph.whole(1, 1, -1))
    step = int(graph.stored(hop))
    made = steps.add("Conv", row, graph.constant(taps), strides=[step], kernel_shape=[frames])
    columns = steps.add("Reshape", made, graph.whole(1, bins, parts, -1))
    steps.add("Transpose", columns, output=node.output[0], perm=[0, 3, 1, 2])
    graph.replace([node], steps.nodes)


def _kernels(window: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """What the runtime's own step makes of each sample of a frame alone: [length, bins, 2].

    Asked of it rather than computed: the phase of a bin that is almost zero hangs on the last digit.
    """
    stored = {"hop": np.int64(length), "window": window, "length": np.int64(length)}
    graph = helper.make_graph(
        [helper.make_node("STFT", ["samples", *stored], ["made"], onesided=1)],
        "impulses",
        [helper.make_tensor_value_info("samples", TensorProto.FLOAT, (length, length))],
        [helper.make_tensor_value_info("made", TensorProto.FLOAT, None)],
        initializer=[numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    made = session.run(None, {"samples": np.eye(length, dtype=np.float32)})[0]
    return np.asarray(made[:, 0], np.float32)
