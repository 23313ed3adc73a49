# This machine: nothing to say. SPDX-License-Identifier: Apache-2.0
