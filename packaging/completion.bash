# Completion for bash, made by `portolan help --completion`.
_portolan() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words= files=
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "scan sockets who services ports netstat help version nmap" -- "$current")
    return
  fi
  case ${COMP_WORDS[1]} in
    scan) words="-iL -i --exclude --excludefile -4 -6 --resolve-all -sL -sn -sP -Pn -P0 -PN -PD -PS -PA -PE -PP --disable-arp-ping -sS -sT -p -F --top-ports --exclude-ports -r -n -R --dns-servers --system-dns -T --timing --min-rate --max-rate --max-retries --host-timeout --initial-rtt-timeout --min-rtt-timeout --max-rtt-timeout --scan-delay -oN -oX -oG -oJ -oA --append-output --reason --open -v --verbose -d --debug --stats-every --stylesheet --webxml --no-stylesheet -e --privileged --unprivileged --seed --noninteractive -V --version -h --help"; files="-iL|-i|--excludefile|-oN|-oX|-oG|-oJ|-oA" ;;
    sockets) words="-l --listening --connected -a --all -t --tcp -u --udp -x --unix -w --raw -S --sctp -d --dccp -M --mptcp -U --udplite -0 --packet --netlink --vsock -A --query --socket -4 --ipv4 -6 --ipv6 -f --family -F --filter -p --processes --no-owners -e --extended -i --tcp-info --info -m --memory -o --timers --options --columns --sort -r --resolve -n --numeric -s --summary --json --csv -W --wide -H --no-header -N --net --all-namespaces --watch -E --events --owner-method -h --help -V --version"; files="-F|--filter" ;;
    who) words="--json -h --help -V --version"; files="" ;;
    services) words="--json -W --wide -h --help -V --version"; files="" ;;
    ports) words="-t --tcp -u --udp --sctp --json -W --wide -h --help -V --version"; files="" ;;
    netstat) words="-r --route -i --interfaces -g --groups -s --statistics -M --masquerade -a --all -l --listening -t --tcp -u --udp -U --udplite -S --sctp -w --raw -x --unix -4 --inet --ip --tcpip -6 --inet6 -A --protocol -p --programs -e --extend -o --timers -W --wide -v --verbose -n --numeric --numeric-hosts --numeric-ports --numeric-users -F --fib -C --cache -c --continuous -h --help -? -V --version"; files="" ;;
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
