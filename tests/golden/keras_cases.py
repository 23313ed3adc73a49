# SPDX-License-Identifier: Apache-2.0
"""Models of Keras for gen_keras.py: every layer that mote reads, with its options, and whole small networks.

A case is (name, function of the module keras or tf_keras that returns a model). LAYERS are single layers: name, shape or shapes
of the inputs, function of `layers`. What a version lacks is left out there.
"""

import numpy as np

VECTOR, SERIES, IMAGE = (6,), (7, 4), (8, 9, 4)
ACTIVATIONS = """elu exponential gelu hard_sigmoid relu selu sigmoid softmax softplus softsign swish tanh mish linear relu6 silu
hard_silu celu glu hard_shrink hard_tanh leaky_relu log_sigmoid log_softmax soft_shrink sparse_plus sparse_sigmoid squareplus
tanh_shrink""".split()

FORMAT = ["channels_first"]  # gen_keras.py asks for the twin with channels_last, which this machine can compute


def turned(shape):
    return shape if FORMAT[0] == "channels_first" else shape[1:] + shape[:1]


LAYERS = [
    ("dense", VECTOR, lambda L: L.Dense(5, activation="relu")),
    ("dense_no_bias", VECTOR, lambda L: L.Dense(5, use_bias=False, activation="sigmoid")),
    ("dense_series", SERIES, lambda L: L.Dense(5, activation="tanh")),
    ("dense_image", IMAGE, lambda L: L.Dense(3, activation="gelu")),
    ("conv2d", IMAGE, lambda L: L.Conv2D(5, 3, activation="relu")),
    ("conv2d_same", IMAGE, lambda L: L.Conv2D(5, (3, 2), strides=(2, 1), padding="same", use_bias=False)),
    ("conv2d_dilated", IMAGE, lambda L: L.Conv2D(3, 3, dilation_rate=2, activation="elu")),
    ("conv2d_groups", IMAGE, lambda L: L.Conv2D(6, 3, groups=2, padding="same")),
    ("conv2d_softmax", IMAGE, lambda L: L.Conv2D(3, 1, activation="softmax")),
    ("conv1d", SERIES, lambda L: L.Conv1D(5, 3, activation="relu")),
    ("conv1d_same", SERIES, lambda L: L.Conv1D(5, 4, strides=2, padding="same")),
    ("conv1d_causal", SERIES, lambda L: L.Conv1D(3, 3, padding="causal", dilation_rate=2, activation="sigmoid")),
    ("conv1d_groups", SERIES, lambda L: L.Conv1D(4, 2, groups=2)),
    ("conv2d_transpose", IMAGE, lambda L: L.Conv2DTranspose(3, 3, activation="relu")),
    ("conv2d_transpose_same", IMAGE, lambda L: L.Conv2DTranspose(3, 3, strides=2, padding="same")),
    ("conv2d_transpose_valid", IMAGE, lambda L: L.Conv2DTranspose(3, (2, 4), strides=(3, 2), use_bias=False)),
    ("conv2d_transpose_padded", IMAGE, lambda L: L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1)),
    ("conv1d_transpose", SERIES, lambda L: L.Conv1DTranspose(3, 3, strides=2, padding="same", activation="relu")),
    ("conv1d_transpose_valid", SERIES, lambda L: L.Conv1DTranspose(3, 3, strides=2)),
    ("depthwise", IMAGE, lambda L: L.DepthwiseConv2D(3, activation="relu")),
    ("depthwise_multiplier", IMAGE, lambda L: L.DepthwiseConv2D((2, 3), strides=2, padding="same", depth_multiplier=2)),
    ("depthwise_dilated", IMAGE, lambda L: L.DepthwiseConv2D(3, dilation_rate=2, use_bias=False)),
    ("depthwise1d", SERIES, lambda L: L.DepthwiseConv1D(3, depth_multiplier=2, padding="same")),
    ("depthwise1d_strides", SERIES, lambda L: L.DepthwiseConv1D(3, strides=2, activation="relu")),
    ("separable2d", IMAGE, lambda L: L.SeparableConv2D(5, 3, activation="relu")),
    ("separable2d_same", IMAGE, lambda L: L.SeparableConv2D(5, 3, strides=2, padding="same", depth_multiplier=2, use_bias=False)),
    ("separable1d", SERIES, lambda L: L.SeparableConv1D(5, 3, padding="same", depth_multiplier=2)),
    ("separable1d_valid", SERIES, lambda L: L.SeparableConv1D(5, 3, strides=2, activation="relu")),
    ("max2d", IMAGE, lambda L: L.MaxPooling2D()),
    ("max2d_same", IMAGE, lambda L: L.MaxPooling2D((3, 2), strides=(1, 2), padding="same")),
    ("average2d", IMAGE, lambda L: L.AveragePooling2D(2)),
    ("average2d_same", IMAGE, lambda L: L.AveragePooling2D(3, strides=2, padding="same")),
    ("max1d", SERIES, lambda L: L.MaxPooling1D(3, strides=1)),
    ("max1d_same", SERIES, lambda L: L.MaxPooling1D(2, padding="same")),
    ("average1d", SERIES, lambda L: L.AveragePooling1D(3, strides=2, padding="same")),
    ("global_max2d", IMAGE, lambda L: L.GlobalMaxPooling2D()),
    ("global_max2d_keep", IMAGE, lambda L: L.GlobalMaxPooling2D(keepdims=True)),
    ("global_average2d", IMAGE, lambda L: L.GlobalAveragePooling2D()),
    ("global_average2d_keep", IMAGE, lambda L: L.GlobalAveragePooling2D(keepdims=True)),
    ("global_max1d", SERIES, lambda L: L.GlobalMaxPooling1D()),
    ("global_average1d", SERIES, lambda L: L.GlobalAveragePooling1D(keepdims=True)),
    ("batch_norm", IMAGE, lambda L: L.BatchNormalization()),
    ("batch_norm_vector", VECTOR, lambda L: L.BatchNormalization(epsilon=0.01, scale=False)),
    ("batch_norm_series", SERIES, lambda L: L.BatchNormalization(center=False)),
    ("batch_norm_axis1", IMAGE, lambda L: L.BatchNormalization(axis=1)),
    ("batch_norm_axis2", IMAGE, lambda L: L.BatchNormalization(axis=2, center=False, scale=False)),
    ("layer_norm", SERIES, lambda L: L.LayerNormalization()),
    ("layer_norm_axes", IMAGE, lambda L: L.LayerNormalization(axis=[2, 3], epsilon=0.01)),
    ("layer_norm_plain", VECTOR, lambda L: L.LayerNormalization(center=False, scale=False)),
    ("rms_norm", SERIES, lambda L: L.RMSNormalization()),
    ("group_norm", IMAGE, lambda L: L.GroupNormalization(2)),
    ("group_norm_instance", IMAGE, lambda L: L.GroupNormalization(-1, center=False)),
    ("group_norm_series", SERIES, lambda L: L.GroupNormalization(1, scale=False, epsilon=0.01)),
    ("unit_norm", SERIES, lambda L: L.UnitNormalization()),
    ("unit_norm_axis", IMAGE, lambda L: L.UnitNormalization(axis=1)),
    ("relu", VECTOR, lambda L: L.ReLU()),
    ("relu_max", VECTOR, lambda L: L.ReLU(max_value=1.5)),
    ("relu_slope", VECTOR, lambda L: L.ReLU(negative_slope=0.25)),
    ("relu_slope_max", VECTOR, lambda L: L.ReLU(max_value=1, negative_slope=0.25)),
    ("relu_threshold", VECTOR, lambda L: L.ReLU(threshold=0.5)),
    ("relu_all", VECTOR, lambda L: L.ReLU(max_value=1.25, negative_slope=0.25, threshold=0.5)),
    ("leaky_relu", VECTOR, lambda L: L.LeakyReLU()),
    ("leaky_relu_zero", VECTOR, lambda L: L.LeakyReLU(0.0)),
    ("prelu", IMAGE, lambda L: L.PReLU()),
    ("prelu_shared", IMAGE, lambda L: L.PReLU(shared_axes=[1, 2])),
    ("elu", VECTOR, lambda L: L.ELU()),
    ("elu_alpha", VECTOR, lambda L: L.ELU(alpha=0.5)),
    ("softmax", SERIES, lambda L: L.Softmax()),
    ("softmax_axis", SERIES, lambda L: L.Softmax(axis=1)),
    ("flatten", IMAGE, lambda L: L.Flatten()),
    ("reshape", IMAGE, lambda L: L.Reshape((4, -1, 3))),
    ("permute", IMAGE, lambda L: L.Permute((3, 1, 2))),
    ("repeat", VECTOR, lambda L: L.RepeatVector(3)),
    ("pad2d", IMAGE, lambda L: L.ZeroPadding2D(((1, 2), (0, 3)))),
    ("pad1d", SERIES, lambda L: L.ZeroPadding1D((2, 1))),
    ("crop2d", IMAGE, lambda L: L.Cropping2D(((1, 2), (0, 3)))),
    ("crop1d", SERIES, lambda L: L.Cropping1D((2, 1))),
    ("up2d", IMAGE, lambda L: L.UpSampling2D((2, 3))),
    ("up2d_bilinear", IMAGE, lambda L: L.UpSampling2D(2, interpolation="bilinear")),
    ("up1d", SERIES, lambda L: L.UpSampling1D(3)),
    ("resizing", IMAGE, lambda L: L.Resizing(5, 12)),
    ("resizing_nearest", IMAGE, lambda L: L.Resizing(12, 5, interpolation="nearest")),
    ("center_crop", IMAGE, lambda L: L.CenterCrop(5, 4)),
    ("dropout", VECTOR, lambda L: L.Dropout(0.5)),
    ("spatial_dropout", IMAGE, lambda L: L.SpatialDropout2D(0.5)),
    ("spatial_dropout1d", SERIES, lambda L: L.SpatialDropout1D(0.5)),
    ("gaussian_noise", VECTOR, lambda L: L.GaussianNoise(0.5)),
    ("gaussian_dropout", VECTOR, lambda L: L.GaussianDropout(0.5)),
    ("alpha_dropout", VECTOR, lambda L: L.AlphaDropout(0.5)),
    ("activity", VECTOR, lambda L: L.ActivityRegularization(0.5)),
    ("rescaling", IMAGE, lambda L: L.Rescaling(0.5, offset=-1)),
    ("rescaling_list", IMAGE, lambda L: L.Rescaling([0.5, 2, 1, 4], offset=[1, 2, 3, 4])),
    ("normalization", VECTOR, lambda L: L.Normalization()),
    ("normalization_given", IMAGE, lambda L: L.Normalization(mean=[1.0, 2, 3, 4], variance=[4.0, 1, 9, 2])),
    ("normalization_axis", SERIES, lambda L: L.Normalization(axis=(1, 2))),
    ("normalization_none", SERIES, lambda L: L.Normalization(axis=None, mean=1.5, variance=4.0, invert=True)),
    ("random_flip", IMAGE, lambda L: L.RandomFlip()),
    ("random_rotation", IMAGE, lambda L: L.RandomRotation(0.2)),
    ("random_zoom", IMAGE, lambda L: L.RandomZoom(0.2)),
    ("random_contrast", IMAGE, lambda L: L.RandomContrast(0.2)),
    ("embedding", ("int", 5), lambda L: L.Embedding(7, 3)),
    ("embedding_float", ("index", 5), lambda L: L.Embedding(7, 3)),
    ("simple_rnn", SERIES, lambda L: L.SimpleRNN(5)),
    ("simple_rnn_sequences", SERIES, lambda L: L.SimpleRNN(5, return_sequences=True, activation="relu", use_bias=False)),
    ("simple_rnn_backwards", SERIES, lambda L: L.SimpleRNN(5, return_sequences=True, go_backwards=True)),
    ("lstm", SERIES, lambda L: L.LSTM(5)),
    ("lstm_sequences", SERIES, lambda L: L.LSTM(5, return_sequences=True, use_bias=False)),
    ("lstm_backwards", SERIES, lambda L: L.LSTM(5, return_sequences=True, go_backwards=True)),
    ("lstm_other", SERIES, lambda L: L.LSTM(5, return_sequences=True, activation="relu", recurrent_activation="hard_sigmoid")),
    ("lstm_other_backwards", SERIES, lambda L: L.LSTM(5, activation="sigmoid", go_backwards=True, use_bias=False)),
    ("gru", SERIES, lambda L: L.GRU(5)),
    ("gru_sequences", SERIES, lambda L: L.GRU(5, return_sequences=True, use_bias=False)),
    ("gru_before", SERIES, lambda L: L.GRU(5, return_sequences=True, reset_after=False)),
    ("gru_backwards", SERIES, lambda L: L.GRU(5, return_sequences=True, go_backwards=True, activation="relu")),
    ("bidirectional", SERIES, lambda L: L.Bidirectional(L.LSTM(3))),
    ("bidirectional_sequences", SERIES, lambda L: L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode="sum")),
    ("bidirectional_gru", SERIES, lambda L: L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="mul")),
    ("bidirectional_two", SERIES, lambda L: L.Bidirectional(L.LSTM(3, use_bias=False),
                                                            backward_layer=L.GRU(3, go_backwards=True), merge_mode="ave")),
    ("time_distributed", SERIES, lambda L: L.TimeDistributed(L.Dense(3, activation="relu"))),
    ("time_distributed_conv", (3, 6, 5, 2), lambda L: L.TimeDistributed(L.Conv2D(3, 2, activation="relu"))),
    ("time_distributed_pool", (3, 6, 5, 2), lambda L: L.TimeDistributed(L.GlobalMaxPooling2D())),
    ("masking_nothing", SERIES, lambda L: L.Masking(mask_value=2.0)),
    ("add", [SERIES, SERIES, SERIES], lambda L: L.Add()),
    ("add_broadcast", [IMAGE, (1, 1, 4)], lambda L: L.Add()),
    ("subtract", [SERIES, SERIES], lambda L: L.Subtract()),
    ("multiply", [SERIES, SERIES], lambda L: L.Multiply()),
    ("multiply_broadcast", [SERIES, (4,)], lambda L: L.Multiply()),
    ("maximum", [VECTOR, VECTOR, VECTOR], lambda L: L.Maximum()),
    ("minimum", [VECTOR, VECTOR], lambda L: L.Minimum()),
    ("average", [VECTOR, VECTOR, VECTOR], lambda L: L.Average()),
    ("concatenate", [SERIES, (7, 2)], lambda L: L.Concatenate()),
    ("concatenate_axis", [SERIES, (3, 4), (2, 4)], lambda L: L.Concatenate(axis=1)),
    ("dot", [VECTOR, VECTOR], lambda L: L.Dot(1)),
    ("dot_normalized", [VECTOR, VECTOR], lambda L: L.Dot(1, normalize=True)),
    ("dot_matrices", [SERIES, (5, 4)], lambda L: L.Dot(2)),
    ("dot_axes", [SERIES, (4, 7)], lambda L: L.Dot((1, 2), normalize=True)),
    ("attention", [SERIES, (5, 4)], lambda L: L.Attention()),
    ("attention_scale", [SERIES, (5, 4), (5, 4)], lambda L: L.Attention(use_scale=True)),
] + [("activation_" + name, (7, 6), lambda L, name=name: L.Activation(name)) for name in ACTIVATIONS]

