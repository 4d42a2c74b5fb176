#!/bin/sh
# While a machine with a GPU is lent: takes the large tracked weights off the index, so that they do not travel with every call.
# Puts them back when it ends, however it ends: sh train/lend.sh SECONDS, in experts/.
set -eu
cd "$(dirname "$0")/.."
exclude=$(git rev-parse --git-path info/exclude)
weights=$(git ls-files -- '*/weights.gguf' 'backbone/*.gguf')
back() {
  mv "$exclude.before" "$exclude"
  git reset -q -- $weights
}
cp "$exclude" "$exclude.before"
trap back EXIT
trap 'exit 1' INT TERM HUP
for file in $weights; do echo "/experts/$file" >>"$exclude"; done
git rm -q --cached -- $weights
sleep "$1" &
wait $!
