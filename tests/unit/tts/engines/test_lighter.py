"""The rewritten graph says what the graph said before."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tts.engines.lighter import lighten

CHANNELS = 64
ROWS = 512
"""Of a piece, with so many channels."""
node = helper.make_node


def random(*shape):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


class Graph:
    """Nodes and stored numbers, put together step by step as the model's export writes them."""

    def __init__(self):
        self.nodes, self.stored = [], {}

    def add(self, kind, *inputs, made, **attributes):
        self.nodes.append(node(kind, inputs, made if isinstance(made, list) else [made], **attributes))
        return made

    def keep(self, name, numbers):
        self.stored[name] = numbers
        return name

    def convolution(self, source, made, taps=3, step=1, *, stride=1, bias=True, channels=CHANNELS):
        reach, own = (taps - 1) * step // 2, made
        quantised = self.add(
            "DynamicQuantizeLinear", source, made=[f"{own}/{of}" for of in ("bytes", "scale", "zero")]
        )
        # signed, two products of them fit into 16 bits on processors that would cut more off
        weights = (120 + 12 * random(channels, CHANNELS, taps)).round().clip(70, 170).astype(np.uint8)
        self.keep(f"{own}/weights", weights)
        self.keep(f"{own}/weights_zero", np.uint8(119))
        self.keep(f"{own}/weights_scale", np.float32(0.01))
        given = [quantised[0], f"{own}/weights", quantised[2], f"{own}/weights_zero"]
        shape = {"dilations": [step], "kernel_shape": [taps], "pads": [reach, reach], "strides": [stride]}
        last = self.add("ConvInteger", *given, made=f"{own}/summed", **shape)
        scales = self.add("Mul", quantised[1], f"{own}/weights_scale", made=f"{own}/scales")
        if bias:
            divided = self.add(
                "Div", self.keep(f"{own}/bias", random(channels)), scales, made=f"{own}/divided"
            )
            floor = self.add("Floor", divided, made=f"{own}/floor")
            whole = self.add("Cast", floor, made=f"{own}/whole", to=TensorProto.INT32)
            column = self.add(
                "Reshape", whole, self.keep("column", np.array([1, -1, 1])), made=f"{own}/column"
            )
            last = self.add("Add", last, column, made=f"{own}/biased")
        return self.add(
            "Mul", self.add("Cast", last, made=f"{own}/plain", to=TensorProto.FLOAT), scales, made=made
        )

    def normalisation(self, source, made, channels=CHANNELS):
        own, time = made, self.keep("time", np.array([2]))
        apart = self.add(
            "Sub", source, self.add("ReduceMean", source, time, made=f"{own}/mean"), made=f"{own}/apart"
        )
        square = self.add("Mul", apart, apart, made=f"{own}/square")
        variance = self.add("ReduceMean", square, time, made=f"{own}/variance")
        raised = self.add("Add", variance, self.keep("least", np.float32(1e-5)), made=f"{own}/raised")
        normal = self.add("Div", apart, self.add("Sqrt", raised, made=f"{own}/root"), made=f"{own}/normal")
        gain = self.keep(f"{own}/gain", 1 + 0.3 * random(1, channels, 1))
        gained = self.add("Mul", gain, normal, made=f"{own}/gained")
        return self.add("Add", gained, self.keep(f"{own}/shift", 0.2 * random(1, channels, 1)), made=made)

    def snake(self, source, made):
        """x + sin(ax)^2 / a."""
        own, factor = made, 1 + random(1, CHANNELS, 1) ** 2
        phase = self.add("Mul", self.keep(f"{own}/factor", factor), source, made=f"{own}/phase")
        sine = self.add("Sin", phase, made=f"{own}/sine")
        squared = self.add("Pow", sine, self.keep("two", np.float32(2)), made=f"{own}/squared")
        scaled = self.add("Mul", self.keep(f"{own}/reciprocal", 1 / factor), squared, made=f"{own}/scaled")
        return self.add("Add", source, scaled, made=made)

    def blocks(self):
        """Two blocks beside each other, and the sum of what they make and of something else."""
        made = []
        for own, (taps, step) in (("first", (3, 1)), ("second", (7, 3))):
            activated = self.snake(self.normalisation("sound", f"{own}/normal1"), f"{own}/snake1")
            middle = self.convolution(activated, f"{own}/middle", taps, step)
            activated = self.snake(self.normalisation(middle, f"{own}/normal2"), f"{own}/snake2")
            made.append(self.add("Add", self.convolution(activated, f"{own}/end", taps), "sound", made=own))
        opposite = self.add("Neg", "sound", made="opposite")
        return self.add("Add", self.add("Add", *made, made="both"), opposite, made="made")

    def model(self, output, source="sound"):
        graph = helper.make_graph(
            self.nodes,
            "made up",
            [helper.make_tensor_value_info(source, TensorProto.FLOAT, None)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            initializer=[
                numpy_helper.from_array(np.asarray(value), name) for name, value in self.stored.items()
            ],
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def answer(model, sound):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {model.graph.input[0].name: sound})[0]


def kinds(model):
    return [made.op_type for made in model.graph.node]


def signal_to_noise(right, made):
    """In dB."""
    assert right.shape == made.shape
    return 10 * np.log10(np.square(right).sum() / np.square(right - made).sum())


@pytest.mark.parametrize(("taps", "step"), [(1, 1), (3, 1), (7, 3), (11, 5)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("signed", [True, False])
def test_a_convolution_as_one_product_says_the_same(taps, step, bias, signed):
    graph, sound = Graph(), random(1, CHANNELS, 90)
    graph.convolution("sound", "layer", taps, step, bias=bias, channels=8)
    model = graph.model("layer")
    before = answer(model, sound)
    lighten(model, signed=signed)
    assert "ConvInteger" not in kinds(model)
    after = answer(model, sound)
    assert after.shape == before.shape
    # the bias was rounded down to a whole step of the product's scale before, and is exact now
    scale = (sound.max() - sound.min()) / 255 * 0.01
    assert np.abs(after - before).max() <= 1.01 * scale


def test_a_convolution_that_skips_samples_is_left_as_it_was():
    graph = Graph()
    graph.convolution("sound", "layer", stride=2)
    model = graph.model("layer")
    lighten(model, signed=True)
    assert "ConvInteger" in kinds(model)


def test_what_divides_by_a_deviation_becomes_one_step():
    graph, sound = Graph(), 3 + random(1, CHANNELS, 90)
    model = graph.model(graph.normalisation("sound", "made"))
    before = answer(model, sound)
    lighten(model, signed=True)
    assert not {"ReduceMean", "Sqrt"}.intersection(kinds(model))
    assert np.abs(answer(model, sound) - before).max() < 1e-4


@pytest.mark.parametrize("moments", [90, ROWS, 2 * ROWS + 1])
@pytest.mark.parametrize("signed", [True, False])
def test_blocks_in_pieces_say_the_same(moments, signed):
    graph, sound = Graph(), 2 + random(1, CHANNELS, moments)
    model = graph.model(graph.blocks())
    before = answer(model, sound)
    lighten(model, signed=signed)
    assert kinds(model).count("Scan") == 8
    assert not {"ConvInteger", "ReduceMean", "Sin"}.intersection(kinds(model))
    # rounding: a number that falls to the other side of a step of 8 bits is a step away
    assert signal_to_noise(before, answer(model, sound)) > 45


@pytest.mark.parametrize("of", ["first/snake2/factor", "second/normal1/gain", "first/middle/weights"])
def test_a_wrong_weight_would_be_seen(of):
    graph, sound = Graph(), random(1, CHANNELS, 90)
    model = graph.model(graph.blocks())
    before = answer(model, sound)
    lighten(model, signed=False)
    graph.stored[of] = np.roll(graph.stored[of], 1, axis=1)
    if of.endswith("factor"):
        graph.stored["first/snake2/reciprocal"] = 1 / graph.stored[of]
    wrong = graph.model("made")
    lighten(wrong, signed=False)
    assert signal_to_noise(before, answer(wrong, sound)) < 35


def test_a_spectrum_by_convolution_says_the_same():
    graph, sound = Graph(), random(1, 400)
    for name, number in (("hop", 5), ("length", 20)):
        graph.keep(name, np.int64(number))
    graph.keep("window", np.hanning(21)[:20].astype(np.float32))
    model = graph.model(graph.add("STFT", "sound", "hop", "window", "length", made="made", onesided=1))
    before = answer(model, sound)
    lighten(model, signed=True)
    assert "STFT" not in kinds(model)
    after = answer(model, sound)
    assert after.shape == before.shape == (1, 77, 11, 2)
    assert np.abs(after - before).max() < 1e-5


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (("second/middle/whole", "Mul"), "second/middle"),
        (("first/normal2/square", "Add"), "first/normal2"),
    ],
)
def test_a_layer_built_otherwise_is_refused(changed, named):
    graph = Graph()
    graph.blocks()
    next(made for made in graph.nodes if made.output[0] == changed[0]).op_type = changed[1]
    with pytest.raises(ValueError, match=named):
        lighten(graph.model("made"), signed=True)


def test_a_sine_divided_by_another_number_is_refused():
    graph = Graph()
    graph.blocks()
    graph.stored["first/snake1/reciprocal"][0, 5] *= 1.1
    with pytest.raises(ValueError, match="first/snake1"):
        lighten(graph.model("made"), signed=True)


def test_means_over_another_axis_are_refused():
    graph = Graph()
    graph.blocks()
    graph.stored["time"] = np.array([1])
    with pytest.raises(ValueError, match="first/normal1"):
        lighten(graph.model("made"), signed=True)
