#!/bin/bash
# tools/new-probe, new-format, new-source and new-reader in a copy of the tree: what they make compiles where it was put, together
# with the registry that now names it. Called with the source and the build directory.
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

cp -r "$source_directory"/{src,tests,tools} "$work/"
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build_directory/CMakeCache.txt")

compiles() { # FILE
  "$compiler" -std=c++23 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I"$work/src" -I"$work" \
    -I"$build_directory/generated" "$work/$1" || complain "$1 does not compile"
}

makes() { # TOOL NAME REGISTRY FILE...
  local tool=$1 name=$2 registry=$3 file
  shift 3
  "$work/tools/$tool" "$name" >"$work/said" || complain "$tool $name fails"
  grep -q "&${name//-/_}" "$work/$registry" || complain "$tool adds no line to $registry"
  for file in "$@"; do
    grep -qxF "made $file" "$work/said" || complain "$tool does not say that it made $file"
    ! grep -qiE 'new[-_]?(probe|report|source|reader)' "$work/$file" || complain "$file keeps the name of its template"
    compiles "$file"
  done
  # A header is compiled with what includes it: the new source.
  [[ $registry != *.cpp ]] || compiles "$registry"
  ! "$work/tools/$tool" "$name" >/dev/null 2>"$work/said" || complain "$tool makes $name a second time"
  grep -q 'is there already' "$work/said" || complain "$tool does not say why it makes nothing"
  ! "$work/tools/$tool" 'Not A Name' >/dev/null 2>&1 || complain "$tool takes any name"
}

makes new-probe tcp-window2 src/probe/registry.h src/probe/tcp_window2.cpp tests/probe/tcp_window2_test.cpp
makes new-format bare-lines src/report/scan/registry.h src/report/scan/bare_lines.cpp tests/report/bare_lines_test.cpp
makes new-source smc src/sockets/sources/sources.cpp src/sockets/sources/smc.cpp tests/sockets/smc_test.cpp
makes new-reader acap src/identify/registry.h src/identify/readers/greeting/acap.cpp tests/identify/acap_test.cpp

exit $((failures > 0))
