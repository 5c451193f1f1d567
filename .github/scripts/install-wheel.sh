#!/usr/bin/env bash
# Installs the wheel in dist/ and what its tests need, with python on the path.
#   DEPENDENCIES  pinned for the versions of constraints.txt, oldest for the lowest that pyproject.toml allows
set -euo pipefail

wheels=(dist/*.whl)
what="${wheels[0]}[test]"
if [[ $DEPENDENCIES == oldest ]]; then
  python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt uv
  python -m uv pip install --quiet --python "$(command -v python)" --resolution lowest-direct "$what"
else
  python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt "$what"
fi
