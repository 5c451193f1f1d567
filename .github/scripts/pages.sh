#!/usr/bin/env bash
# Writes the pages into build/pages: those of a store, or a store of their own that is built here, with its pages in it.
#   STORE          the store; empty for one that is built here
#   STORE_ADDRESS  where it is read on the web; only with STORE
#   REPOSITORY     owner/name, which says where GitHub Pages shows what is built here
set -euo pipefail

if [[ -n $STORE ]]; then
  if [[ -z $STORE_ADDRESS ]]; then
    echo "::error::The variable STORE_ADDRESS must say where $STORE is read on the web, such as https://data.example.org/."
    exit 1
  fi
  make .venv/installed
  .venv/bin/cstodata site "$STORE" --output build/pages --address "$STORE_ADDRESS"
else
  owner="${REPOSITORY%%/*}"
  address="https://${owner,,}.github.io/${REPOSITORY#*/}/"
  make release
  .venv/bin/cstodata site build/store --address "$address"
  rm -rf build/pages
  cp -R build/store build/pages
fi
