#!/usr/bin/env bash
# Puts what people download of a release into build/assets: the data in one file, its manifest and checksums, the wheel.
#   TAG  the tag, v and the version
set -euo pipefail

release="build/release/v/${TAG#v}"
mkdir -p build/assets
cp "$release"/*.zip "$release/release.json" "$release/SHA256SUMS" "$release/changes/changes.md" dist/*.whl build/assets/
