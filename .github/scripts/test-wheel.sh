#!/usr/bin/env bash
# Tests the wheel that is installed, not the sources beside it.
set -euo pipefail

place=$(cd "$RUNNER_TEMP" && python -c 'import cstodata; print(cstodata.__file__)')
if [[ $place != */site-packages/* ]]; then
  echo "::error::The tests would not run what the wheel holds, but $place."
  exit 1
fi
wheels=("$PWD"/dist/*.whl)
CSTODATA_WHEEL="${wheels[0]}" python -m pytest -n auto
