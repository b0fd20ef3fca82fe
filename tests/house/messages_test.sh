#!/bin/bash
# Everything that the program says to people has its translation, with the same places to fill in. Called with the source
# and the build directory.
set -u

source_directory=$1
build_directory=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
complain() {
  failures=$((failures + 1))
  echo "$1"
}

check() { "$source_directory/tools/messages" --check --po "$1" "$build_directory/portolan" 2>&1; }

check "$source_directory/po" || complain 'texts and translations differ'

# What would not be seen would not be complained of either: each fault in a copy, and the words that name it.
# expect WORDS SCRIPT: SCRIPT of sed puts the fault into the catalogue.
expect() {
  rm -rf "$work/po" && cp -r "$source_directory/po" "$work/po"
  sed -i "$2" "$work/po/${3:-fr.po}"
  ! cmp -s "$work/po/${3:-fr.po}" "$source_directory/po/${3:-fr.po}" || complain "nothing was changed by: $2"
  local said
  said=$(check "$work/po") && complain "not seen: $1"
  grep -qF -- "$1" <<<"$said" || complain "'$1' is not said, but: $said"
  grep -qF 'run tools/messages' <<<"$said" || complain 'the command that mends it is not named'
}
expect 'not translated: Commands:' '/^msgid "Commands:"/{n;s/".*"/""/}'
expect "other places than ['{}']: usage: {}" '/^msgid "usage: {}"/{n;s/{}//}'
# shellcheck disable=SC2016  # those are no commands
expect 'other options than' '/^msgid "`portolan help <command>`/{n;s/--help/--aide/}'
expect 'marked as fuzzy: Commands:' 's/^msgid "Commands:"/#, fuzzy\n&/'
expect 'missing: Commands:' '/^msgid "Commands:"/,/^$/d'
expect 'no longer said: Commands of old' 's/^msgid "Commands:"/msgid "Commands of old"/'
expect 'no longer said: Commands:' '/^msgid "Commands:"/,/^$/s/^msg/#~ &/'
expect 'portolan.pot is not what the program says' 's/^msgid "Commands:"/msgid "Commands of old"/' portolan.pot

exit $((failures > 0))
