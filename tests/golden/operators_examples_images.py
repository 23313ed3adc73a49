# SPDX-License-Identifier: Apache-2.0
"""Small networks of the shapes that the field's examples and benchmarks have for pictures and sensors: TFLite Micro's hello_world,
magic_wand, person_detection, network_tester, retinaface; MLPerf Tiny's; detection and segmentation. Random weights."""
import keras
import numpy as np
import tensorflow as tf
from flatbuffers import flexbuffers
from keras import layers

from operator_cases import Family, generator, schema
from tflite_builder import AlignedBuffer
from whole_models import add, add_keras, convert, edit, fixed_batch, open_batch, settle, smooth


def hello_world():
    return keras.Sequential([keras.Input((1,)), layers.Dense(16, activation="relu"), layers.Dense(16, activation="relu"),
                             layers.Dense(1)])


def magic_wand():
    return keras.Sequential([keras.Input((32, 3, 1)), layers.Conv2D(8, (4, 3), padding="same", activation="relu"),
                             layers.MaxPooling2D((3, 3)), layers.Conv2D(16, (4, 1), padding="same", activation="relu"),
                             layers.MaxPooling2D((3, 1), padding="same"), layers.Flatten(), layers.Dense(16, activation="relu"),
                             layers.Dense(4, activation="softmax")])


def normalized(x, layer, activation=None):
    x = layers.BatchNormalization()(layer(x))
    return layers.Activation(activation)(x) if activation else x


def separable(x, outs, stride=1, activation="relu6"):
    x = normalized(x, layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False), activation)
    return normalized(x, layers.Conv2D(outs, 1, use_bias=False), activation)


def mobilenet(shape, widths, classes, activation="relu6"):
    """MobileNet v1: person_detection's and visual wake words'."""
    x = given = keras.Input(shape)
    x = normalized(x, layers.Conv2D(widths[0], 3, strides=2, padding="same", use_bias=False), activation)
    for outs, stride in zip(widths[1:], (1, 2, 1, 2, 1)):
        x = separable(x, outs, stride, activation)
    x = layers.AveragePooling2D(x.shape[1:3])(x)
    return given, x


def person_detection():
    given, x = mobilenet((32, 32, 1), (8, 12, 16, 16, 24), 2)
    x = layers.Reshape((2,))(layers.Conv2D(2, 1)(x))
    return keras.Model(given, layers.Softmax()(x))


def visual_wake_words():
    given, x = mobilenet((24, 24, 3), (8, 8, 16, 24), 2, "relu")
    return keras.Model(given, layers.Dense(2, activation="softmax")(layers.Flatten()(x)))


def network_tester():
    return keras.Sequential([keras.Input((14, 14, 1)), layers.Conv2D(6, 3, activation="relu"), layers.MaxPooling2D(2),
                             layers.Conv2D(8, 3), layers.ReLU(), layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(5)])


def resnet():
    """MLPerf Tiny's, with a third of its channels."""
    x = given = keras.Input((16, 16, 3))
    x = normalized(x, layers.Conv2D(6, 3, padding="same"), "relu")
    for outs, stride in ((6, 1), (10, 2), (16, 2)):
        y = normalized(x, layers.Conv2D(outs, 3, strides=stride, padding="same"), "relu")
        y = normalized(y, layers.Conv2D(outs, 3, padding="same"))
        x = x if stride == 1 else layers.Conv2D(outs, 1, strides=stride)(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(4)(x))
    return keras.Model(given, layers.Dense(10, activation="softmax")(x))


def autoencoder():
    """Anomaly detection: batch normalization and RELU after each dense layer, a narrow middle."""
    x = given = keras.Input((64,))
    for units in (24, 24, 4, 24, 24):
        x = normalized(x, layers.Dense(units), "relu")
    return keras.Model(given, layers.Dense(64)(x))


