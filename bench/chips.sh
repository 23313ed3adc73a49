# Section "Models on chips" of bench/run, which reads this file: the four MLPerf Tiny models and the sine of the examples, compiled
# and interpreted, beside TensorFlow Lite Micro's figures. The four are not part of this repository: they are looked for in
# $MOTE_SHARED/models (../shared/models), and what is missing is said.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
SHARED=${MOTE_SHARED:-../shared}

# model | chip | million instructions: compiled, compiled with all channels kept, interpreted | TensorFlow Lite Micro
CHIP_GOALS='kws|cortex-m4|3.6||4.3|7.698
resnet8|cortex-m4|14.5||16.5|29.86
vww|cortex-m4|7.0|10.5|14|24.10
ad|cortex-m4|0.32||0.45|0.583
sine|cortex-m4|0.002|||0.003490
kws|rv32imc|8.6|||25.83
resnet8|rv32imc|36.5|||96.41
vww|rv32imc|14.5|25||65.26
ad|rv32imc|0.92|||2.454
sine|rv32imc||||0.005605'

# model | code bytes | arena bytes | TensorFlow Lite Micro: flash without the model, arena, stack, start-up
MEMORY_GOALS='kws|6144|9216|57.5 K / 36.6 K|22772|844|690 K
resnet8|8192|49152|55.3 K / 38.9 K|54340|844|463 K
vww|9216|55296|57.5 K / 36.6 K|100660|844|3.1 M
ad|2560|768|31.9 K / 20.4 K|2260|556|66 K
sine|||31.9 K / 20.4 K|676|556|22 K'

# model | microseconds of TensorFlow Lite Micro's reference kernels
HOST_PEERS='kws|1314
resnet8|2610
vww|3186
ad|24.5'

chip_model() { if [ "$1" = sine ]; then echo "$WORK/runs/sine/model_int8.tflite"; else echo "$SHARED/models/$1_int8.tflite"; fi; }
has_option() { "$MOTE" bench --help | grep -q -- "--$1 "; }
million() { calculate %.4g "$1 / 1000000"; }
# "yes" or "no" to a goal, nothing where there is none
reached() { if [ -n "$2" ]; then echo "$2: $(verdict "$1 <= $2")"; fi; } # value goal

# Measures once; leaves $WORK/chips/MODEL-CHIP-WAY.json, or fails.
measure_chip() { # model chip way options...
    local model=$1 chip=$2 way=$3 path input=()
    shift 3
    path=$(chip_model "$model")
    if [ -e "${path%.tflite}.in.bin" ]; then input=(--input "${path%.tflite}.in.bin"); fi
    "$MOTE" bench "$path" --chip "$chip" "${input[@]}" "$@" --json >"$WORK/chips/$model-$chip-$way.json" 2>"$WORK/chips/failure"
}

chip_values() { values "${@:4}" <"$WORK/chips/$1-$2-$3.json"; } # model chip way keys...

count_row() { # title goal peer model chip way options...
    local title=$1 goal=$2 peer=$3 count macs
    shift 3
    say "chips: $1 on $2, $3"
    if ! measure_chip "$@"; then
        echo "| $1 | $2 | $title | not measured: $(cut -c1-200 "$WORK/chips/failure") | | | | |"
        return
    fi
    read -r count macs < <(chip_values "$1" "$2" "$3" instructions macs)
    count=$(calculate %.6g "$count / 1000000")
    echo "| $1 | $2 | $title | $(calculate %.4g "$count") | $(calculate %.2f "1000000 * $count / $macs") | $(reached "$count" "$goal") | $peer | $(calculate %.2f "$peer / $count") |"
}

count_rows() { # model chip goal goal_kept goal_interpreted peer
    count_row "compiled, speed" "$3" "$6" "$1" "$2" speed
    if has_option no-prune-constant && [ -n "$4" ]; then
        count_row "compiled, all channels kept" "$4" "$6" "$1" "$2" kept --no-prune-constant
    fi
    if [ "$1-$2" = kws-cortex-m4 ]; then
        count_row "compiled, size" 4.1 "$6" "$1" "$2" size --optimize size
    else
        count_row "compiled, size" "" "$6" "$1" "$2" size --optimize size
    fi
    if has_option interpreter; then
        count_row "interpreted" "$5" "$6" "$1" "$2" interpreter --interpreter
    fi
}

