#!/usr/bin/env bash
# Runs `cstodata ci`; its annotations, summary and outputs go where GitHub looks for them, its files to the report.
#   PACKAGE, BASE, FAIL_ON, COMMENT  the inputs of the action
#   NUMBER  the number of the pull request; empty if there is none
# Tells where the report is, and what to call it: each package of a repository has its own.
set -euo pipefail

name=cstodata-report
[[ $PACKAGE == . ]] || name+="-$(cksum <<<"$PACKAGE" | cut -d ' ' -f 1)"
report="$RUNNER_TEMP/cstodata/$name"
printf 'report=%s\nreport-name=%s\n' "$report" "$name" >>"$GITHUB_OUTPUT"
options=("--package=$PACKAGE" "--output=$report" "--fail-on=$FAIL_ON")
[[ -z $BASE ]] || options+=("--base=$BASE")
mkdir -p "$report"
case $COMMENT in
  true)
    options+=(--comment)
    # The comment workflow asks whose comment it is; it believes the number only if GitHub says so, too.
    [[ -z $NUMBER ]] || printf '%s\n' "$NUMBER" >"$report/pull-request.txt"
    printf '%s\n' "$PACKAGE" >"$report/package.txt"
    ;;
  false) options+=(--no-comment) ;;
  *)
    echo "::error::The input comment is neither true nor false."
    exit 2
    ;;
esac

exec "$RUNNER_TEMP/cstodata/venv/bin/cstodata" ci "${options[@]}"
