#!/bin/bash
# ./check with made-up tools: that its last line counts what its steps found, and that its status says
# whether anything failed. Called with the source directory.
# shellcheck disable=SC2016,SC2317  # the bodies of fakes; functions are called by name
set -u

source_directory=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

expect() { # WHAT COMMAND...
  local what=$1
  shift
  "$@" && return
  failures=$((failures + 1))
  printf '%s: not so: %s\n--- output\n%s\n' "$scene" "$what" "$(cat "$work/out")"
}
not() { ! "$@"; }
last_line_is() { [ "$(tail -n 1 "$work/out")" = "$1" ]; }
said() { grep -qF -- "$1" "$work/out"; }

fake() { # NAME: the body comes from standard input
  { echo '#!/bin/bash' && cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

new_clone() {
  scene=$1
  rm -rf "${work:?}/bin" "${work:?}/clone"
  mkdir -p "$work/bin" "$work/clone"/{src,tests,fuzz,tools}
  cp -r "$source_directory"/{check,portolan,packaging,.ci} "$work/clone/"
  touch "$work/clone/src/main.cpp" "$work/clone/fuzz/names_fuzz.cpp" "$work/clone/fuzz/packets_fuzz.cpp"
  for tool in cmake clang-format-19 shellcheck; do fake $tool </dev/null; done
  grep -v '^#' "$source_directory/packaging/packages.txt" | while read -r _ package _; do
    echo "echo $package installed"
  done | fake dpkg-query
  fake apt-get <<<'for package; do :; done; echo "$*" >>"$PACKAGE_CALLS"; touch "$package.deb"'
  fake dpkg <<<'echo "dpkg $1 $3" >>"$PACKAGE_CALLS"'
  rm -rf "$work/servers" "$work/package-calls"
  cp "$source_directory/tools/test-results" "$work/clone/tools/"
  # In every step a script passes, and a suite has two tests that pass, one that is skipped and $FAKE_FAILURES that fail.
  fake ctest <<'EOT'
while [ "$1" != --test-dir ]; do shift; done
results=$2/test-results
while [ "$1" != --output-junit ]; do shift; done
[ -z "${FAKE_CRASH:-}${FAKE_FAILURES:-}" ] && status=run || status=fail
printf '<testsuite><testcase name="house.script" status="run"/><testcase name="net.Port" status="%s"/></testsuite>\n' \
  $status >"$2"
mkdir -p "$results"
if [ "${FAKE_CRASH:-}" != early ]; then
  {
    echo '<testsuites><testsuite name="Port">'
    printf '<testcase name="%s" classname="Port" status="run"/>\n' One Two
    echo '<testcase name="Three" classname="Port" status="run" result="skipped"><skipped message="/a/port_test.cpp:7&#x0A;no,&#x0A;really"/></testcase>'
    for ((i = 0; i < ${FAKE_FAILURES:-0}; ++i)); do
      echo "<testcase name='Bad$i' classname='Port' status='run'><failure message='no'/></testcase>"
    done
    echo '</testsuite></testsuites>'
  } >"$results/net.Port.xml"
fi
[ $status = run ]
EOT
  for tool in tidy fuzz; do
    echo '#!/bin/sh' >"$work/clone/tools/$tool"
    chmod +x "$work/clone/tools/$tool"
  done
}
start() {
  PATH=$work/bin:$PATH PORTOLAN_SERVERS=$work/servers PACKAGE_CALLS=$work/package-calls "$work/clone/.ci/run" >"$work/out" 2>&1 </dev/null
  status=$?
}

# Layout, scripts, clang-tidy and two fuzz targets are a test each; three steps have four.
new_clone 'all is well'
start
expect 'everything is counted' last_line_is '14 passed, 0 failed, 3 skipped'
expect 'what brings a service is only unpacked' grep -q -- "download snmpd$" "$work/package-calls"
expect 'into a folder of its own' grep -qx -- "dpkg -x $work/servers" "$work/package-calls"
expect 'and nothing is installed' not grep -q install "$work/package-calls"
rm "$work/package-calls"
start
expect 'that is done once' [ ! -e "$work/package-calls" ]
expect 'why a test was skipped is said' said 'skipped: Port.Three (no, really)'
expect 'it ends with status 0' [ $status -eq 0 ]

new_clone 'tests fail'
FAKE_FAILURES=2 start
expect 'they are counted' last_line_is '14 passed, 6 failed, 3 skipped'
expect 'they are named' said 'failed: Port.Bad1'
expect 'it ends with status 1' [ $status -eq 1 ]

new_clone 'a suite crashes before it has counted anything'
FAKE_CRASH=early start
expect 'that is a failure a step' last_line_is '8 passed, 3 failed'
expect 'it is named' said 'failed: net.Port'
expect 'it ends with status 1' [ $status -eq 1 ]

new_clone 'a suite crashes when all its tests have passed'
FAKE_CRASH=late start
expect 'that is a failure more a step' last_line_is '14 passed, 3 failed, 3 skipped'
expect 'it is named' said 'failed: net.Port, the process'
expect 'it ends with status 1' [ $status -eq 1 ]

new_clone 'the test runner breaks'
fake ctest <<<'exit 8'
start
expect 'that is a failure a step' last_line_is '5 passed, 3 failed'
expect 'it ends with status 1' [ $status -eq 1 ]

new_clone 'a lint and a fuzz target fail'
fake clang-format-19 <<<'echo "main.cpp: badly laid out"; exit 1'
echo 'echo "found an input: $2"; [ "$2" != names ]' >>"$work/clone/tools/fuzz"
start
expect 'both are counted' last_line_is '12 passed, 2 failed, 3 skipped'
expect 'the reason of the one is shown' said 'main.cpp: badly laid out'
expect 'the reason of the other is shown' said 'found an input: names'
expect 'it ends with status 1' [ $status -eq 1 ]

new_clone 'there is no time for clang-tidy to look at everything'
cat >>"$work/clone/tools/tidy" <<'EOT'
echo "$*" >>"$TIDY_CALLS"
case $* in *--seconds*) echo 'clang-tidy: 1 files looked at, 2 left' && echo 'not looked at: a.cpp' && exit 3 ;; esac
EOT
TIDY_CALLS=$work/tidy-calls CI='' start
expect 'it is skipped in part' last_line_is '13 passed, 0 failed, 4 skipped'
expect 'that is said' said 'skipped in part: clang-tidy: 1 files looked at, 2 left'
TIDY_CALLS=$work/tidy-calls CI=true start
expect 'under CI=true it takes the time' last_line_is '14 passed, 0 failed, 3 skipped'

new_clone 'a build fails'
fake cmake <<<'[[ "$*" != "--build build/asan"* ]] || { echo "main.cpp:1: no"; exit 1; }'
start
expect 'what needs it is left out, the rest is run' last_line_is '8 passed, 1 failed, 2 skipped'
expect 'the reason is shown' said 'main.cpp:1: no'
expect 'it ends with status 1' [ $status -eq 1 ]

new_clone 'packages cannot be unpacked'
fake apt-get <<<'exit 100'
start
expect 'what comes of that is said' said 'the tests with these servers will be skipped'
expect 'everything else is run' last_line_is '14 passed, 0 failed, 3 skipped'

new_clone 'packages cannot be installed'
fake dpkg-query <<<'exit 1'
for tool in apt-get sudo; do fake $tool <<<'exit 1'; done
start
expect 'the line to run is printed' said 'DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends g++'
expect 'that is a failure' last_line_is '0 passed, 1 failed'
expect 'it ends with status 1' [ $status -eq 1 ]

[ $failures -eq 0 ] && echo 'the check behaves'
exit $((failures > 0))