CHANNELS_FIRST = [
    ("first_conv", (4, 8, 9), lambda L: L.Conv2D(5, 3, padding="same", activation="relu", data_format=FORMAT[0])),
    ("first_depthwise", (4, 8, 9), lambda L: L.DepthwiseConv2D(3, data_format=FORMAT[0])),
    ("first_max", (4, 8, 9), lambda L: L.MaxPooling2D(data_format=FORMAT[0])),
    ("first_global", (4, 8, 9), lambda L: L.GlobalAveragePooling2D(data_format=FORMAT[0])),
    ("first_global_keep", (4, 8, 9), lambda L: L.GlobalMaxPooling2D(keepdims=True, data_format=FORMAT[0])),
    ("first_pad", (4, 8, 9), lambda L: L.ZeroPadding2D(1, data_format=FORMAT[0])),
    ("first_flatten", (4, 8, 9), lambda L: L.Flatten(data_format=FORMAT[0])),
    ("first_up", (4, 8, 9), lambda L: L.UpSampling2D(2, data_format=FORMAT[0])),
    ("first_conv1d", (4, 8), lambda L: L.Conv1D(5, 3, activation="relu", data_format=FORMAT[0])),
]


def mlp(K):
    L = K.layers
    return K.Sequential([K.Input((10,)), L.Dense(12, activation="relu"), L.BatchNormalization(), L.Dense(8), L.BatchNormalization(),
                         L.ReLU(), L.Dropout(0.2), L.Dense(4, activation="softmax")], name="mlp")


