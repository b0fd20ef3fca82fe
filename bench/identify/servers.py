"""The servers, and what is true of them. One entry a server; a new one needs nothing else.

Truth comes from the packages, never from what a scanner says: the product is what the package's authors call it, the version
is Debian's without what Debian added. Whether it can be seen was found by reading what the servers send."""

import zlib
from dataclasses import dataclass

FIRST_MUTE = 47001


@dataclass
class Server:
    name: str
    packages: tuple  # Debian's; the version is that of the first
    service: str  # names that are right, as IANA or the protocol's authors have them, with | between
    product: str  # a regular expression, in any case, for the names that are right
    start: str  # a line for the shell, in $D, where @PORT@ is $PORT; the process must stay
    conf: str = ""  # becomes $D/conf
    tells: str = "pv"  # what it lets be seen, beside the service: p the product, v the version
    # A regular expression for the part of the version that is shown; "" where what is shown is that of something else.
    version: str = "(.*)"
    tls: bool = False
    root: bool = False  # it will not run as anybody else

    @property
    def port(self):
        """One that is nobody's, and always the same."""
        return 20011 + zlib.crc32(self.name.encode()) % 26000


DOVECOT = """protocols = @WHAT@
base_dir = /run/lab/d
state_dir = /tmp
listen = 0.0.0.0
ssl = no
log_path = /dev/stderr
default_internal_user = lab
passdb {
  driver = static
  args = nopassword=y
}
default_internal_group = lab
default_login_user = lab
service anvil {
  chroot =
}
service @WHAT@-login {
  chroot =
  inet_listener @WHAT@ {
    port = @PORT@
  }
  inet_listener @WHAT@s {
    port = 0
  }
}
"""

