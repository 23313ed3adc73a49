# SPDX-License-Identifier: Apache-2.0
"""Files that something is wrong with, one for each kind of finding of `mote verify`, and what must be found in them.

    python gen_verify.py     writes ../fuzz/corpus/verify/NAME.tflite and ../verify/expected.txt: file, engine, severity, kind

They are where fuzzing begins, too. check_verify.py asks the engines what they make of these files.
"""
import flatbuffers
import numpy as np

from common import FOLDER
from tflite_builder import AlignedBuffer, schema

TYPE, ACTIVATION = schema.TensorType, schema.ActivationFunctionType
CORPUS = FOLDER.parent / "fuzz" / "corpus" / "verify"
expected = []


# ---- making models ----

def buffer(model, values):
    data = AlignedBuffer()
    data.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
    model.buffers.append(data)
    return len(model.buffers) - 1


def tensor(model, graph, kind, shape, values=None, scale=None, zero_point=0, axis=0, name=""):
    t = schema.TensorT()
    t.type, t.shape, t.name = getattr(TYPE, kind), list(shape), name or f"t{len(graph.tensors)}"
    t.buffer = 0 if values is None else buffer(model, values)
    if scale is not None:
        q = t.quantization = schema.QuantizationParametersT()
        q.scale = np.atleast_1d(np.float32(scale))
        q.zeroPoint = np.full(q.scale.shape, zero_point, np.int64)
        q.quantizedDimension = axis
    graph.tensors.append(t)
    return len(graph.tensors) - 1


def operator(model, graph, name, inputs, outputs, options=None, version=1, custom=None, options_type=None):
    code, op = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = name if isinstance(name, int) else getattr(schema.BuiltinOperator, name)
    code.deprecatedBuiltinCode, code.version, code.customCode = min(code.builtinCode, 127), version, custom
    model.operatorCodes.append(code)
    op.opcodeIndex, op.inputs, op.outputs = len(model.operatorCodes) - 1, list(inputs), list(outputs)
    if options is not None:
        op.builtinOptions = options
        op.builtinOptionsType = getattr(schema.BuiltinOptions, options_type or type(options).__name__[:-1])
    graph.operators.append(op)
    return op


def subgraph(model, name="main"):
    graph = schema.SubGraphT()
    graph.tensors, graph.operators, graph.inputs, graph.outputs, graph.name = [], [], [], [], name
    model.subgraphs.append(graph)
    return graph


def empty():
    model = schema.ModelT()
    model.version, model.buffers, model.operatorCodes, model.subgraphs = 3, [AlignedBuffer()], [], []
    return model, subgraph(model)


def conv(kind="INT8", weights=None):
    """input [1,5,5,2], CONV_2D with 4 filters of 3x3: tensors 0 input, 1 weights, 2 bias, 3 output."""
    model, graph = empty()
    is_real = kind == "FLOAT32"
    random = np.random.default_rng(1)
    w = random.integers(-127, 128, (4, 3, 3, 2), np.int8)
    x = tensor(model, graph, kind, [1, 5, 5, 2], scale=None if is_real else 0.02, name="input")
    if weights is None and is_real:
        tensor(model, graph, kind, w.shape, np.float32(w), name="weights")
    else:
        tensor(model, graph, "INT8", w.shape, w, np.float32([3, 4, 5, 6]) / 1000, name="weights")
    tensor(model, graph, "FLOAT32" if is_real else "INT32", [4], np.zeros(4, np.float32 if is_real else np.int32),
           None if is_real else np.float32([6, 8, 10, 12]) / 100000, name="bias")
    y = tensor(model, graph, kind, [1, 5, 5, 4], scale=None if is_real else 0.05, name="output")
    options = schema.Conv2DOptionsT()
    options.padding, options.strideW, options.strideH = schema.Padding.SAME, 1, 1
    operator(model, graph, "CONV_2D", [0, 1, 2], [3], options, 1 if is_real else 3)
    graph.inputs, graph.outputs = [x], [y]
    return model, graph


def unary(name, kind="FLOAT32", out_kind=None, version=1, scale=None, out_scale=None, **more):
    model, graph = empty()
    tensor(model, graph, kind, [1, 6], scale=scale)
    tensor(model, graph, out_kind or kind, [1, 6], scale=out_scale)
    operator(model, graph, name, [0], [1], version=version, **more)
    graph.inputs, graph.outputs = [0], [1]
    return model, graph


