#!/bin/sh
# Holds the migrations of this project to what they promise, on the database of
# one environment, which must be empty: usage: ci/check-migrations.sh ENV
#
# - There is one head: nobody forgot to merge.
# - Every revision can be planned: what the engine lacks is refused here.
# - Every revision goes up, down, and up again.
# - In the end the database is at the head.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 ENV" >&2; exit 2; }
retort() { command retort --quiet --env "$environment" "$@"; }
environment=$1

[ "$(retort heads | wc -l)" -eq 1 ] || { echo "several heads: retort merge -m '…' heads" >&2; exit 1; }
retort upgrade head --dry-run > /dev/null
revisions=$(retort history | wc -l)
step=0
while [ "$step" -lt "$revisions" ]; do
    retort upgrade +1
    retort downgrade -1
    retort upgrade +1
    step=$((step + 1))
done
retort downgrade base
retort upgrade head
[ "$(retort current)" = "$(retort heads)" ] || { echo "the database is not at the head" >&2; exit 1; }
echo "$environment: $revisions revisions up, down and up again"
