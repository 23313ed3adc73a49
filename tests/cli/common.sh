# What the scripts of this folder share; each begins with
#
#     . "$(dirname "$0")/common.sh"     from the top of the source tree, with the program as $1
#
# and ends with `finish`. It runs in a folder of its own ($work), which is removed.
#
# good CLAIM ARGS...        exit 0, nothing on stderr (but epochs, of a training that this machine is slow at); stdout is in $out for `prints`
# warned CLAIM TEXT ARGS... exit 0, exactly one line with TEXT on stderr
# bad CODE TEXT ARGS...     exit CODE, exactly one line "mote: ..." with TEXT on stderr, stdout empty, $made still empty
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/../tools.sh"
mote=$(realpath "${1:?usage: $0 BUILD/mote}") && [ -x "$mote" ] || { echo "$0: $1 is no program" >&2 && exit 1; }
ops=$PWD/tests/golden/ops
ends=$PWD/tests/golden/ends
images=$PWD/tests/fuzz/corpus/image
subset=$PWD/examples/mnist/subset
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
made=$work/made out=$work/stdout err=$work/stderr
mkdir "$made" && cd "$work" || exit 1
checks=0 failures=0 skipped=0

# In a build with sanitizers: fontconfig keeps what it allocated.
echo leak:libfontconfig >lsan
LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0
export LSAN_OPTIONS

failed() {
    failures=$((failures + 1))
    echo "FAILED: $*"
    sed 's/^/    stdout: /' "$out" | head -5
    sed 's/^/    stderr: /' "$err" | head -5
}

good() {
    claim=$1
    shift
    checks=$((checks + 1))
    "$mote" "$@" >"$out" 2>"$err" </dev/null
    status=$?
    if [ $status -ne 0 ] || grep -qv '^epoch [0-9]' "$err"; then failed "$claim: exit $status from: mote $*"; fi
}

warned() { # CLAIM TEXT ARGS...
    claim=$1 text=$2
    shift 2
    checks=$((checks + 1))
    "$mote" "$@" >"$out" 2>"$err" </dev/null
    status=$?
    if [ $status -ne 0 ] || [ "$(grep -cv '^epoch [0-9]' "$err")" -ne 1 ] || ! grep -qF -- "$text" "$err"; then
        failed "$claim: exit $status, and not the one line with \"$text\", from: mote $*"
    fi
}

check_refusal() { # STATUS WANTED TEXT CLAIM
    checks=$((checks + 1))
    if [ "$1" -ne "$2" ] || [ "$(wc -l <"$err")" -ne 1 ] || ! grep -q '^mote: ' "$err" || ! grep -qF -- "$3" "$err" || [ -s "$out" ]; then
        failed "exit $2 and one line with \"$3\" expected, exit $1 from: $4"
    fi
    if [ -n "$(ls -A "$made")" ]; then
        failed "left behind $(ls -A "$made"): $4"
        rm -rf "${made:?}"/* "${made:?}"/.[!.]*
    fi
}

bad() {
    wanted=$1 text=$2
    shift 2
    "$mote" "$@" >"$out" 2>"$err" </dev/null
    check_refusal $? "$wanted" "$text" "mote $*"
}

prints() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$out" || failed "$claim: stdout does not match: $1"
}

holds() { # CLAIM COMMAND...
    checks=$((checks + 1))
    claim=$1
    shift
    "$@" >/dev/null 2>&1 || failed "$claim: $*"
}

# What this machine cannot show: for want of tools, or of something else that CI may lack, too.
skip() {
    skipped=$((skipped + 1))
    echo "SKIPPED: $*"
}
skip_for_tools() {
    skipped=$((skipped + 1))
    tell_untested "$@" || failures=$((failures + 1))
}

finish() {
    clear_made
    echo "$checks checks, $failures failed, $skipped parts skipped"
    [ $failures -eq 0 ]
}

clear_made() { rm -rf "${made:?}"/*; }
npy() { printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '$1', 'fortran_order': False, 'shape': ($2), }" && cat; }
zeros() { head -c "$1" /dev/zero; }
ones() { # COUNT times 1.0f
    i=0
    while [ $i -lt "$1" ]; do printf '\000\000\200\077' && i=$((i + 1)); done
}
has_shape() { head -c 128 "$1" | grep -aqF "'shape': ($2)"; }
has_type() { head -c 128 "$1" | grep -aqF "'descr': '$2'"; }