def relay(model, graph, count=1):
    """A subgraph body: float [1] to float [1] by ABS, `count` inputs."""
    graph.inputs = [tensor(model, graph, "FLOAT32", [1]) for _ in range(count)]
    graph.outputs = [tensor(model, graph, "FLOAT32", [1])]
    operator(model, graph, "ABS", [graph.inputs[0]], graph.outputs)


def branch(then=1, other=2):
    """IF with two subgraphs behind it."""
    model, graph = empty()
    tensor(model, graph, "BOOL", [1])
    tensor(model, graph, "FLOAT32", [1])
    tensor(model, graph, "FLOAT32", [1])
    options = schema.IfOptionsT()
    options.thenSubgraphIndex, options.elseSubgraphIndex = then, other
    operator(model, graph, "IF", [0, 1], [2], options)
    graph.inputs, graph.outputs = [0, 1], [2]
    relay(model, subgraph(model, "then"))
    relay(model, subgraph(model, "else"))
    return model, graph


def pack(model):
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def add(name, model, *claims):
    """claims: "engine severity kind"."""
    data = model if isinstance(model, bytes) else pack(model)
    (CORPUS / f"{name}.tflite").write_bytes(data)
    expected.extend(f"{name}.tflite {claim}" for claim in claims)


# ---- the files ----

