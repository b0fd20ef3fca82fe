#!/bin/bash
# ./portolan on machines that are made up: what it asks of apt, sudo and the build, in which order,
# and what the user reads. Every tool that could change this machine is replaced by one that notes
# its words in $calls. Called with the source directory.
# shellcheck disable=SC2016,SC2317  # the bodies of fakes; functions are called by name
set -u

source_directory=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
calls=$work/calls
failures=0

expect() { # WHAT COMMAND...
  local what=$1
  shift
  "$@" && return
  failures=$((failures + 1))
  printf '%s: not so: %s\n--- calls\n%s\n--- stdout\n%s\n--- stderr\n%s\n' "$scene" "$what" \
    "$(cat "$calls")" "$(cat "$work/stdout")" "$(cat "$work/stderr")"
}
said() { grep -qF -- "$1" "$work/stderr"; }
called() { grep -q -- "$1" "$calls"; }
not() { ! "$@"; }
status_is() { [ "$status" -eq "$1" ]; }
stdout_is() { [ "$(cat "$work/stdout")" = "$1" ]; }
before() { # PATTERN PATTERN: both were called, in this order
  local first second
  first=$(grep -n -m1 -- "$1" "$calls" | cut -d: -f1)
  second=$(grep -n -m1 -- "$2" "$calls" | cut -d: -f1)
  [ -n "$first" ] && [ -n "$second" ] && [ "$first" -lt "$second" ]
}