def mobilenet_v3():
    """Squeeze and excitation, hard swish."""
    x = given = keras.Input((20, 20, 3))
    x = normalized(x, layers.Conv2D(8, 3, strides=2, padding="same"), "hard_swish")
    for outs, stride in ((8, 1), (12, 2)):
        y = normalized(x, layers.Conv2D(3 * x.shape[3], 1), "hard_swish")
        y = normalized(y, layers.DepthwiseConv2D(5, strides=stride, padding="same"), "hard_swish")
        s = layers.Conv2D(6, 1, activation="relu")(layers.GlobalAveragePooling2D(keepdims=True)(y))
        s = layers.Activation("hard_sigmoid")(layers.Conv2D(y.shape[3], 1)(s))
        y = normalized(layers.Multiply()([y, s]), layers.Conv2D(outs, 1))
        x = layers.Add()([x, y]) if stride == 1 else y
    return keras.Model(given, layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def pyramid(enlarge):
    """retinaface: two scales joined, LEAKY_RELU, three heads on both."""
    def leaky(x, outs, stride=1):
        return layers.LeakyReLU(0.1)(normalized(x, layers.Conv2D(outs, 3, strides=stride, padding="same")))

    given = keras.Input((8, 12, 3))
    fine = leaky(leaky(given, 6, 2), 10)
    coarse = leaky(fine, 14, 2)
    side = leaky(fine, 10)
    joined = layers.Add()([side, enlarge(leaky(coarse, 10))])
    heads = []
    for values, activation in ((4, None), (2, "softmax"), (10, None)):
        parts = [layers.Reshape((-1, values))(layers.Conv2D(2 * values, 1)(x)) for x in (joined, coarse)]
        x = layers.Concatenate(axis=1)(parts)
        heads.append(layers.Softmax()(x) if activation else x)
    return keras.Model(given, heads)


def segmentation():
    """An encoder, and a decoder of TRANSPOSE_CONV, bilinear and nearest enlargement, with what was skipped put in again."""
    given = keras.Input((12, 8, 3))
    first = layers.Conv2D(6, 3, padding="same", activation="relu")(given)
    second = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(first)
    x = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu")(second)
    x = layers.Concatenate()([layers.Resizing(6, 4)(x), second])
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Concatenate()([x, first])
    x = layers.Conv2D(3, 1)(x)
    coarse = layers.Resizing(12, 8, "nearest")(layers.MaxPooling2D(4)(x))
    return keras.Model(given, layers.Softmax()(layers.Subtract()([x, coarse])))


def detector():
    """Boxes and scores for two scales of places."""
    x = given = keras.Input((16, 16, 3))
    x = separable(normalized(x, layers.Conv2D(8, 3, strides=2, padding="same"), "relu6"), 12, 2)
    boxes, scores = [], []
    for _ in range(2):
        boxes.append(layers.Reshape((-1, 4))(layers.Conv2D(4, 1)(x)))
        scores.append(layers.Reshape((-1, 3))(layers.Conv2D(3, 1, kernel_initializer=keras.initializers.RandomNormal(0, 1))(x)))
        x = separable(x, 12, 2)
    return keras.Model(given, [layers.Concatenate(axis=1)(boxes),
                               layers.Activation("sigmoid")(layers.Concatenate(axis=1)(scores))])


def with_detection(model, random):
    """The custom operator at the end of a file whose two outputs are float: boxes, then scores."""
    def change(tables):
        graph, places = tables.subgraphs[0], 20
        boxes, scores = sorted(graph.outputs, key=lambda i: -graph.tensors[i].shape[2])
        code, op = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode, code.version, code.customCode = schema.BuiltinOperator.CUSTOM, 1, "TFLite_Detection_PostProcess"
        code.deprecatedBuiltinCode = code.builtinCode
        op.opcodeIndex = len(tables.operatorCodes)
        tables.operatorCodes.append(code)
        op.customOptions = list(flexbuffers.Dumps(
            {"max_detections": 4, "max_classes_per_detection": 1, "nms_score_threshold": 0.3, "nms_iou_threshold": 0.5,
             "num_classes": 2, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}))

        def tensor(name, shape, values=None):
            made = schema.TensorT()
            made.name, made.shape, made.type, made.buffer = name, list(shape), schema.TensorType.FLOAT32, 0
            if values is not None:
                made.buffer = len(tables.buffers)
                tables.buffers.append(AlignedBuffer())
                tables.buffers[-1].data = values.tobytes()
            graph.tensors.append(made)
            return len(graph.tensors) - 1

        op.inputs = [boxes, scores, tensor("anchors", (places, 4), random.uniform(0.2, 0.9, (places, 4)).astype(np.float32))]
        op.outputs = [tensor(*out) for out in (("found", (1, 4, 4)), ("classes", (1, 4)), ("scores", (1, 4)), ("count", (1,)))]
        graph.operators.append(op)
        graph.outputs, tables.signatureDefs = list(op.outputs), []

    return edit(model, change)


def odd_dimension(tables):
    """person_detect's biases say quantized_dimension 3, though they have one axis."""
    for t in tables.subgraphs[0].tensors:
        if t.type == schema.TensorType.INT32 and t.quantization is not None and len(t.shape) == 1:
            t.quantization.quantizedDimension = 3


def make():
    keras.utils.set_random_seed(7)
    family, random = Family("examples_images"), generator("examples_images")
    x = np.linspace(0, 6.28, 40, dtype=np.float32).reshape(40, 1, 1)
    add_keras(family, "hello_world", hello_world(), ("f32", "i8", "i16"), [x])
    add_keras(family, "magic_wand", magic_wand(), ("f32", "i8"), [smooth(random, (32, 3, 1))])
    faces = [smooth(random, (32, 32, 1))]
    model = convert(fixed_batch(settle(person_detection(), faces)), "i8", faces)
    add(family, "person_detection_i8", edit(model, odd_dimension), faces)
    pictures = [smooth(random, (24, 24, 3))]
    add_keras(family, "visual_wake_words", visual_wake_words(), ("i8",), pictures, open_batch)
    add_keras(family, "network_tester", network_tester(), ("f32", "i8", "i16"), [smooth(random, (14, 14, 1))], open_batch)
    small = [smooth(random, (16, 16, 3))]
    add_keras(family, "resnet", resnet(), ("f32", "i8", "i16"), small)
    add_keras(family, "autoencoder", autoencoder(), ("i8", "i16"), [random.normal(0, 1, (20, 1, 64)).astype(np.float32)])
    add_keras(family, "mobilenet_v3", mobilenet_v3(), ("f32", "i8"), [smooth(random, (20, 20, 3))])
    wide = [smooth(random, (8, 12, 3))]
    add_keras(family, "pyramid", pyramid(layers.Resizing(4, 6, "nearest")), ("i8",), wide)
    add_keras(family, "pyramid_tiled", pyramid(layers.UpSampling2D(2)), ("f32",), wide, engine="litert")  # Micro has no TILE
    add_keras(family, "segmentation", segmentation(), ("f32", "i8"), [smooth(random, (12, 8, 3))])
    model = convert(fixed_batch(settle(detector(), small)), "i8", small, tf.float32)
    add(family, "detector_i8", with_detection(model, random), small)
    family.save()
