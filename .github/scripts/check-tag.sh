#!/usr/bin/env bash
# Makes sure that a tag is the version of the data package, with a v before it.
#   TAG  the tag
set -euo pipefail

version=$(python3 -c 'import json; print(json.load(open("datapackage.json", encoding="utf-8"))["version"])')
if [[ $TAG != "v$version" ]]; then
  echo "::error file=datapackage.json::The tag says $TAG, the version of the package is $version; tag v$version, or raise the version."
  exit 1
fi
