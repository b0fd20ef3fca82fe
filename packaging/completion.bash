# Completion for bash, made by `portolan help --completion`.
_portolan() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words= files=
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "scan help version nmap" -- "$current")
    return
  fi
  case ${COMP_WORDS[1]} in
    scan) words="-iL -i --exclude --excludefile -4 -6 --resolve-all -sL -sn -sP -Pn -P0 -PN -PD -PS -PA -PE -PP --disable-arp-ping -sS -sT -p -F --top-ports --exclude-ports -r -n -R --dns-servers --system-dns -T --timing --min-rate --max-rate --max-retries --host-timeout --initial-rtt-timeout --min-rtt-timeout --max-rtt-timeout --scan-delay -oN -oX -oG -oJ -oA --append-output --reason --open -v --verbose -d --debug --stats-every --stylesheet --webxml --no-stylesheet -e --privileged --unprivileged --seed --noninteractive -V --version -h --help"; files="-iL|-i|--excludefile|-oN|-oX|-oG|-oJ|-oA" ;;
  esac
  if [[ -n $files && "|$files|" == *"|$previous|"* ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -A hostname -- "$current")
  fi
}
complete -F _portolan portolan
