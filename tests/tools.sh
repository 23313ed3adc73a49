# The one rule for a script that lacks a compiler or an emulator, as tests/testing.h is for programs: it says so, and in CI,
# where all are installed, that is a failure: a check that did not run is no check. Use: tell_untested TEXT || failed=1
# SPDX-License-Identifier: Apache-2.0
tell_untested() {
    echo "SKIPPED: $*"
    [ "${CI:-}" != true ]
}