def cnn(K):
    L, x = K.layers, K.Input((12, 12, 1), name="picture")
    y = L.Rescaling(1 / 4)(x)
    for filters in (4, 6):
        y = L.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = L.BatchNormalization()(y)
        y = L.ReLU()(y)
        y = L.MaxPooling2D()(y)
    y = L.Flatten()(L.DepthwiseConv2D(3)(y))
    return K.Model(x, L.Dense(3, activation="softmax")(y), name="cnn")


def unbuilt_names(K):
    """Keras 2 has slashes in names; and layers may be without an Input."""
    L = K.layers
    slash = "block_1_expand" if K.__name__ == "keras" else "block_1/expand"
    net = K.Sequential([L.Conv2D(3, 2, name=slash), L.BatchNormalization(), L.Flatten(), L.Dense(2)])
    net(np.zeros((1, 5, 5, 2), np.float32))
    return net


def two_inputs(K):
    L, left, right = K.layers, K.Input((6,), name="left"), K.Input((5, 3), name="right")
    shared = L.Dense(4, activation="tanh", name="shared")
    a, b = shared(L.Dense(4)(left)), shared(L.Dense(4)(L.Flatten()(right)))
    both = L.Concatenate()([a, b])
    return K.Model([left, right], [L.Dense(2, name="kind", activation="softmax")(both), L.Dense(1, name="size")(L.Subtract()([a, b]))])


