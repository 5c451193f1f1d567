#!/usr/bin/env bash
# Installs cstodata into an environment of its own, which nothing of the repository that is checked can touch.
#   ACTION   the checkout of this repository
#   PYTHON   the interpreter to use
#   VERSION  the version to install; empty for the checkout's own
set -euo pipefail

venv="$RUNNER_TEMP/cstodata/venv"
what=("$ACTION" --constraint "$ACTION/constraints.txt")
if [[ -n $VERSION ]]; then
  if [[ ! $VERSION =~ ^[0-9]+(\.[0-9]+)*([abrc]+[0-9]+)?$ ]]; then
    echo "::error::The input version is no version of cstodata, such as 1.2.0."
    exit 2
  fi
  what=("cstodata==$VERSION")
fi

cd "$RUNNER_TEMP" # not where files of the repository could be taken for modules
"$PYTHON" -m venv "$venv"
"$venv/bin/python" -m pip --disable-pip-version-check install --quiet "${what[@]}"
