# What the stand-ins of this folder share. A stand-in takes exactly what the pages of templates/ give the tool that it stands for, checks
# what can be checked without that tool, and refuses all else: its words end a test. STANDIN_BOARD is the folder that is the
# board: what is flashed lies there as `program`, and whoever opens its line runs that.
# SPDX-License-Identifier: Apache-2.0
fail() {
    echo "stand-in of $(basename "$0"): $*" >&2
    exit 1
}

# PORT: is a board there?
check_port() { [ -e "$1" ] || fail "$1: there is no such port"; }

# What the board says on its line until it waits for the host: the end of its program.
open_line() {
    [ -x "$STANDIN_BOARD/program" ] || fail "nothing was written to the board"
    timeout 60 "$STANDIN_BOARD/program" || fail "the program on the board ended with status $?"
}

# FILE: is now on the board, in the place of what was there; a file for Arm begins in QEMU.
flash() {
    rm -f "$STANDIN_BOARD/program" "$STANDIN_BOARD/program.elf"
    case $(od -An -tx1 -j 18 -N 2 "$1" | tr -d ' ') in
    2800)
        cp "$1" "$STANDIN_BOARD/program.elf"
        printf '#!/bin/sh\nexec "%s/arm/run" "%s/program.elf"\n' "$STANDIN" "$STANDIN_BOARD" >"$STANDIN_BOARD/program"
        ;;
    *) cp "$1" "$STANDIN_BOARD/program" ;;
    esac
    chmod +x "$STANDIN_BOARD/program"
}
