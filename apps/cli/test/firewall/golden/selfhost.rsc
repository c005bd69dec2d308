# Outdial, RouterOS 7: rules for the profile selfhost. docs/mikrotik.md explains each; take them away with --undo.
{
# Nothing is changed on a router that these rules do not fit.
:if ([:pick [/system resource get version] 0 2] != "7.") do={ :error "outdial: these rules are for RouterOS 7" }
:if ([:len [/interface list find where name=WAN]] = 0) do={ :error "outdial: there is no interface list WAN; make it (/interface list add), or name yours with --wan-list and --lan-list" }
# What an earlier run left.
/ip firewall nat remove [find where comment~"^outdial: "]
/ip firewall filter remove [find where comment~"^outdial: "]
/ipv6 firewall filter remove [find where comment~"^outdial: "]
/ip firewall mangle remove [find where comment~"^outdial: "]
/ipv6 firewall mangle remove [find where comment~"^outdial: "]
/ip dns static remove [find where comment~"^outdial: "]
/ip firewall address-list remove [find where comment~"^outdial: "]
/ipv6 firewall address-list remove [find where comment~"^outdial: "]
# Who is who.
/ip firewall address-list add list=outdial-carrier address=sip.carrier.example comment="outdial: the carrier, SIP"
/ip firewall address-list add list=outdial-carrier-media address=198.51.100.64/27 comment="outdial: the carrier, sound"
/ip firewall address-list add list=outdial-services-443 address=api.cartesia.ai comment="outdial: a server that bridge or agent speaks to, port 443"
# What may pass.
/ip firewall filter add chain=outdial action=accept protocol=udp connection-state=established,related comment="outdial: sound stays out of FastTrack"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=accept protocol=udp dst-port=5060 src-address-list=outdial-carrier comment="outdial: SIP from the carrier"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=accept protocol=udp dst-port=10000-10400 src-address-list=outdial-carrier-media comment="outdial: sound from the carrier"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=log protocol=udp dst-port=5060 limit=10/1m,5:packet log-prefix="outdial drop in" comment="outdial: tell who else knocks: SIP"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=drop protocol=udp dst-port=5060 comment="outdial: nobody else: SIP"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=log protocol=udp dst-port=10000-10400 limit=10/1m,5:packet log-prefix="outdial drop in" comment="outdial: tell who else knocks: sound"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=drop protocol=udp dst-port=10000-10400 comment="outdial: nobody else: sound"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=udp dst-port=5060 dst-address-list=outdial-carrier comment="outdial: out: SIP to the carrier"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=udp src-port=10000-10400 dst-address-list=outdial-carrier-media comment="outdial: out: sound to the carrier"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=tcp dst-port=443 dst-address-list=outdial-services-443 comment="outdial: out: named servers, port 443"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=udp dst-port=53,123 comment="outdial: out: DNS and time"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=tcp dst-port=53 comment="outdial: out: DNS, long answers"
:local before [/ip firewall filter find where chain=forward and dynamic=no and disabled=no and action=fasttrack-connection]
:if ([:len $before] = 0) do={
  :set before [/ip firewall filter find where chain=forward and dynamic=no and disabled=no and action=drop]
}
:if ([:len $before] = 0) do={
  /ip firewall filter add chain=forward action=jump jump-target=outdial dst-address=192.168.88.10 comment="outdial: what goes to the host"
  /ip firewall filter add chain=forward action=jump jump-target=outdial src-address=192.168.88.10 comment="outdial: what comes from the host"
} else={
  /ip firewall filter add chain=forward action=jump jump-target=outdial dst-address=192.168.88.10 comment="outdial: what goes to the host" place-before=($before->0)
  /ip firewall filter add chain=forward action=jump jump-target=outdial src-address=192.168.88.10 comment="outdial: what comes from the host" place-before=($before->0)
}
# Marks for queues.
/ip firewall mangle add chain=postrouting action=change-dscp new-dscp=46 passthrough=yes out-interface-list=WAN src-address=192.168.88.10 protocol=udp src-port=10000-10400 dst-address-list=outdial-carrier-media comment="outdial: mark sound (EF)"
/ip firewall mangle add chain=postrouting action=change-dscp new-dscp=40 passthrough=yes out-interface-list=WAN src-address=192.168.88.10 protocol=udp dst-port=5060 dst-address-list=outdial-carrier comment="outdial: mark SIP (CS5)"
# The SIP helper rewrites what livekit-sip has written right.
:if ([:len [/ip firewall service-port find where name="sip" and disabled=no]] > 0) do={
  /ip firewall address-list add list=outdial-undo address=192.0.2.1 disabled=yes comment="outdial-undo: the SIP helper was on"
  /ip firewall service-port set [find where name="sip"] disabled=yes
}
# What leads inwards, last.
/ip firewall nat add chain=dstnat action=dst-nat in-interface-list=WAN dst-address-type=local to-addresses=192.168.88.10 src-address-list=outdial-carrier protocol=udp dst-port=5060 comment="outdial: SIP, for the carrier"
/ip firewall nat add chain=dstnat action=dst-nat in-interface-list=WAN dst-address-type=local to-addresses=192.168.88.10 src-address-list=outdial-carrier-media protocol=udp dst-port=10000-10400 comment="outdial: sound, for the carrier"
}