write_counts() {
    local model chip compiled kept interpreted peer
    cat <<'EOF'
### Million instructions an inference

Counted by the emulator. TensorFlow Lite Micro 90b983c -O2: with CMSIS-NN 99f736a on the Cortex-M4, with ESP-NN d45b843 on RV32IMC.

| model | chip | mote | million instructions | per multiply-accumulate | goal | TensorFlow Lite Micro | TensorFlow Lite Micro / mote |
|---|---|---|---|---|---|---|---|
EOF
    while IFS='|' read -r model chip compiled kept interpreted peer; do
        if [ -e "$(chip_model "$model")" ]; then
            count_rows "$model" "$chip" "$compiled" "$kept" "$interpreted" "$peer"
        else
            echo "| $model | $chip | not measured: the model is not in $SHARED/models | | | $compiled | $peer | |"
        fi
    done <<<"$CHIP_GOALS"
    if ! has_option interpreter; then echo && echo "Not measured: the interpreter; this mote has none."; fi
    if ! has_option no-prune-constant; then echo && echo "Not measured: vww with all channels kept; this mote drops none."; fi
}

memory_row() { # model way code_goal arena_goal flash arena stack start_up
    local code constants arena ram stack flash start_up
    if [ ! -e "$WORK/chips/$1-cortex-m4-$2.json" ]; then return; fi
    read -r code constants arena ram stack flash start_up < <(
        chip_values "$1" cortex-m4 "$2" code_bytes weight_bytes arena_bytes ram_bytes stack_bytes flash_bytes model_start_up_count)
    if [ -z "$code" ] || [ "$code" = - ]; then return; fi
    echo "| $1 | $2 | $code | $(reached "$code" "$3") | $constants | $flash | $5 | $arena | $(reached "$arena" "$4") | $6 | $ram | $stack | $(reached "$stack" 512) | $7 | $start_up | $8 |"
}

write_memory() {
    local model code arena peer_flash peer_arena peer_stack peer_start
    cat <<'EOF'

### Bytes on the Cortex-M4

Code and constants are the model's; flash is all of the firmware. TensorFlow Lite Micro's flash is without the model: with CMSIS-NN -O2 / the
smallest, -Os with the reference kernels. Start-up: instructions that the model adds (zeroing its arena); TensorFlow Lite Micro's also prepares.

| model | mote | code | goal | constants | flash | TFLM flash | arena | goal | TFLM arena | RAM | stack | goal | TFLM stack | start-up | TFLM start-up |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
EOF
    while IFS='|' read -r model code arena peer_flash peer_arena peer_stack peer_start; do
        memory_row "$model" speed "$code" "$arena" "$peer_flash" "$peer_arena" "$peer_stack" "$peer_start"
        if [ "$model" = kws ]; then code=4608; else code=""; fi
        memory_row "$model" size "$code" "$arena" "$peer_flash" "$peer_arena" "$peer_stack" "$peer_start"
        memory_row "$model" interpreter "" "" "$peer_flash" "$peer_arena" "$peer_stack" "$peer_start"
    done <<<"$MEMORY_GOALS"
}

host_row() { # model peer
    local path us reference goal="" input=()
    path=$(chip_model "$1")
    if [ ! -e "$path" ]; then
        echo "| $1 | not measured: the model is not in $SHARED/models | | | $2 | | |"
        return
    fi
    say "chips: $1 on this machine"
    if [ -e "${path%.tflite}.in.bin" ]; then input=(--input "${path%.tflite}.in.bin"); fi
    read -r us reference < <("$MOTE" bench "$path" "${input[@]}" --json | values microseconds reference_microseconds)
    if [ "$1" != ad ]; then goal="3 x TFLM: $(verdict "3 * $us <= $2"); 3 x reference: $(verdict "3 * $us <= $reference")"; fi
    echo "| $1 | $(calculate %.1f "$us") | $(calculate %.1f "$reference") | $(calculate %.1f "$reference / $us") | $2 | $(calculate %.1f "$2 / $us") | $goal |"
}

write_host() {
    local model peer
    cat <<EOF

### Microseconds on the host

Medians, one thread; the two kinds of kernels take turns. TensorFlow Lite Micro's reference kernels, -O3 with AVX2, were measured elsewhere, on a
quiet machine with AVX-512. Processor here: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1); load while this began: $(cut -d' ' -f1 /proc/loadavg).

| model | \`mote run\` | mote's reference kernels | reference / mote | TFLM reference | TFLM / mote | goal |
|---|---|---|---|---|---|---|
EOF
    while IFS='|' read -r model peer; do host_row "$model" "$peer"; done <<<"$HOST_PEERS"
}

write_chips() {
    rm -rf "$WORK/chips"
    mkdir -p "$WORK/chips"
    build_quietly examples/sine/sine.yaml sine
    cat <<'EOF'
## Models on chips

The four models of MLPerf Tiny (keyword spotting, image classification, visual wake words, anomaly detection) and the sine of `examples/`, int8.

EOF
    write_counts
    write_memory
    write_host
    cat <<'EOF'

Reproduce a row: `build/mote bench MODEL.tflite --chip CHIP --layers`, with `--optimize size`; without `--chip` on the host.
EOF
}
