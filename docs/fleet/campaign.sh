#!/bin/sh
# What multi-gitter runs in each repository, in a clone at its top:
#
#     multi-gitter run ./campaign.sh --config campaign.yaml
#
# CAMPAIGN says what: update (the default), modernize or retrofit. Exit code 0 and changed files
# become a pull request, 0 without changes none; any other code leaves the repository out, so
# conflict markers never get into one.
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