def nested(K):
    L, x = K.layers, K.Input((7,))
    inner = K.Sequential([K.Input((7,)), L.Dense(7), L.BatchNormalization(), L.ReLU(max_value=6.0)], name="inner")
    i = K.Input((7,))
    block = K.Model(i, L.Add()([i, L.Dense(7, activation="relu")(inner(i))]), name="block")
    y = block(block(x))
    other = K.Sequential([K.Input((7,)), L.Dense(5, activation="sigmoid")], name="other")
    return K.Model(x, L.Dense(2)(L.Concatenate()([other(y), block(y)])))


def sequential_of_models(K):
    L = K.layers
    front = K.Sequential([K.Input((8, 8, 2)), L.Conv2D(3, 3, activation="relu"), L.BatchNormalization()], name="front")
    x = K.Input((6, 6, 3))
    back = K.Model(x, L.GlobalAveragePooling2D()(L.SeparableConv2D(4, 3)(x)), name="back")
    return K.Sequential(([] if K.__name__ == "keras" else [K.Input((8, 8, 2))]) + [front, back, L.Dense(3)])


def autoencoder(K):
    L = K.layers
    sizes = [24, 16, 16, 4, 16, 16]
    rows = [K.Input((32,))]
    for size in sizes:
        rows += [L.Dense(size), L.BatchNormalization(), L.Activation("relu")]
    return K.Sequential(rows + [L.Dense(32)])