SERVERS = [
    Server("nginx", ("nginx",), "http", "nginx", "exec nginx -c $D/conf -e stderr",
           "daemon off; pid /run/lab/pid; events {} http { access_log off; "
           "client_body_temp_path /tmp/1; proxy_temp_path /tmp/2; fastcgi_temp_path /tmp/3; uwsgi_temp_path /tmp/4; "
           "scgi_temp_path /tmp/5; server { listen @PORT@; root /usr/share/nginx/html; } }"),
    Server("apache2", ("apache2-bin",), "http", "apache", "mkdir logs; exec apache2 -DFOREGROUND -f $D/conf",
           "ServerRoot /run/lab\nServerName box\nListen 0.0.0.0:@PORT@\nPidFile /run/lab/pid\nErrorLog /dev/stderr\n"
           "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n"
           "LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\nDocumentRoot /tmp\n"),
    Server("lighttpd", ("lighttpd",), "http", "lighttpd", "exec lighttpd -D -f $D/conf",
           'server.document-root = "/tmp"\nserver.port = @PORT@\n'),
    Server("openssh", ("openssh-server",), "ssh", "openssh",
           "ssh-keygen -q -t ed25519 -N '' -f key; exec /usr/sbin/sshd -D -e -f $D/conf",
           "Port @PORT@\nHostKey /run/lab/key\nPidFile none\nUsePAM no\nStrictModes no\nMaxStartups 2000\n"
           "PerSourceMaxStartups none\n"),
    Server("dropbear", ("dropbear-bin",), "ssh", "dropbear",
           "dropbearkey -t ed25519 -f key >/dev/null; exec dropbear -F -E -r key -p 0.0.0.0:$PORT -P $D/pid"),
    Server("redis", ("redis-server",), "redis", "redis", "exec redis-server --port $PORT --protected-mode no --save ''"),
    Server("memcached", ("memcached",), "memcached", "memcached", "exec memcached -l 0.0.0.0 -p $PORT -U 0 -m 8 -t 1"),
    Server("vsftpd", ("vsftpd",), "ftp", "vsftpd", "exec vsftpd $D/conf",
           "listen=YES\nlisten_port=@PORT@\nbackground=NO\nrun_as_launching_user=YES\nanonymous_enable=NO\nlocal_enable=YES\n"
           "secure_chroot_dir=/tmp\nseccomp_sandbox=NO\n"),
    Server("openssl", ("openssl",), "http", "openssl", "openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert "
           "-subj /CN=box.example.net 2>/dev/null; exec openssl s_server -quiet -www -key key -cert cert -accept $PORT",
           tells="", tls=True),
    Server("dnsmasq", ("dnsmasq-base",), "domain", "dnsmasq",
           "exec dnsmasq --keep-in-foreground --conf-file=$D/conf --port=$PORT",
           "user=lab\ngroup=lab\nno-resolv\nno-hosts\npid-file\n"),
    Server("python", ("python3-minimal",), "http", "SimpleHTTP|python", "exec python3 -m http.server $PORT", tells="p", version=""),
    Server("aiosmtpd", ("python3-aiosmtpd",), "smtp", "aiosmtpd|python smtp",
           "exec python3 -m aiosmtpd -n -l 0.0.0.0:$PORT"),
    Server("pyftpdlib", ("python3-pyftpdlib",), "ftp", "pyftpdlib", "exec python3 -m pyftpdlib -i 0.0.0.0 -p $PORT"),
    Server("gophernicus", ("gophernicus", "socat"), "gopher", "gophernicus",
           "mkdir g; exec socat TCP-LISTEN:$PORT,fork,reuseaddr EXEC:'/usr/sbin/gophernicus -r /run/lab/g -h box'"),
    Server("dovecot-imap", ("dovecot-imapd",), "imap", "dovecot", "exec dovecot -F -c $D/conf",
           DOVECOT.replace("@WHAT@", "imap"), tells="p"),
    Server("dovecot-pop3", ("dovecot-pop3d",), "pop3", "dovecot", "exec dovecot -F -c $D/conf",
           DOVECOT.replace("@WHAT@", "pop3"), tells="p"),
    Server("mariadb", ("mariadb-server-core",), "mysql", "mariadb",
           "mkdir d; exec mariadbd --no-defaults --datadir=$D/d --socket=$D/s --port=$PORT --skip-grant-tables "
           "--skip-networking=0 --bind-address=0.0.0.0 --lc-messages-dir=/usr/share/mysql"),
    Server("postgresql", ("postgresql-15",), "postgresql", "postgresql",
           "P=/usr/lib/postgresql/15/bin; $P/initdb -D d --no-sync -A trust >/dev/null; "
           "exec $P/postgres -D d -p $PORT -k /tmp -c listen_addresses=0.0.0.0", version=r"(\d+)"),
    Server("mosquitto", ("mosquitto",), "mqtt", "mosquitto", "exec mosquitto -c $D/conf",
           "listener @PORT@ 0.0.0.0\nallow_anonymous true\n"),
    Server("proftpd", ("proftpd-core",), "ftp", "proftpd", "mkdir r; exec proftpd -n -c $D/conf",
           "ServerType standalone\nPort @PORT@\nUser lab\nGroup lab\nModulePath /usr/lib/proftpd\nPidFile /run/lab/pid\n"
           "ScoreboardFile /run/lab/r/score\nDelayEngine off\nWtmpLog off\nTransferLog none\nUseIPv6 off\n", tells="p"),
    Server("pure-ftpd", ("pure-ftpd",), "ftp", "pure-ftpd", "exec pure-ftpd -S 0.0.0.0,$PORT -g $D/pid", tells="p",
           root=True),
    Server("squid", ("squid",), "http-proxy|http", "squid", "exec squid -N -f $D/conf",
           "http_port @PORT@\npid_filename none\ncache_log /dev/null\naccess_log none\ncache_store_log none\n"
           "cache_mem 8 MB\nnetdb_filename none\nvisible_hostname box\npinger_enable off\ncoredump_dir /run/lab\n"
           "shutdown_lifetime 0\n"),
    Server("tinyproxy", ("tinyproxy",), "http-proxy|http", "tinyproxy", "exec tinyproxy -d -c $D/conf",
           "Port @PORT@\nListen 0.0.0.0\nTimeout 60\nMaxClients 200\n"),
    Server("haproxy", ("haproxy",), "http|http-proxy", "haproxy", "exec haproxy -db -f $D/conf",
           "defaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s\nfrontend f\n"
           " bind 0.0.0.0:@PORT@\n default_backend b\nbackend b\n server s 127.0.0.1:1\n", tells=""),
    Server("unbound", ("unbound",), "domain", "unbound", "exec unbound -d -c $D/conf",
           "server:\n interface: 0.0.0.0@@PORT@\n access-control: 0.0.0.0/0 allow\n username: \"\"\n chroot: \"\"\n"
           " pidfile: \"\"\n use-syslog: no\n directory: /run/lab\n incoming-num-tcp: 100\n"
           " local-zone: \"lab.\" static\n"),
    Server("bind9", ("bind9",), "domain", "bind", "exec named -f -c $D/conf",
           'options { directory "/run/lab"; listen-on port @PORT@ { any; }; listen-on-v6 { none; }; pid-file none; '
           "session-keyfile none; recursion no; dnssec-validation no; managed-keys-directory \"/run/lab\"; };\n"
           "controls { };\n"),
    Server("knot", ("knot",), "domain", "knot", "exec knotd -c $D/conf",
           "server:\n  listen: 0.0.0.0@@PORT@\n  rundir: /run/lab\n  identity: box\n  user: lab\n"
           "database:\n  storage: /run/lab\ncontrol:\n  listen: /run/lab/ctl\n"),
    Server("nsd", ("nsd",), "domain", "nsd", "exec nsd -d -c $D/conf",
           "server:\n ip-address: 0.0.0.0@@PORT@\n username: \"\"\n chroot: \"\"\n pidfile: \"\"\n zonesdir: /run/lab\n"
           " database: \"\"\n xfrdfile: /run/lab/x\n xfrdir: /tmp\n zonelistfile: /run/lab/z\n"
           "remote-control:\n control-enable: no\n"),
    Server("pdns-recursor", ("pdns-recursor",), "domain", "powerdns",
           "exec pdns_recursor --config-dir=$D --socket-dir=$D --local-address=0.0.0.0 --local-port=$PORT --daemon=no "
           "--disable-syslog --write-pid=no --allow-from=0.0.0.0/0 --security-poll-suffix= --max-tcp-per-client=0 "
           "--hint-file=no"),
    Server("caddy", ("caddy",), "http", "caddy", "exec caddy file-server --listen 0.0.0.0:$PORT --root /tmp", tells="p"),
    Server("rpcbind", ("rpcbind",), "rpcbind|sunrpc|portmapper", "rpcbind", "sed -i \"s,111/,$PORT/,\" /etc/services; exec rpcbind -f", tells="", version="", root=True),
    Server("slapd", ("slapd",), "ldap", "openldap", "mkdir d; exec slapd -d 0 -f $D/conf -h ldap://0.0.0.0:$PORT/",
           "include /etc/ldap/schema/core.schema\npidfile /run/lab/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
           "database mdb\nsuffix dc=example,dc=net\ndirectory /run/lab/d\n", tells="p"),
    Server("cups", ("cups-daemon",), "ipp|http", "cups", "mkdir s l c t; exec cupsd -f -c $D/conf -s $D/files",
           "Listen 0.0.0.0:@PORT@\nServerAlias *\nWebInterface Yes\nBrowsing Off\n<Location />\n Order allow,deny\n"
           " Allow all\n</Location>\n", tells="p"),
    Server("samba", ("samba",), "microsoft-ds|netbios-ssn", "samba",
           "mkdir p l c r; smbd -F --debug-stdout -s $D/conf & wait",
           "[global]\n smb ports = @PORT@\n private dir = /run/lab/p\n lock directory = /run/lab/l\n"
           " cache directory = /run/lab/c\n state directory = /run/lab/c\n pid directory = /run/lab/r\n"
           " ncalrpc dir = /run/lab/r\n disable netbios = yes\n load printers = no\n guest account = root\n"
           " map to guest = bad user\n", tells="p", root=True),
    Server("stunnel", ("stunnel4",), "http", "SimpleHTTP|python",
           "openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -subj /CN=box.example.net 2>/dev/null; "
           "cat key cert >pem; python3 -m http.server -b 127.0.0.1 19998 & exec stunnel4 $D/conf",
           "foreground = yes\npid =\n[s]\naccept = 0.0.0.0:@PORT@\nconnect = 127.0.0.1:19998\ncert = /run/lab/pem\n",
           tells="p", version="", tls=True),
    Server("rsync", ("rsync",), "rsync", "rsync", "exec rsync --daemon --no-detach --port=$PORT --config=$D/conf",
           "use chroot = no\nlisten backlog = 1024\n[m]\n path = /tmp\n", tells=""),
    Server("git", ("git",), "git", "git", "exec git daemon --port=$PORT --base-path=/tmp --reuseaddr", tells=""),
    Server("svnserve", ("subversion",), "svn|svnserve", "subversion|svnserve",
           "exec svnserve -d --foreground -r /tmp --listen-port $PORT", tells=""),
    Server("tor", ("tor",), "socks5|socks|tor-socks", "tor", "exec tor -f $D/conf",
           "SocksPort 0.0.0.0:@PORT@\nDataDirectory /run/lab/t\nDisableNetwork 0\nLog err stderr\n", tells=""),
    Server("tor-control", ("tor",), "tor-control", "tor", "exec tor -f $D/conf",
           "SocksPort 0\nControlPort 0.0.0.0:@PORT@\nCookieAuthentication 1\nDataDirectory /run/lab/t\n"
           "DisableNetwork 1\nLog err stderr\n"),
    Server("exim", ("exim4-daemon-light",), "smtp", "exim", "exec exim4 -bdf -C $D/conf -oX 0.0.0.0:$PORT",
           "log_file_path = /tmp/%s\nspool_directory = /tmp\nprimary_hostname = box.example.net\nexim_user = root\n"
           "exim_group = root\nnever_users =\nhost_lookup =\nrfc1413_query_timeout = 0s\n", root=True),
    Server("postfix", ("postfix",), "smtp", "postfix",
           "mkdir q d; mkdir -p /etc/postfix; mv conf /etc/postfix/main.cf; chown postfix d; "
           "echo \"$PORT inet n - n - - smtpd\" >/etc/postfix/master.cf; "
           "for s in rewrite:trivial-rewrite anvil:anvil; do "
           "echo \"${s%:*} unix - - n - - ${s#*:}\" >>/etc/postfix/master.cf; done; "
           "cd q; "
           "mkdir -p pid active incoming deferred defer bounce hold corrupt saved flush trace maildrop public private; "
           "chown postfix active incoming deferred defer bounce hold corrupt saved flush trace maildrop public private; "
           "exec /usr/lib/postfix/sbin/master -d -c /etc/postfix",
           "compatibility_level = 3.6\nmyhostname = box.example.net\nqueue_directory = /run/lab/q\n"
           "data_directory = /run/lab/d\nmaillog_file = /dev/stdout\nmaillog_file_prefixes = /dev\nalias_maps =\n"
           "alias_database =\nlocal_recipient_maps =\nsmtpd_client_connection_count_limit = 0\n", tells="p", root=True),
    Server("sendmail", ("sendmail-bin",), "smtp", "sendmail",
           "mkdir q; exec /usr/libexec/sendmail/sendmail -bD -C$D/conf -OQueueDirectory=$D/q -ODaemonPortOptions=Port=$PORT",
           "V10/Berkeley\nO SmtpGreetingMessage=$j Sendmail $v/$Z; $b\nO MaxDaemonChildren=0\nDZ8\n"
           "Mlocal, P=/bin/true, F=ls, A=true\nMprog, P=/bin/sh, F=ls, A=sh -c $u\nS0\n", root=True),
    Server("leafnode", ("leafnode", "socat"), "nntp", "leafnode",
           "mkdir -p /etc/news/leafnode; mv conf /etc/news/leafnode/config; chown -R news /var/spool/news; "
           "exec socat TCP-LISTEN:$PORT,fork,reuseaddr EXEC:/usr/sbin/leafnode",
           "allowSTRANGERS = 42\nserver = news.example.net\nhostname = news1.lab-of-servers.org\nexpire = 20\n", root=True),
    Server("ngircd", ("ngircd",), "irc", "ngircd", "exec ngircd -n -f $D/conf",
           "[Global]\n Name = irc.example.net\n Info = lab\n Listen = 0.0.0.0\n Ports = @PORT@\n AdminEMail = a@b.c\n"
           "[Limits]\n MaxConnectionsIP = 0\n[Options]\n DNS = no\n Ident = no\n PAM = no\n"),
    Server("ircd-hybrid", ("ircd-hybrid",), "irc", "hybrid",
           "exec ircd-hybrid -foreground -configfile $D/conf -logfile /tmp/log -pidfile $D/pid",
           'serverinfo { name = "irc.example.net"; sid = "0LA"; description = "lab"; network_name = "lab"; max_clients = 100; };\n'
           'admin { name = "a"; }; class { name = "u"; max_number = 90; number_per_ip_local = 90; number_per_ip_global = 90; '
           'sendq = 100 kbytes; recvq = 8000 bytes; };\n'
           'auth { user = "*@*"; class = "u"; }; listen { port = @PORT@; };\n'
           'general { throttle_count = 500; throttle_time = 1 second; disable_auth = yes; };\n'),
    Server("bitlbee", ("bitlbee",), "irc", "bitlbee", "exec bitlbee -D -n -i 0.0.0.0 -p $PORT -d $D -c /dev/null"),
    Server("prosody", ("prosody",), "xmpp-client|xmpp|jabber", "prosody", "mv conf p.cfg.lua; exec prosody --config $D/p.cfg.lua -F",
           'modules_enabled = { "roster"; "saslauth"; "disco"; "version" }\nc2s_ports = { @PORT@ }\ns2s_ports = { }\n'
           'interfaces = { "0.0.0.0" }\ndata_path = "/run/lab"\npidfile = "/run/lab/pid"\nlog = { error = "*console" }\n'
           'c2s_require_encryption = false\nVirtualHost "example.net"\n', tells=""),
    Server("microsocks", ("microsocks",), "socks5|socks", "microsocks", "exec microsocks -i 0.0.0.0 -p $PORT", tells=""),
    Server("gearman", ("gearman-job-server",), "gearman", "gearman", "exec gearmand -p $PORT -L 0.0.0.0 -l stderr"),
    Server("firebird", ("firebird3.0-server",), "gds_db|gds-db|firebird", "firebird",
           "export FIREBIRD_LOCK=/tmp; exec firebird -p $PORT", tells="p"),
    Server("heimdal", ("heimdal-kdc",), "kerberos-sec|kerberos", "heimdal",
           'exec /usr/lib/heimdal-servers/kdc --config-file=$D/conf --ports="$PORT/tcp"',
           "[kdc]\n database = {\n  dbname = /run/lab/h\n  realm = T.TEST\n }\n", tells=""),
    Server("xvfb", ("xvfb", "socat"), "x11", "x\\.?org",
           "Xvfb :9 -ac -nolisten tcp -nolisten local & exec socat TCP-LISTEN:$PORT,fork,reuseaddr UNIX-CONNECT:/tmp/.X11-unix/X9"),
    Server("x11vnc", ("x11vnc", "xvfb"), "vnc|rfb", "x11vnc",
           "Xvfb :8 -ac -nolisten local & until [ -e /tmp/.X11-unix/X8 ]; do sleep 0.1; done; "
           "exec x11vnc -display :8 -rfbport $PORT -forever -shared -nopw -quiet", tells=""),
    Server("dictd", ("dictd",), "dict", "dictd", "echo a >x.dict; printf 'a\\tA\\tB\\n' >x.index; exec dictd -d nodetach -c $D/conf",
           "global { listen_to 0.0.0.0\n port @PORT@\n }\naccess { allow *\n }\ndatabase x {\n data /run/lab/x.dict\n index /run/lab/x.index\n}\n"),
    Server("nghttpd", ("nghttp2-server",), "http", "nghttp", "exec nghttpd --no-tls $PORT", tells="", ),
    Server("php", ("php8.2-cli",), "http", "php", "exec php8.2 -S 0.0.0.0:$PORT -t /tmp", tells=""),
    Server("gunicorn", ("gunicorn",), "http", "gunicorn", "exec gunicorn -b 0.0.0.0:$PORT wsgiref.simple_server:demo_app",
           tells="p"),
    Server("twisted", ("python3-twisted",), "http", "twisted", "exec python3 -m twisted web --listen tcp:$PORT --path /tmp"),
    Server("tornado", ("python3-tornado",), "http", "tornado",
           "exec python3 -c 'import os,tornado.web,tornado.ioloop as i; tornado.web.Application([]).listen("
           "int(os.environ[\"PORT\"])); i.IOLoop.current().start()'"),
    Server("aiohttp", ("python3-aiohttp",), "http", "aiohttp",
           "mv conf app.py; exec python3 -m aiohttp.web -H 0.0.0.0 -P $PORT app:init",
           "from aiohttp import web\ndef init(argv):\n    return web.Application()\n"),
    Server("merecat", ("merecat",), "http", "merecat", "exec merecat -n -p $PORT /tmp", tells="p", version=""),
    Server("h2o", ("h2o",), "http", "h2o", "exec h2o -c $D/conf",
           "listen: @PORT@\nhosts:\n  default:\n    paths:\n      /:\n        file.dir: /tmp\n"),
    Server("aria2", ("aria2",), "http", "aria2", "exec aria2c --enable-rpc --rpc-listen-all --rpc-listen-port=$PORT -q",
           tells=""),
    Server("fossil", ("fossil",), "http", "fossil", "export USER=lab; fossil init $D/r >/dev/null; exec fossil server --port $PORT $D/r", tells=""),
    Server("monit", ("monit",), "http", "monit", "chmod 600 conf; exec monit -I -c $D/conf",
           "set daemon 60\nset pidfile /run/lab/p\nset statefile /run/lab/s\nset idfile /run/lab/i\n"
           "set httpd port @PORT@ and use address 0.0.0.0\n allow 0.0.0.0/0\n"),
    Server("ganglia", ("ganglia-monitor",), "ganglia|gmond", "ganglia", "exec gmond -f -c $D/conf",
           "globals { daemonize = no setuid = no mute = no deaf = no }\ncluster { name = \"lab\" }\n"
           "udp_send_channel { host = 127.0.0.1 port = 19649 }\nudp_recv_channel { port = 19649 }\n"
           "tcp_accept_channel { port = @PORT@ }\n"),
    Server("node-exporter", ("prometheus-node-exporter",), "http", "node.exporter",
           "exec prometheus-node-exporter --web.listen-address=0.0.0.0:$PORT", tells="p"),
    Server("tinysshd", ("tinysshd", "socat"), "ssh", "tinyssh",
           "tinysshd-makekey k 2>/dev/null; exec socat TCP-LISTEN:$PORT,fork,reuseaddr EXEC:'/usr/sbin/tinysshd /run/lab/k'",
           version=r"(\d+)"),
    Server("websockify", ("websockify", "python3-minimal"), "http", "websockify|WebSockify",
           "exec websockify 0.0.0.0:$PORT 127.0.0.1:1", tells="p", version=""),
    Server("mumble", ("mumble-server",), "mumble", "mumble|murmur", "exec murmurd -fg -ini $D/conf",
           "host=0.0.0.0\nport=@PORT@\ndatabase=/tmp/m.sqlite\nlogfile=\nusers=10\n", tls=True),
    Server("nsca", ("nsca",), "nsca", "nsca", "exec nsca -c $D/conf -f",
           "server_port=@PORT@\nserver_address=0.0.0.0\npassword=x\ndecryption_method=1\ncommand_file=/tmp/c\n", tells=""),
    Server("spamd", ("spamd", "spamassassin"), "spamassassin|spamd", "spamassassin|spamd",
           "mkdir -p /var/lib/spamassassin; exec spamd -L -i 0.0.0.0 -A 0.0.0.0/0 -p $PORT", tells="p"),
    Server("xrdp", ("xrdp",), "ms-wbt-server|rdp", "xrdp",
           "xrdp-keygen xrdp /etc/xrdp/rsakeys.ini >/dev/null; cp /etc/xrdp/xrdp.ini c.ini; sed -i \"s,^port=3389,port=$PORT,;s,^certificate=.*,certificate=/run/lab/cert,;"
           "s,^key_file=.*,key_file=/run/lab/key,\" c.ini; openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert "
           "-subj /CN=box 2>/dev/null; exec xrdp --nodaemon --config $D/c.ini", tells=""),
    Server("varnish", ("varnish", "gcc"), "http", "varnish",
           "printf 'vcl 4.0; backend default { .host = \"127.0.0.1:1\"; }' >v; "
           "exec varnishd -F -j none -n /run/lab/n -a 0.0.0.0:$PORT -f $D/v", tells="p"),
    Server("distccd", ("distcc",), "distccd|distcc", "distcc",
           "exec distccd --no-detach --daemon --port $PORT --allow 0.0.0.0/0 --log-stderr --jobs 2", tells=""),
    Server("beanstalkd", ("beanstalkd",), "beanstalk|beanstalkd", "beanstalk", "exec beanstalkd -l 0.0.0.0 -p $PORT"),
    Server("radicale", ("radicale",), "http", "radicale|wsgi|python",
           "exec python3 -m radicale --hosts 0.0.0.0:$PORT --auth-type none --storage-filesystem-folder=/tmp/r", tells="",
           version=""),
    Server("docker-registry", ("docker-registry",), "http", "docker", "exec docker-registry serve $D/conf",
           "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: /tmp\nhttp:\n"
           "  addr: 0.0.0.0:@PORT@\n", tells=""),
    Server("icecast", ("icecast2",), "http", "icecast", "mkdir l; exec icecast2 -c $D/conf",
           "<icecast><limits><clients>100</clients><sources>2</sources></limits><authentication><source-password>a"
           "</source-password><admin-password>b</admin-password></authentication><hostname>box</hostname><listen-socket>"
           "<port>@PORT@</port></listen-socket><paths><basedir>/usr/share/icecast2</basedir><logdir>/run/lab/l</logdir>"
           "<webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths></icecast>\n"),
    Server("kamailio", ("kamailio",), "sip", "kamailio",
           "mkdir r; exec kamailio -DD -E -f $D/conf -Y $D/r -P $D/pid -m 8 -M 4",
           "debug=0\nlog_stderror=yes\nchildren=1\ntcp_children=2\nauto_aliases=no\ndns=no\nrev_dns=no\n"
           "listen=tcp:198.18.0.2:@PORT@\nmpath=\"/usr/lib/x86_64-linux-gnu/kamailio/modules\"\nloadmodule \"sl.so\"\n"
           "request_route { sl_send_reply(\"200\", \"OK\"); }\n"),
    Server("mpd", ("mpd",), "mpd", "mpd|music player daemon", "mkdir m; exec mpd --no-daemon $D/conf",
           "music_directory \"/run/lab/m\"\ndb_file \"/run/lab/db\"\nbind_to_address \"0.0.0.0\"\nport \"@PORT@\"\n"
           "log_file \"/dev/null\"\naudio_output {\n type \"null\"\n name \"n\"\n}\n", tells="p", version=""),
    Server("gpsd", ("gpsd",), "gpsd|gpsd-ng", "gpsd", "exec gpsd -N -G -n -S $PORT -F $D/c", root=True),
    Server("uhub", ("uhub",), "adc|direct-connect|uhub", "uhub", "exec uhub -c $D/conf",
           "server_port=@PORT@\nserver_bind_addr=0.0.0.0\nfile_acl=/dev/null\n"),
    Server("zabbix-agent", ("zabbix-agent",), "zabbix-agent|zabbix", "zabbix", "exec zabbix_agentd -f -c $D/conf",
           "Server=0.0.0.0/0\nListenPort=@PORT@\nListenIP=0.0.0.0\nHostname=box\nLogType=console\nPidFile=/run/lab/p\n"),
    Server("tigervnc", ("tigervnc-standalone-server",), "vnc|rfb", "tigervnc",
           "exec Xtigervnc :7 -rfbport $PORT -SecurityTypes None -nolisten local -localhost=0", tells=""),
    Server("zookeeper", ("zookeeper",), "zookeeper", "zookeeper",
           "exec java -cp '/usr/share/java/*:/etc/zookeeper/conf' "
           "org.apache.zookeeper.server.quorum.QuorumPeerMain $D/conf",
           "tickTime=2000\ndataDir=/run/lab/z\nclientPort=@PORT@\nadmin.enableServer=false\nmaxClientCnxns=0\n"
           "4lw.commands.whitelist=*\n"),
    Server("rmiregistry", ("openjdk-17-jre-headless",), "java-rmi|rmiregistry", "java rmi", "exec rmiregistry $PORT", tells=""),
    Server("tarantool", ("tarantool",), "tarantool", "tarantool",
           "exec tarantool -e \"box.cfg{listen='0.0.0.0:$PORT',work_dir='/run/lab'}\""),
    Server("icecc", ("icecc",), "icecc|icecream", "icecc|icecream", "exec icecc-scheduler -p $PORT -l /dev/null", tells=""),
    Server("inetd-echo", ("openbsd-inetd",), "echo", "inetd", "sed -i \"s,^echo[^/]*/tcp,echo $PORT/tcp,\" /etc/services; exec inetd -i $D/conf",
           "echo stream tcp4 nowait root internal\n", tells="", root=True),
    Server("telnetd", ("inetutils-telnetd", "socat"), "telnet", "telnetd",
           "exec socat TCP-LISTEN:$PORT,fork,reuseaddr EXEC:/usr/sbin/telnetd,nofork=0", tells="", root=True),
    Server("rabbitmq", ("rabbitmq-server",), "amqp", "rabbitmq",
           "export RABBITMQ_MNESIA_BASE=$D/m RABBITMQ_LOG_BASE=$D/l RABBITMQ_NODE_PORT=$PORT RABBITMQ_CONFIG_FILE=$D/none "
           "RABBITMQ_ENABLED_PLUGINS_FILE=/dev/null HOME=$D ERL_EPMD_PORT=19369 RABBITMQ_DIST_PORT=19370 "
           "RABBITMQ_NODENAME=r@localhost RABBITMQ_PID_FILE=$D/p; exec /usr/lib/rabbitmq/bin/rabbitmq-server"),
    Server("epmd", ("rabbitmq-server",), "epmd", "epmd|erlang", "exec epmd -port $PORT", tells=""),
    Server("tomcat", ("tomcat10",), "http", "tomcat|coyote",
           "mkdir -p b/conf b/logs b/temp b/webapps b/work; cp -r /usr/share/tomcat10/etc/* b/conf/; "
           "sed -i \"s,port=.8080.,port=\\\"$PORT\\\",;s,port=.8005.,port=\\\"-1\\\",\" b/conf/server.xml; "
           "exec java -cp /usr/share/tomcat10/bin/bootstrap.jar:/usr/share/tomcat10/bin/tomcat-juli.jar "
           "-Dcatalina.home=/usr/share/tomcat10 -Dcatalina.base=$D/b org.apache.catalina.startup.Bootstrap start"),
    Server("syncthing", ("syncthing",), "http", "syncthing",
           "exec syncthing serve --home=$D/s --no-browser --gui-address=0.0.0.0:$PORT --no-restart", tells=""),
    Server("transmission", ("transmission-daemon",), "http", "transmission",
           "exec transmission-daemon -f -g $D/t -p $PORT -a '*.*.*.*'", tells="p"),
    Server("influxdb", ("influxdb",), "http", "influxdb", "exec influxd run -config $D/conf",
           "reporting-disabled = true\nbind-address = \"127.0.0.1:19088\"\n[meta]\n dir = \"/run/lab/m\"\n[data]\n"
           " dir = \"/run/lab/d\"\n wal-dir = \"/run/lab/w\"\n[http]\n bind-address = \"0.0.0.0:@PORT@\"\n"),
    Server("etcd", ("etcd-server",), "http|etcd", "etcd",
           "exec etcd --listen-client-urls http://0.0.0.0:$PORT --advertise-client-urls http://box:1 --data-dir $D/e "
           "--listen-peer-urls http://127.0.0.1:19380 --log-level error", tells=""),
    Server("munin", ("munin-node",), "munin", "munin", "exec munin-node --config $D/conf",
           "log_level 1\nlog_file /tmp/l\npid_file /run/lab/p\nbackground 0\nsetsid 0\nuser lab\ngroup lab\nhost 0.0.0.0\n"
           "port @PORT@\nhost_name box\nallow .*\n"),
]
