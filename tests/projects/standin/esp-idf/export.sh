# As ESP-IDF's own: sourced by bash, it brings idf.py. SPDX-License-Identifier: Apache-2.0
IDF_PATH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export IDF_PATH PATH="$IDF_PATH/tools:$PATH"
