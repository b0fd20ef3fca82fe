// Every protocol that can be read, one line each in either list. Where two readers are equally sure, the one further up
// has it.
#pragma once

#include <array>

#include "identify/reader.h"

namespace portolan::identify {

extern const Reader ssh;
extern const Reader smtp;
extern const Reader ftp;
extern const Reader pop3;
extern const Reader imap;
extern const Reader http;
extern const Reader redis;
extern const Reader memcached;
extern const Reader beanstalk;
extern const Reader gearman;
extern const Reader distcc;
extern const Reader git;
extern const Reader svn;
extern const Reader cvs;
extern const Reader bzr;
extern const Reader xmpp_client;
extern const Reader xmpp_server;
extern const Reader spamd;
extern const Reader clamd;
extern const Reader nut;
extern const Reader tor_control;
extern const Reader ident;
extern const Reader finger;
extern const Reader snapcast;
extern const Reader rtsp;
extern const Reader sip;
extern const Reader icap;
extern const Reader gnutella;
extern const Reader whois;
extern const Reader gopher;
extern const Reader lcdd;
extern const Reader lirc;
extern const Reader rrdcached;
extern const Reader adc;
extern const Reader ntrip;
extern const Reader freenet_fcp;
extern const Reader lms;
extern const Reader electrum;
extern const Reader cgminer;
extern const Reader kodi;
extern const Reader livestatus;
extern const Reader postgresql;
extern const Reader postgresql_ssl;
extern const Reader mongodb;
extern const Reader mssql;
extern const Reader oracle_tns;
extern const Reader cassandra;
extern const Reader clickhouse;
extern const Reader firebird;
extern const Reader ldap;
extern const Reader amqp;
extern const Reader mqtt;
extern const Reader kafka;
extern const Reader stomp;
extern const Reader openwire;
extern const Reader nsq;
extern const Reader kerberos;
extern const Reader dns;
extern const Reader smb;
extern const Reader smb1;
extern const Reader netbios_ssn;
extern const Reader rdp;
extern const Reader msrpc;
extern const Reader rpcbind;
extern const Reader nfs;
extern const Reader afp;
extern const Reader iscsi;
extern const Reader x11;
extern const Reader socks5;
extern const Reader socks4;
extern const Reader openvpn;
extern const Reader pptp;
extern const Reader dnp3;
extern const Reader fox;
extern const Reader modbus;
extern const Reader s7;
extern const Reader enip;
extern const Reader adb;
extern const Reader adb_server;
extern const Reader jdwp;
extern const Reader rmi;
extern const Reader ajp13;
extern const Reader t3;
extern const Reader http2;
extern const Reader zabbix_agent;
extern const Reader nrpe;
extern const Reader nsca;
extern const Reader mumble;
extern const Reader bacula;
extern const Reader epmd;
extern const Reader routeros_api;
extern const Reader minecraft;
extern const Reader teamspeak;
extern const Reader nntp;
extern const Reader managesieve;
extern const Reader irc;
extern const Reader dict;
extern const Reader rsync;
extern const Reader vnc;
extern const Reader nats;
extern const Reader gpsd;
extern const Reader mpd;
extern const Reader telnet;
extern const Reader munin;
extern const Reader tarantool;
extern const Reader check_mk;
extern const Reader ganglia;
extern const Reader nbd;
extern const Reader mysql;
extern const Reader mysqlx;
extern const Reader daytime;
extern const Reader time_protocol;
extern const Reader chargen;
extern const Reader asterisk;
extern const Reader freeswitch;
extern const Reader openvpn_management;
extern const Reader qmp;
extern const Reader zmtp;
extern const Reader bgp;
extern const Reader zeroc_ice;
extern const Reader ceph;
extern const Reader monetdb;
extern const Reader ndmp;
extern const Reader nmdc;
extern const Reader mupdate;
extern const Reader vmware_auth;
extern const Reader varnish_cli;
extern const Reader svdrp;
extern const Reader hylafax;
extern const Reader openflow;
extern const Reader nmea;
extern const Reader zookeeper;
extern const Reader relp;
extern const Reader apcupsd;
extern const Reader i2p_sam;
extern const Reader echo;
extern const Reader icecc;

// clang-format off
inline constexpr std::array registry{
    &ssh,
    &smtp,
    &ftp,
    &pop3,
    &imap,
    &http,
    &redis,
    &memcached,
    &beanstalk,
    &gearman,
    &distcc,
    &git,
    &svn,
    &cvs,
    &bzr,
    &xmpp_client,
    &xmpp_server,
    &spamd,
    &clamd,
    &nut,
    &tor_control,
    &ident,
    &finger,
    &snapcast,
    &rtsp,
    &sip,
    &icap,
    &gnutella,
    &whois,
    &gopher,
    &lcdd,
    &lirc,
    &rrdcached,
    &adc,
    &ntrip,
    &freenet_fcp,
    &lms,
    &electrum,
    &cgminer,
    &kodi,
    &livestatus,
    &postgresql,
    &postgresql_ssl,
    &mongodb,
    &mssql,
    &oracle_tns,
    &cassandra,
    &clickhouse,
    &firebird,
    &ldap,
    &amqp,
    &mqtt,
    &kafka,
    &stomp,
    &openwire,
    &nsq,
    &kerberos,
    &dns,
    &smb,
    &smb1,
    &netbios_ssn,
    &rdp,
    &msrpc,
    &rpcbind,
    &nfs,
    &afp,
    &iscsi,
    &x11,
    &socks5,
    &socks4,
    &openvpn,
    &pptp,
    &dnp3,
    &fox,
    &modbus,
    &s7,
    &enip,
    &adb,
    &adb_server,
    &jdwp,
    &rmi,
    &ajp13,
    &t3,
    &http2,
    &zabbix_agent,
    &nrpe,
    &nsca,
    &mumble,
    &bacula,
    &epmd,
    &routeros_api,
    &minecraft,
    &teamspeak,
    &nntp,
    &managesieve,
    &irc,
    &dict,
    &rsync,
    &vnc,
    &nats,
    &gpsd,
    &mpd,
    &telnet,
    &munin,
    &tarantool,
    &check_mk,
    &ganglia,
    &nbd,
    &mysql,
    &mysqlx,
    &daytime,
    &time_protocol,
    &chargen,
    &asterisk,
    &freeswitch,
    &openvpn_management,
    &qmp,
    &zmtp,
    &bgp,
    &zeroc_ice,
    &ceph,
    &monetdb,
    &ndmp,
    &nmdc,
    &mupdate,
    &vmware_auth,
    &varnish_cli,
    &svdrp,
    &hylafax,
    &openflow,
    &nmea,
    &zookeeper,
    &relp,
    &apcupsd,
    &i2p_sam,
    &echo,
    &icecc,
};
// clang-format on

}  // namespace portolan::identify
