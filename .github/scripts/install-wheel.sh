#!/usr/bin/env bash
# Installs the wheel in dist/ and what its tests need, with python on the path.
#   DEPENDENCIES  pinned for the versions of constraints.txt, oldest for the lowest that pyproject.toml allows
set -euo pipefail

constraints=constraints.txt
if [[ $DEPENDENCIES == oldest ]]; then
  constraints="$RUNNER_TEMP/oldest.txt"
  python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt uv
  python -m uv pip compile pyproject.toml --quiet --no-annotate --no-deps --resolution lowest-direct --output-file "$constraints"
fi
wheels=(dist/*.whl)
python -m pip --disable-pip-version-check install --quiet --constraint "$constraints" "${wheels[0]}[test]"
