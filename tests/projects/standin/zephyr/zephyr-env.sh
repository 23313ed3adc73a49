# As Zephyr's own: sourced by bash. SPDX-License-Identifier: Apache-2.0
ZEPHYR_BASE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export ZEPHYR_BASE