fake() { # NAME: the body comes from standard input
  {
    printf '#!/bin/bash\necho "%s $*" >>"%s"\n' "$1" "$calls"
    cat
  } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# A clone and a machine: installed packages in $work/installed, user id in $work/uid.
new_machine() {
  scene=$1
  rm -rf "${work:?}/bin" "${work:?}/clone"
  mkdir -p "$work/bin" "$work/clone/src" "$work/clone/po"
  : >"$calls"
  : >"$work/installed"
  echo 1000 >"$work/uid"
  cp -r "$source_directory/portolan" "$source_directory/packaging" "$work/clone/"
  touch "$work/clone/CMakeLists.txt" "$work/clone/src/main.cpp"
  local tool
  for tool in bash sh find grep readlink mkdir touch mv cat env flock nproc rm chmod; do
    ln -s "$(command -v $tool)" "$work/bin/$tool"
  done
  fake id <<<"cat '$work/uid'"
  fake chown </dev/null
  fake dpkg-query <<EOT
while read -r package; do echo "\$package installed"; done <'$work/installed'
EOT
  fake apt-get <<EOT
cat # what the user typed is the program's
for word; do [[ \$word == -* ]] || echo "\$word"; done >>'$work/installed'
EOT
  fake cmake <<EOT
cat
cd '$work/clone'
if [ "\$1" = --build ]; then
  printf '#!/bin/bash\necho "portolan \$*" >>"$calls"; echo "argv0 \$0"; cat; exit 7\n' >build/portolan
  chmod +x build/portolan
else
  touch build/build.ninja
  echo 'CMAKE_HOME_DIRECTORY:INTERNAL=$work/clone' >build/CMakeCache.txt
fi
echo noise
EOT
}
with_sudo() { fake sudo <<<'exec "$@"'; }
all_installed() {
  grep -v '^#' "$source_directory/packaging/packages.txt" | while read -r _ package _; do echo "$package"; done >"$work/installed"
}
start() {
  : >"$calls"
  PATH=$work/bin "$work/clone/portolan" "$@" <<<typed >"$work/stdout" 2>"$work/stderr"
  status=$?
}

new_machine 'fresh machine, ordinary user with sudo'
with_sudo
start scan localhost
expect 'packages are named with their reason' said 'cmake                configures the build'
expect 'packages of the tests are left alone' not said libgtest-dev
expect 'apt runs through sudo' called '^sudo env DEBIAN_FRONTEND=noninteractive apt-get .*install -y --no-install-recommends .*g++'
expect 'lists are brought up to date first' before 'apt-get .*update' 'apt-get .*install'
expect 'packages come before the build' before 'apt-get .*install' '^cmake'
expect 'configured, built, run' before '^cmake --fresh' '^cmake --build'
expect 'the program gets the words' called '^portolan scan localhost$'
expect 'its status is ours' status_is 7
expect 'standard output and input are the program'"'"'s alone' stdout_is "argv0 $work/clone/build/portolan
typed"

start scan -p 22 localhost
expect 'the second call runs nothing but the program' [ "$(cat "$calls")" = 'portolan scan -p 22 localhost' ]
expect 'and says nothing' [ ! -s "$work/stderr" ]

ln -s "$work/clone/portolan" "$work/bin/nmap"
: >"$calls"
PATH=$work/bin nmap -V </dev/null >"$work/stdout" 2>"$work/stderr"
expect 'a link to it runs the program' called '^portolan -V$'
cp "$(command -v bash)" "$work/clone/build/portolan" # a program that tells its name
PATH=$work/bin nmap -c 'echo "$0"' </dev/null >"$work/stdout" 2>"$work/stderr"
expect 'under the name of the link' stdout_is "$work/bin/nmap"

# A folder that looks like a clone, and whoever is in it.
hostile=$work/hostile
mkdir -p "$hostile/build" "$hostile/packaging" "$hostile/src" "$hostile/po"
touch "$hostile/CMakeLists.txt" "$hostile/packaging/packages.txt"
for bait in build/portolan packaging/packages.sh; do
  printf '#!/bin/sh\necho hostile\n' >"$hostile/$bait"
  chmod +x "$hostile/$bait"
done
touch -d '+1 minute' "$hostile/build/.built"
for name in portolan nmap; do # the clone's own, and a link to it
  (cd "$hostile" && PATH=$work/clone:$work/bin bash "$name" -c 'echo ours') </dev/null >"$work/stdout" 2>"$work/stderr"
  expect "bash $name runs nothing of the current folder" stdout_is ours
done
for script in check tools/fuzz; do
  expect "$script finds its folder wherever it is called from" not grep -q 'readlink.*"\$0"' "$source_directory/$script"
done

touch -d '+1 second' "$work/clone/src/main.cpp"
start scan localhost
expect 'a changed source is built' called '^cmake --build'
expect 'but not configured anew' not called '^cmake --fresh'
expect 'and no package is installed' not called apt-get

echo 'CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere' >"$work/clone/build/CMakeCache.txt"
rm "$work/clone/build/.built"
start scan localhost
expect 'a clone that was moved is configured anew' called '^cmake --fresh'

new_machine 'fresh machine, root'
echo 0 >"$work/uid"
start scan localhost
expect 'apt runs by itself' called '^apt-get .*install'
expect 'what was built belongs to the owner of the clone' called '^chown -R --reference'
expect 'the program runs' called '^portolan'

new_machine 'sudo is refused'
fake sudo <<<'echo "sudo: a password is required" >&2; exit 1'
start scan localhost
expect 'the line to run is printed' \
  grep -qxE '  apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends g\+\+ cmake .*ieee-data' "$work/stderr"
expect 'nothing is built' not called '^cmake'
expect 'it ends with status 2' status_is 2
expect 'nothing on standard output' stdout_is ''

new_machine 'no sudo'
start scan localhost
expect 'the line to run is printed' said '  apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install'
expect 'it ends with status 2' status_is 2

new_machine 'everything installed, the build fails'
all_installed
mv "$work/bin/cmake" "$work/bin/cmake.good"
fake cmake <<<'[ "$1" != --build ] || exit 1; touch '"'$work/clone/build/build.ninja'"
start scan localhost
expect 'nothing is installed' not called apt-get
expect 'the failure is said' said 'could not be built'
expect 'it ends with status 2' status_is 2
mv "$work/bin/cmake.good" "$work/bin/cmake"
start scan localhost
expect 'the next call builds it' called '^portolan scan localhost$'

[ $failures -eq 0 ] && echo 'the launcher behaves'
exit $((failures > 0))
