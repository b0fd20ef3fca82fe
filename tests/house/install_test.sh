#!/bin/bash
# What `cmake --install` puts where, and that the program runs from there with the data that was
# installed beside it. Called with the source and the build directory.
# shellcheck disable=SC2016  # expanded by the inner shell
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

cmake --install "$build_directory" --prefix "$work/first" >"$work/log" 2>&1 || {
  cat "$work/log"
  exit 1
}
# A prefix may be moved; nothing may remember where it was.
mv "$work/first" "$work/prefix"
for file in bin/portolan share/portolan/services share/portolan/descriptions \
  share/portolan/fingerprints/http_servers.xml share/man/man1/portolan.1 \
  share/bash-completion/completions/portolan share/locale/fr/LC_MESSAGES/portolan.mo share/doc/portolan/LICENSE \
  share/doc/portolan/README.md; do
  [ -s "$work/prefix/$file" ] || complain "$file is not installed, or empty"
done

# A link that leads nowhere: "docs/a.md links to b.md". As house_test looks at those of the source tree.
dead_links() {
  find . -name '*.md' | while read -r document; do
    grep -oE '\]\([^)#: ]+[)#]' "$document" | sed 's/^](//; s/.$//' | while read -r target; do
      [ -e "$(dirname "$document")/$target" ] || echo "${document#./} links to $target"
    done
  done
}
documents=$work/prefix/share/doc/portolan
dead=$(cd "$documents" && dead_links)
[ -z "$dead" ] || complain "installed documents have dead links: $dead"
# What would not be seen would not be complained of either.
mkdir "$work/broken" && echo 'see [b](no-such-file.md), [c](d.md) and [e](https://a.b/c)' >"$work/broken/d.md"
[ "$(cd "$work/broken" && dead_links)" = 'd.md links to no-such-file.md' ] || complain 'dead links are not found'

# Both are what the program says about itself.
grep -q '^\.TH PORTOLAN 1 ' "$work/prefix/share/man/man1/portolan.1" || complain 'the manual page is none'
bash -c '. "$1" && complete -p portolan' bash "$work/prefix/share/bash-completion/completions/portolan" \
  >/dev/null 2>&1 || complain 'the completion does not complete portolan'

# Names of ports come from the data. In a network of its own (only its loopback is asked), and with an
# empty folder in the place of the source tree's data, so that it cannot be used by mistake.
scan='ip link set lo up && exec "$0" scan -n -sT -Pn -p 1,ssh 127.0.0.1'
if unshare --map-root-user --mount --net true 2>/dev/null; then
  unshare --map-root-user --mount --net sh -c 'mount -t tmpfs none "$1/data" && '"$scan" \
    "$work/prefix/bin/portolan" "$source_directory" >"$work/out" 2>&1 || complain "the installed program fails"
  grep -q '^1/tcp  *closed  *tcpmux' "$work/out" || complain 'the installed program does not find its data'
  grep -q '^22/tcp' "$work/out" || complain 'the installed program does not know ssh'
  # The same of texts in other languages, which the build tree has too.
  unshare --map-root-user --mount sh -c 'mount -t tmpfs none "$1/locale" && LC_ALL=fr_FR.UTF-8 exec "$0" help' \
    "$work/prefix/bin/portolan" "$build_directory" >"$work/french" 2>&1 || complain "the installed program fails in French"
  grep -q '^utilisation' "$work/french" || complain 'the installed program does not find its French'
  ((failures == 0)) || cat "$work/out" "$work/french"
else
  echo 'no namespaces here: the installed program was not run without the source tree'
  ((failures)) || exit 77
fi
exit $((failures > 0))
