"""The rewritten graph says what the graph said before."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tts.engines.lighter import lighten

CHANNELS, MADE = 64, 8
RANDOM = np.random.default_rng(5)
SOUND = RANDOM.standard_normal((1, CHANNELS, 90)).astype(np.float32)
GAIN, SHIFT = (RANDOM.standard_normal((1, MADE, 1)).astype(np.float32) for _ in range(2))


def quantised_convolution(taps, step, *, stride=1, bias=True):
    """Nodes and numbers of a layer as the model's export writes it: quantise, convolve, add, scale."""
    reach = (taps - 1) * step // 2
    node = helper.make_node
    stored = {
        "weights": RANDOM.integers(90, 160, (MADE, CHANNELS, taps)).astype(np.uint8),
        "weights_zero": np.uint8(126),
        "weights_scale": np.float32(0.01),
        "bias": RANDOM.standard_normal(MADE).astype(np.float32),
        "column": np.array([1, -1, 1], np.int64),
    }
    nodes = [
        node("DynamicQuantizeLinear", ["sound"], ["bytes", "scale", "zero"]),
        node(
            "ConvInteger",
            ["bytes", "weights", "zero", "weights_zero"],
            ["summed"],
            dilations=[step],
            kernel_shape=[taps],
            pads=[reach, reach],
            strides=[stride],
        ),
        node("Mul", ["scale", "weights_scale"], ["scales"]),
    ]
    if bias:
        nodes += [
            node("Div", ["bias", "scales"], ["bias_divided"]),
            node("Floor", ["bias_divided"], ["bias_floor"]),
            node("Cast", ["bias_floor"], ["bias_whole"], to=TensorProto.INT32),
            node("Reshape", ["bias_whole", "column"], ["bias_column"]),
            node("Add", ["summed", "bias_column"], ["biased"]),
        ]
    nodes.append(node("Cast", ["biased" if bias else "summed"], ["plain"], to=TensorProto.FLOAT))
    return [*nodes, node("Mul", ["plain", "scales"], ["layer"])], stored


def normalised():
    """What brings the layer to mean 0 and deviation 1, then to gain and shift, and squares it."""
    node = helper.make_node
    stored = {"last": np.array([2], np.int64), "least": np.float32(1e-5), "two": np.float32(2.0)}
    return [
        node("ReduceMean", ["layer", "last"], ["mean"]),
        node("Sub", ["layer", "mean"], ["apart"]),
        node("Mul", ["apart", "apart"], ["square"]),
        node("ReduceMean", ["square", "last"], ["variance"]),
        node("Add", ["variance", "least"], ["raised"]),
        node("Sqrt", ["raised"], ["deviation"]),
        node("Div", ["apart", "deviation"], ["normal"]),
        node("Mul", ["gain", "normal"], ["gained"]),
        node("Add", ["gained", "shift"], ["shifted"]),
        node("Pow", ["shifted", "two"], ["made"]),
    ], stored


def model_of(nodes, stored, output):
    given = {"sound": SOUND, "gain": GAIN, "shift": SHIFT}
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, given[name].shape) for name in given],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        initializer=[numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def answer(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"sound": SOUND, "gain": GAIN, "shift": SHIFT})[0]


def kinds(model):
    return {node.op_type for node in model.graph.node}


@pytest.mark.parametrize(("taps", "step"), [(1, 1), (3, 1), (7, 3), (11, 5)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_as_one_product_says_the_same(taps, step, bias):
    model = model_of(*quantised_convolution(taps, step, bias=bias), "layer")
    before = answer(model)
    lighten(model)
    assert "ConvInteger" not in kinds(model)
    after = answer(model)
    assert after.shape == before.shape
    # the bias was rounded down to a whole step of the product's scale before, and is exact now
    scale = (SOUND.max() - SOUND.min()) / 255 * 0.01
    assert np.abs(after - before).max() <= 1.01 * scale


def test_a_convolution_that_skips_samples_is_left_as_it_was():
    model = model_of(*quantised_convolution(3, 1, stride=2), "layer")
    lighten(model)
    assert "ConvInteger" in kinds(model)


def test_what_divides_by_a_deviation_becomes_one_step():
    first, second = quantised_convolution(3, 1), normalised()
    model = model_of(first[0] + second[0], first[1] | second[1], "made")
    before = answer(model)
    lighten(model)
    assert not kinds(model) & {"ReduceMean", "Sqrt", "Pow"}
    assert np.abs(answer(model) - before).max() < 0.01 * np.abs(before).max()


def test_a_layer_built_otherwise_is_refused():
    nodes, stored = quantised_convolution(3, 1)
    nodes[3].op_type = "Mul"
    with pytest.raises(ValueError, match="bias"):
        lighten(model_of(nodes, stored, "layer"))
