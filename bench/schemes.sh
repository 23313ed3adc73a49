# Section "Schemes on chips" of bench/run, which reads this file: what models cost on chips by what their numbers are. The two of
# MLPerf Tiny that are there as float32 too (chips.sh says where they are looked for), and the subset of MNIST's networks.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
SCHEME_MODELS="cnn mlp resnet8 kws"
# at most so many times int8's instructions
INT16X8_MOST=1.6 INT4_MOST=1.3

scheme_spec() { case $1 in cnn) echo examples/mnist-cnn/mnist-cnn.yaml ;; mlp) echo examples/mnist/mnist.yaml ;; esac; }
scheme_title() { case $1 in cnn) echo "MNIST CNN 16-16" ;; mlp) echo "MNIST 784-64-64-10" ;; *) echo "$1" ;; esac; }
scheme_float() { if [ -n "$(scheme_spec "$1")" ]; then echo "$WORK/runs/subset-$1/model.tflite"; else echo "$SHARED/models/$1_float32.tflite"; fi; }
# How samples are prepared; the specs' networks say it themselves.
scheme_scale() { if [ -z "$(scheme_spec "$1")" ]; then echo "--scale 1"; fi; }
scheme_io() { if [ "$1" = int16x8 ]; then echo int16; else echo int8; fi; }
# float32 against int8, at least
float_goal() { case $1-$2 in cnn-cortex-m4) echo 3 ;; cnn-rv32imc) echo 8 ;; esac; } # model chip

# Leaves $WORK/schemes/MODEL-SCHEME.tflite.
write_scheme() { # model scheme
    local from=$WORK/data/$1 options=()
    read -r -a options <<<"$(scheme_scale "$1")"
    if [ -n "$(scheme_spec "$1")" ]; then from=$(scheme_spec "$1"); fi
    if [ "$2" = float32 ]; then
        cp "$(scheme_float "$1")" "$WORK/schemes/$1-$2.tflite"
    else
        "$MOTE" convert "$(scheme_float "$1")" -o "$WORK/schemes/$1-$2.tflite" --quantize "$2" --io "$(scheme_io "$2")" \
            --calibrate "$from" "${options[@]}" >/dev/null 2>"$WORK/schemes/failure"
    fi
}

# Instructions and bytes of constants; nothing, and the reason in $WORK/schemes/failure, where they cannot be had.
measure_scheme() { # model scheme chip
    local input=$WORK/data/$1/x_train.npy options=()
    read -r -a options <<<"$(scheme_scale "$1")"
    if [ -n "$(scheme_spec "$1")" ]; then input=examples/mnist/seven.png; fi
    write_scheme "$1" "$2" &&
        "$MOTE" bench "$WORK/schemes/$1-$2.tflite" --chip "$3" --input "$input" "${options[@]}" --timeout 3000 --json 2>"$WORK/schemes/failure" |
        values instructions weight_bytes
}

scheme_row() { # model chip
    local float int8 int16x8 int4 constants=() goal
    say "schemes: $1 on $2"
    read -r float 'constants[0]' < <(measure_scheme "$1" float32 "$2") || true
    read -r int8 'constants[1]' < <(measure_scheme "$1" int8 "$2") || true
    read -r int16x8 'constants[2]' < <(measure_scheme "$1" int16x8 "$2") || true
    read -r int4 'constants[3]' < <(measure_scheme "$1" int4 "$2") || true
    if [ -z "${float:-}" ] || [ -z "${int8:-}" ] || [ -z "${int16x8:-}" ] || [ -z "${int4:-}" ]; then
        echo "| $(scheme_title "$1") | $2 | not measured: $(cut -c1-200 "$WORK/schemes/failure") | | | | | | | | |"
        return
    fi
    goal="int16x8 $INT16X8_MOST x: $(verdict "$int16x8 <= $INT16X8_MOST * $int8"); int4 $INT4_MOST x: $(verdict "$int4 <= $INT4_MOST * $int8")"
    if [ -n "$(float_goal "$1" "$2")" ]; then
        goal+="; float32 $(float_goal "$1" "$2") x: $(verdict "$float >= $(float_goal "$1" "$2") * $int8")"
    fi
    echo "| $(scheme_title "$1") | $2 | $(million "$float") | $(million "$int8") | $(million "$int16x8") | $(million "$int4") | $(calculate %.2f "$float / $int8") | $(calculate %.2f "$int16x8 / $int8") | $(calculate %.2f "$int4 / $int8") | ${constants[0]} / ${constants[1]} / ${constants[2]} / ${constants[3]} | $goal |"
}

write_schemes() {
    local model chip
    mkdir -p "$WORK/schemes"
    "$WORK/write_images" "$WORK/data/resnet8" 32 32 2
    "$WORK/write_images" "$WORK/data/kws" 32 49 2 10 1
    for model in cnn mlp; do build_quietly "$(scheme_spec $model)" "subset-$model"; done
    cat <<'EOF'
## Schemes on chips

Million instructions an inference, compiled for speed, and bytes of constants, by what numbers are. The Cortex-M4 has an FPU (single precision), RV32IMC has none.

| model | chip | float32 | int8 | int16x8 | int4 | float32 / int8 | int16x8 / int8 | int4 / int8 | constants: float32 / int8 / int16x8 / int4 | goals |
|---|---|---|---|---|---|---|---|---|---|---|
EOF
    for chip in cortex-m4 rv32imc; do
        for model in $SCHEME_MODELS; do
            if [ -e "$(scheme_float $model)" ]; then
                scheme_row $model $chip
            else
                echo "| $(scheme_title $model) | $chip | not measured: the model is not in $SHARED/models | | | | | | | | |"
            fi
        done
    done
    cat <<'EOF'

Reproduce a row: `build/mote convert MODEL.tflite -o Q.tflite --quantize SCHEME --calibrate DATA`, `build/mote bench Q.tflite --chip CHIP --input X`.
EOF
}