def ds_cnn(K):
    L, x = K.layers, K.Input((25, 5, 1))
    y = L.Conv2D(16, (10, 4), strides=2, padding="same")(x)
    y = L.Activation("relu")(L.BatchNormalization()(y))
    for _ in range(3):
        y = L.DepthwiseConv2D(3, padding="same", use_bias=False)(y)
        y = L.Activation("relu")(L.BatchNormalization()(y))
        y = L.Conv2D(16, 1, padding="same")(y)
        y = L.Activation("relu")(L.BatchNormalization()(y))
    y = L.AveragePooling2D((13, 3))(L.Dropout(0.4)(y))
    return K.Model(x, L.Dense(12, activation="softmax")(L.Flatten()(y)))


def stacked_lstm(K):
    L, x = K.layers, K.Input((12, 5))
    return K.Model(x, L.Dense(3)(L.LSTM(6)(L.LSTM(8, return_sequences=True)(x))))


def gru_net(K):
    L = K.layers
    return K.Sequential([K.Input((9,), dtype="int32"), L.Embedding(11, 6), L.GRU(7, return_sequences=True), L.GRU(5), L.Dense(2)])


def unet(K):
    L, x = K.layers, K.Input((16, 16, 1))
    down, y = [], x
    for filters in (4, 6):
        y = L.Conv2D(filters, 3, padding="same", activation="relu")(y)
        down.append(y)
        y = L.MaxPooling2D()(y)
    y = L.Conv2D(8, 3, padding="same", activation="relu")(y)
    y = L.Concatenate()([L.Conv2DTranspose(6, 2, strides=2, padding="same")(y), down[1]])
    y = L.Conv2D(6, 3, padding="same", activation="relu")(y)
    y = L.Concatenate()([L.UpSampling2D(2, interpolation="bilinear")(y), down[0]])
    return K.Model(x, L.Conv2D(2, 1, activation="softmax")(y))


