#!/bin/sh
# The script that multi-gitter runs at the top of a clone of each repository:
#
#     multi-gitter run ./campaign.sh --config campaign.yaml
#
# CAMPAIGN selects the command: update (the default), modernize or retrofit. With exit code 0,
# changed files become a pull request; any other code skips the repository, so conflict markers never
# reach a pull request.
case "${CAMPAIGN:-update}" in
update) drydock update --defaults ;;
modernize) drydock modernize ;;
retrofit) drydock retrofit --defaults --no-commit ;;
*)
    echo "CAMPAIGN=$CAMPAIGN: expected update, modernize or retrofit" >&2
    exit 2
    ;;
esac
code=$?
if [ "$code" -eq 1 ]; then
    echo "${REPOSITORY:-$PWD}: conflicts: run drydock ${CAMPAIGN:-update} in a checkout" >&2
fi
exit "$code"
