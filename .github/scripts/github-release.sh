#!/usr/bin/env bash
# Makes a release on GitHub of the files in build/assets: a draft first, published only when it holds all of them.
# Run again, it completes a draft, and never changes what is published.
#   REPOSITORY  owner/name
#   TAG         the tag
set -euo pipefail

state=$(gh release view "$TAG" --repo "$REPOSITORY" --json isDraft --jq .isDraft 2>/dev/null) || state=none
if [[ $state == false ]]; then
  echo "$TAG is published already."
  exit 0
fi
if [[ $state == none ]]; then
  gh release create "$TAG" --repo "$REPOSITORY" --draft --verify-tag --title "$TAG" --notes-file build/assets/changes.md
fi
gh release upload "$TAG" --repo "$REPOSITORY" --clobber build/assets/*
gh release edit "$TAG" --repo "$REPOSITORY" --draft=false