def transformer(K):
    L, x = K.layers, K.Input((8,), dtype="int32")
    y = L.Embedding(13, 8)(x)
    a = L.MultiHeadAttention(2, 4)(y, y)
    y = L.LayerNormalization(epsilon=1e-6)(L.Add()([y, a]))
    f = L.Dense(8)(L.Dense(16, activation="gelu")(y))
    y = L.LayerNormalization(epsilon=1e-6)(L.Add()([y, f]))
    return K.Model(x, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(y)))


def attention_options(K):
    L, x, z = K.layers, K.Input((6, 8)), K.Input((5, 7))
    a = L.MultiHeadAttention(3, 4, value_dim=5, output_shape=6, use_bias=False)(x, z)
    b = L.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    return K.Model([x, z], L.Concatenate()([a, b]))


def operators(K):
    L, x = K.layers, K.Input((6, 4))
    y = (x + 1.0) * x - x / 4.0
    y = -y + 0.5 * x[:, :, ::-1]
    a = y[:, 1:4, :]
    b = y[:, -1]
    return K.Model(x, [L.Dense(2)(y), a, b, 2.0 - y, y ** 2])


def functions(K):
    x = K.Input((6, 4))
    if K.__name__ == "keras":
        o = K.ops
        outs = [o.relu(x), o.mean(x, axis=1), o.sum(x, axis=-1, keepdims=True), o.max(x, axis=[1, 2]), o.reshape(x, (-1, 4, 6)),
                o.transpose(x, (0, 2, 1)), o.concatenate([x, x * 2.0], axis=1), o.expand_dims(x, 1), o.squeeze(x[:, :1], 1),
                o.sqrt(o.abs(x)), o.matmul(x, o.transpose(x, (0, 2, 1))), o.clip(x, -0.5, 0.75), o.stack([x, x], axis=1),
                o.softmax(x, axis=1), o.leaky_relu(x), o.gelu(x)]
    else:
        import tensorflow as tf
        outs = [tf.nn.relu(x), tf.reduce_mean(x, axis=1), tf.reduce_sum(x, axis=-1, keepdims=True), tf.reduce_max(x, axis=[1, 2]),
                tf.reshape(x, (-1, 4, 6)), tf.transpose(x, (0, 2, 1)), tf.concat([x, x * 2.0], axis=1), tf.expand_dims(x, 1),
                tf.squeeze(x[:, :1], 1), tf.sqrt(tf.abs(x)), tf.matmul(x, x, transpose_b=True), tf.clip_by_value(x, -0.5, 0.75),
                tf.stack([x, x], axis=1), tf.nn.softmax(x, axis=1), tf.nn.leaky_relu(x), tf.nn.gelu(x)]
    return K.Model(x, outs)


def first_net(K):
    """channels_first throughout: turned once."""
    L, x = K.layers, K.Input(turned((3, 10, 8)))
    f = {"data_format": FORMAT[0]}
    y = L.Conv2D(4, 3, use_bias=False, **f)(x)
    y = L.MaxPooling2D(**f)(L.ReLU()(L.BatchNormalization(axis=1 if FORMAT[0] == "channels_first" else 3)(y)))
    y = L.Conv2D(5, 2, **f)(y)
    return K.Model(x, L.Dense(2)(L.GlobalAveragePooling2D(**f)(y)))


def frozen_bn(K):
    L = K.layers
    bn = L.BatchNormalization(trainable=False)
    return K.Sequential([K.Input((6, 6, 2)), L.Conv2D(3, 3), bn, L.Activation("relu"), L.Flatten(), L.Dense(2)])


MODELS = [mlp, cnn, unbuilt_names, two_inputs, nested, sequential_of_models, autoencoder, ds_cnn, stacked_lstm, gru_net, unet,
          transformer, attention_options, operators, functions, first_net, frozen_bn]


def single(K, shapes, make):
    L = K.layers
    shapes = shapes if isinstance(shapes, list) else [shapes]
    inputs = [K.Input(s[1:], dtype="int32") if s[0] == "int" else K.Input(s[1:]) if s[0] == "index" else K.Input(s) for s in shapes]
    return K.Model(inputs, make(L)(inputs if len(inputs) > 1 else inputs[0]))


def cases():
    for name, shapes, make in LAYERS:
        yield name, (lambda K, shapes=shapes, make=make: single(K, shapes, make))
    for name, shape, make in CHANNELS_FIRST:
        yield name, (lambda K, shape=shape, make=make: single(K, turned(shape), make))
    for function in MODELS:
        yield "net_" + function.__name__, function
