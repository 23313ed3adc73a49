# SPDX-License-Identifier: Apache-2.0
"""keras.applications' MobileNets: names, shapes and parameters of all layers. Writes architectures.txt.

    python gen_architectures.py             (pins: requirements.txt)

A network is a line "# ARCHITECTURE ALPHA HEIGHT WIDTH CHANNELS CLASSES PARAMETERS", then a line "NAME SHAPE PARAMETERS" a layer.
"""
from common import FOLDER

import keras  # noqa: E402

NETWORKS = {"mobilenet_v1": keras.applications.MobileNet, "mobilenet_v2": keras.applications.MobileNetV2}
CASES = [("mobilenet_v1", 0.25, (96, 96, 3), 1000), ("mobilenet_v1", 0.35, (32, 48, 1), 3), ("mobilenet_v1", 0.5, (97, 65, 3), 10),
         ("mobilenet_v1", 1.0, (128, 128, 3), 1000), ("mobilenet_v2", 0.25, (96, 96, 1), 2), ("mobilenet_v2", 0.35, (97, 65, 3), 10),
         ("mobilenet_v2", 0.5, (32, 48, 3), 5), ("mobilenet_v2", 1.0, (96, 96, 3), 1000), ("mobilenet_v2", 1.4, (64, 64, 3), 7)]


def main():
    lines = []
    for name, alpha, shape, classes in CASES:
        keras.utils.clear_session()
        model = NETWORKS[name](input_shape=shape, alpha=alpha, classes=classes, weights=None)
        lines.append(f"# {name} {alpha} {' '.join(map(str, shape))} {classes} {model.count_params()}")
        for layer in model.layers[1:]:
            lines.append(f"{layer.name} {'x'.join(map(str, layer.output.shape[1:]))} {layer.count_params()}")
    (FOLDER / "architectures.txt").write_text("\n".join(lines) + "\n")
    print(f"architectures.txt: {len(CASES)} networks, {len(lines)} lines")


if __name__ == "__main__":
    main()
