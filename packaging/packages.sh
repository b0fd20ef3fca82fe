# shellcheck shell=bash
# Installs missing Debian packages, or unpacks them; sourced by ./portolan and ./check. Everything is said on
# standard error, because standard output belongs to the program.

# need_packages LIST PURPOSE...: makes sure that every package of these purposes is installed.
# Status 1, with the line to run, where it cannot be done.
need_packages() {
  local list=$1 missing=() names=()
  shift
  if ! command -v dpkg-query >/dev/null; then
    echo "portolan: this is no Debian: install what the packages of $list stand for, if the build fails" >&2
    return 0
  fi
  mapfile -t missing < <(missing_packages "$list" "$@")
  ((${#missing[@]})) || return 0

  echo 'portolan: these Debian packages are needed and missing:' >&2
  printf '  %s\n' "${missing[@]}" >&2
  names=("${missing[@]%% *}")
  local install="DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${names[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say_line "there is no sudo to install them with" "$install"
      return 1
    fi
    as_root=(sudo)
    echo 'portolan: installing them with sudo apt-get, which may ask for your password' >&2
  else
    echo 'portolan: installing them with apt-get' >&2
  fi
  # A failed update is not the end: the lists that are there may do.
  "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null >&2 || true
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
    install -y --no-install-recommends "${names[@]}" </dev/null >&2; then
    say_line "installing them failed" "$install"
    return 1
  fi
}

# Where unpack_packages puts files, and the lab looks for them.
unpacked_folder() {
  echo "${PORTOLAN_SERVERS:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/portolan/servers}"
}

# unpack_packages LIST PURPOSE: makes sure that the files of every package of this purpose are in the folder above.
# They are not installed, so nothing that they bring is set up or started, and nobody needs to be root. Status 1 where
# a package cannot be had.
unpack_packages() {
  local list=$1 purpose=$2 folder package why work status=0
  command -v dpkg-query >/dev/null || return 0
  folder=$(unpacked_folder)
  while read -r package why; do
    [ ! -e "$folder/.unpacked/$package" ] || continue
    echo "portolan: unpacking the Debian package $package, $why, into $folder" >&2
    work=$(mktemp -d) && mkdir -p "$folder/.unpacked" &&
      (cd "$work" && download "$package" && dpkg -x ./*.deb "$folder") &&
      touch "$folder/.unpacked/$package" || status=1
    rm -rf "$work"
  done < <(sed -n "s/^$purpose  *//p" "$list")
  return $status
}

# The package's file into the current folder; the lists that are there may name one that is no more.
download() {
  local get=(apt-get -q -o APT::Sandbox::User=root download "$1")
  "${get[@]}" </dev/null >&2 ||
    { [ "$(id -u)" -eq 0 ] && apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null >&2 && "${get[@]}" </dev/null >&2; }
}

say_line() {
  echo "portolan: $1. Run this line as root, then try again:" >&2
  echo "  apt-get update; $2" >&2
}

# One line for each missing package: its name, padded, and what it is for.
missing_packages() {
  local list=$1 purpose package why wanted=() installed
  shift
  while read -r purpose package why; do
    [[ " $* " == *" $purpose "* ]] && wanted+=("$package")
  done < <(grep -v '^#' "$list")
  # ${Status} of a removed package that left its configuration is not "installed".
  # shellcheck disable=SC2016  # dpkg-query fills the fields in
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null)
  while read -r purpose package why; do
    [[ " $* " == *" $purpose "* ]] || continue
    [[ $'\n'$installed$'\n' == *$'\n'"$package installed"$'\n'* ]] || printf '%-20s %s\n' "$package" "$why"
  done < <(grep -v '^#' "$list")
}