def add_containers():
    model, _ = conv()
    whole = pack(model)
    add("good", whole)
    add("cut", whole[:len(whole) * 2 // 3], "mote error broken", "tflm error broken")
    add("root_outside", b"\xff\xff\xff\x7f" + whole[4:], "mote error broken", "litert error broken")
    model, _ = conv()
    model.version = 2
    add("schema_version", model, "tflm error schema-version", "mote error schema-version")
    model, _ = conv()
    model.subgraphs = []
    add("no_subgraph", model, "mote error no-subgraph", "tflm error no-subgraph")
    model, _ = conv()
    model.operatorCodes[0].deprecatedBuiltinCode = 1
    add("old_code_differs", model, "tflm warning operator-code-differs")
    model, _ = conv()
    model.operatorCodes.append(schema.OperatorCodeT())
    add("code_unused", model, "mote note operator-code-unused")
    model, _ = conv()
    model.operatorCodes[0].version = -1
    add("version_negative", model, "mote error version-invalid", "tflm warning version-invalid")
    model, _ = conv()
    model.buffers[0].data = np.zeros(8, np.uint8)
    add("buffer_0_full", model, "tflm warning buffer-first")
    model, _ = conv()
    entry = schema.MetadataT()
    entry.name, entry.buffer = "min_runtime_version", 99
    model.metadata = [entry]
    add("metadata_buffer", model, "tflm warning metadata")
    model, _ = conv()
    entry = schema.MetadataT()
    entry.name, entry.buffer = "min_runtime_version", buffer(model, np.frombuffer(b"soon", np.uint8))
    model.metadata = [entry]
    add("metadata_version", model, "mote warning metadata")
    for name, graph_index, tensor_index in (("signature_subgraph", 7, 0), ("signature_tensor", 0, 99)):
        model, _ = conv()
        signature, end = schema.SignatureDefT(), schema.TensorMapT()
        end.name, end.tensorIndex = "x", tensor_index
        signature.signatureKey, signature.subgraphIndex, signature.inputs, signature.outputs = "serve", graph_index, [end], []
        model.signatureDefs = [signature]
        add(name, model, "litert error signature")


class Outside(schema.BufferT):
    """A buffer that lies behind the FlatBuffer; its place is filled in afterwards."""

    def Pack(self, builder):
        schema.BufferStart(builder)
        schema.BufferAddOffset(builder, 0x0123456789ABCDEF)
        schema.BufferAddSize(builder, self.bytes)
        return schema.BufferEnd(builder)


def add_outside():
    model, graph = conv()
    bias = bytes(model.buffers[graph.tensors[2].buffer].data)
    model.buffers[graph.tensors[2].buffer] = Outside()
    model.buffers[graph.tensors[2].buffer].bytes = len(bias)
    data = pack(model)
    at = len(data) + (1 - len(data)) % 4  # askew
    data = data.replace((0x0123456789ABCDEF).to_bytes(8, "little"), at.to_bytes(8, "little"))
    add("buffer_outside", data + bytes(at - len(data)) + bias, "mote note buffer-outside", "tflm error buffer-outside",
        "mote warning buffer-alignment", "litert warning buffer-alignment")


def add_shared():
    """One operator table that stands in the list 2,000 times, with 2,000 inputs: a small file, and endless work."""
    count = 2000
    builder = flatbuffers.Builder(1 << 16)

    def ints(values):
        builder.StartVector(4, len(values), 4)
        for v in reversed(values):
            builder.PrependInt32(v)
        return builder.EndVector()

    def tables(offsets):
        builder.StartVector(4, len(offsets), 4)
        for o in reversed(offsets):
            builder.PrependUOffsetTRelative(o)
        return builder.EndVector()

    shape, inputs, outputs = ints([1]), ints([0] * count), ints([0])
    schema.TensorStart(builder)
    schema.TensorAddShape(builder, shape)
    one_tensor = schema.TensorEnd(builder)
    schema.OperatorStart(builder)
    schema.OperatorAddInputs(builder, inputs)
    schema.OperatorAddOutputs(builder, outputs)
    one_operator = schema.OperatorEnd(builder)
    operators, tensors = tables([one_operator] * count), tables([one_tensor])
    schema.SubGraphStart(builder)
    schema.SubGraphAddTensors(builder, tensors)
    schema.SubGraphAddOperators(builder, operators)
    graphs = schema.SubGraphEnd(builder)
    graphs = tables([graphs])
    schema.OperatorCodeStart(builder)
    code = schema.OperatorCodeEnd(builder)
    codes = tables([code])
    schema.BufferStart(builder)
    none = schema.BufferEnd(builder)
    buffers = tables([none])
    schema.ModelStart(builder)
    schema.ModelAddVersion(builder, 3)
    schema.ModelAddOperatorCodes(builder, codes)
    schema.ModelAddSubgraphs(builder, graphs)
    schema.ModelAddBuffers(builder, buffers)
    builder.Finish(schema.ModelEnd(builder), b"TFL3")
    add("shared_parts", bytes(builder.Output()), "tflm error work-limit", "mote error work-limit")


def add_subgraphs():
    model, graph = conv()
    relay(model, subgraph(model, "spare"))
    add("subgraph_unused", model, "tflm note subgraph-unused")
    add("subgraph_missing", branch(then=9)[0], "tflm error subgraph-index", "mote error subgraph-index")
    model, graph = branch()
    options = schema.IfOptionsT()
    options.thenSubgraphIndex = options.elseSubgraphIndex = 1
    body = model.subgraphs[1]
    choice = tensor(model, body, "BOOL", [1], np.zeros(1, np.bool_))
    operator(model, body, "IF", [choice, 0], [tensor(model, body, "FLOAT32", [1])], options)
    add("subgraph_cycle", model, "tflm error subgraph-cycle", "litert error subgraph-cycle")
    model, graph = branch()
    model.subgraphs[2].inputs = [0, 1]
    add("subgraph_operands", model, "litert error subgraph-operands")
    model, graph = empty()
    options = schema.WhileOptionsT()
    options.condSubgraphIndex, options.bodySubgraphIndex = 1, 2
    tensor(model, graph, "FLOAT32", [1])
    tensor(model, graph, "FLOAT32", [1])
    operator(model, graph, "WHILE", [0], [1], options)
    graph.inputs, graph.outputs = [0], [1]
    relay(model, subgraph(model, "cond"))
    relay(model, subgraph(model, "body"))
    add("condition_is_float", model, "tflm error subgraph-operands")
    model, graph = conv()
    graph.outputs = [99]
    add("output_missing", model, "mote error subgraph-ends", "tflm error subgraph-ends")
    model, graph = conv()
    graph.inputs = [0, 0]
    add("input_twice", model, "tflm warning subgraph-ends-odd")


def changed(name, change, *claims, **more):
    """conv() with `change` made to it."""
    model, graph = conv(**more)
    change(model, graph)
    add(name, model, *claims)


def set_of(index, field, value):
    def change(model, graph):
        setattr(graph.tensors[index], field, value)
    return change


def set_quantization(index, field, value):
    def change(model, graph):
        setattr(graph.tensors[index].quantization, field, value)
    return change


def add_tensors():
    changed("type_unknown", set_of(3, "type", 99), "mote error tensor-type", "litert error tensor-type")
    changed("type_string", set_of(3, "type", TYPE.STRING), "mote error tensor-type", "tflm error tensor-type")
    changed("dimension_negative", set_of(3, "shape", [1, 5, -5, 4]), "mote error tensor-shape", "tflm error tensor-shape")
    changed("dimensions_endless", set_of(0, "shape", [1, 70000, 70000, 2]), "tflm error tensor-shape")
    changed("rank_9", set_of(0, "shape", [1] * 9), "mote error tensor-shape", "tflm error tensor-shape",
            "litert warning tensor-shape")
    changed("signature_differs", set_of(0, "shapeSignature", [1, 5, 7, 2]), "tflm warning shape-signature")
    changed("signature_rank", set_of(0, "shapeSignature", [1, 5]), "mote error shape-signature")
    changed("open_batch", set_of(0, "shapeSignature", [-1, 5, 5, 2]), "tflm note open-shape", "litert note open-shape")
    changed("open_height", set_of(0, "shapeSignature", [1, -1, 5, 2]), "mote error open-shape", "tflm warning open-shape")
    changed("buffer_missing", set_of(1, "buffer", 99), "mote error buffer-index", "tflm error buffer-index")
    changed("shape_too_large", set_of(1, "shape", [8, 3, 3, 2]), "mote error buffer-size", "tflm error buffer-size")
    changed("shape_too_small", set_of(2, "shape", [3]), "tflm warning buffer-larger", "litert error buffer-larger")
    changed("external", set_of(1, "externalBuffer", 5), "mote error external-buffer")
    sparsity = schema.SparsityParametersT()
    sparsity.traversalOrder, sparsity.blockMap, sparsity.dimMetadata = [0, 1, 2, 3], [], []
    changed("sparse", set_of(1, "sparsity", sparsity), "mote error sparse", "tflm error sparse", "litert note sparse")
    changed("scale_zero", set_quantization(0, "scale", np.float32([0])), "mote error quantization-scale",
            "tflm error quantization-scale")
    changed("scale_nan", set_quantization(3, "scale", np.float32([np.nan])), "mote error quantization-scale")
    changed("zero_point_300", set_quantization(0, "zeroPoint", np.int64([300])), "mote error quantization-zero-point",
            "tflm error quantization-zero-point")
    changed("scales_3_of_4", set_quantization(1, "scale", np.float32([1, 2, 3])), "mote error quantization-count",
            "tflm error quantization-count")
    changed("bias_dimension_3", set_quantization(2, "quantizedDimension", 3), "mote warning quantized-dimension",
            "tflm warning quantized-dimension", "litert error quantized-dimension")
    details = schema.CustomQuantizationT()
    details.custom = [1, 2, 3]

    def custom(model, graph):
        graph.tensors[0].quantization.details = details
        graph.tensors[0].quantization.detailsType = schema.QuantizationDetails.CustomQuantization
    changed("quantization_custom", custom, "mote error quantization-kind", "tflm error quantization-kind")
    changed("variable_with_value", set_of(2, "isVariable", True), "tflm warning variable-value", "litert error variable-value")


def add_wiring():
    model, graph = conv()
    tensor(model, graph, "FLOAT32", [3])
    add("tensor_unused", model, "mote note tensor-unused")
    model, graph = unary("ABS")
    operator(model, graph, "ABS", [0], [tensor(model, graph, "FLOAT32", [1, 6])])
    add("result_unread", model, "mote note result-unread")
    model, graph = unary("ABS")
    graph.operators[0].inputs = [tensor(model, graph, "FLOAT32", [1, 6])]
    add("never_written", model, "mote error never-written", "tflm error never-written")
    model, graph = unary("ABS")
    middle = tensor(model, graph, "FLOAT32", [1, 6])
    graph.operators[0].inputs = [middle]
    operator(model, graph, "ABS", [0], [middle])
    add("order", model, "mote error operator-order", "tflm error operator-order")
    model, graph = unary("ABS")
    operator(model, graph, "ABS", [0], [1])
    add("written_twice", model, "mote error written-twice", "tflm error written-twice")


def add_many():
    """A hundred operators with the same mistake."""
    model, graph = unary("ABS")
    unset = tensor(model, graph, "FLOAT32", [1, 6])
    for _ in range(100):
        op = operator(model, graph, "ABS", [unset], [tensor(model, graph, "FLOAT32", [1, 6])])
        model.operatorCodes.pop()
        op.opcodeIndex = 0
    add("many", model, "tflm error never-written", "tflm note result-unread")


class WithFurtherField(schema.Conv2DOptionsT):
    """Conv2DOptions of a schema to come."""

    def Pack(self, builder):
        builder.StartObject(12)
        builder.PrependInt32Slot(1, 1, 0)
        builder.PrependInt32Slot(2, 1, 0)
        builder.PrependInt32Slot(11, 1, 0)
        return builder.EndObject()


def add_operators():
    model, graph = conv()
    graph.operators[0].opcodeIndex = 9
    add("operator_code_missing", model, "mote error operator-code-index", "tflm error operator-code-index")
    model, graph = conv()
    graph.operators[0].inputs = [0, 99, 2]
    add("operand_missing", model, "mote error operand-index", "tflm error operand-index")
    add("rank_operator", unary("RANK", out_kind="INT32")[0], "tflm error operator")
    add("custom_unknown", unary("CUSTOM", custom="Frobnicate")[0], "mote error operator", "tflm error operator",
        "litert error operator")
    add("custom_flex", unary("CUSTOM", custom="FlexErf")[0], "mote error operator", "litert error operator")
    add("code_unknown", unary(300)[0], "mote error operator", "tflm error operator", "litert error operator")
    add("stablehlo", unary("STABLEHLO_LOGISTIC")[0], "mote error operator", "litert error operator")
    add("sign", unary("SIGN")[0], "mote error operator", "tflm error operator")
    add("version_99", unary("ABS", version=99)[0], "mote error version", "litert error version",
        "tflm warning version-newer")
    model, graph = conv()
    model.operatorCodes[0].version = 1
    add("version_1", model, "mote note version-older")
    add("hybrid", conv("FLOAT32", weights="INT8")[0], "tflm error types")
    add("half", unary("ABS", "FLOAT16")[0], "mote error types", "tflm error types", "mote note file-kind")
    model, graph = conv()
    graph.operators[0].builtinOptionsType, graph.operators[0].builtinOptions = (
        schema.BuiltinOptions.Pool2DOptions, schema.Pool2DOptionsT())
    add("options_of_pool", model, "mote error options-type", "tflm error options-type")
    for name, field, value in (("padding_7", "padding", 7), ("activation_5", "fusedActivationFunction", 5)):
        model, graph = conv()
        setattr(graph.operators[0].builtinOptions, field, value)
        add(name, model, "mote error option-range", "tflm error option-range")
    model, graph = conv()
    graph.operators[0].builtinOptions = WithFurtherField()
    add("option_unknown", model, "tflm warning option-unknown")
    model, graph = empty()
    tensor(model, graph, "FLOAT32", [1, 6])
    tensor(model, graph, "FLOAT32", [4, 6], np.ones((4, 6), np.float32))
    tensor(model, graph, "FLOAT32", [1, 4])
    options = schema.FullyConnectedOptionsT()
    options.weightsFormat = 1
    operator(model, graph, "FULLY_CONNECTED", [0, 1], [2], options, 6)
    graph.inputs, graph.outputs = [0], [2]
    add("weights_shuffled", model, "mote error option-range", "tflm error option-range")
    options = schema.SparseToDenseOptionsT()
    options.validateIndices = True
    add("option_ignored", unary("SPARSE_TO_DENSE", options=options)[0], "tflm warning option-ignored")
    model, graph = unary("CUSTOM", kind="INT8", custom="CIRCULAR_BUFFER", scale=0.1, out_scale=0.1)
    graph.operators[0].customOptions = [1, 2, 3]
    add("custom_options", model, "mote error custom-options", "tflm error custom-options")
    model, graph = conv()
    graph.tensors[0].shape = [1, 5, 5, 3]
    add("channels_3_of_2", model, "mote error operator-rule", "tflm error operator-rule", "litert error operator-rule")
    add("relu6_rescales", unary("RELU6", kind="INT8", version=2, scale=0.1, out_scale=0.05)[0], "tflm warning engine-quirk")
    model, graph = unary("ABS")
    graph.tensors[0].shape = graph.tensors[1].shape = [0, 6]
    add("output_empty", model, "c error engine", "interpreter error engine")


def main():
    CORPUS.mkdir(exist_ok=True)
    add_containers()
    add_outside()
    add_shared()
    add_subgraphs()
    add_tensors()
    add_wiring()
    add_many()
    add_operators()
    (FOLDER.parent / "verify" / "expected.txt").write_text("".join(line + "\n" for line in expected))
    print(f"{len(expected)} claims")


if __name__ == "__main__":
    main()
