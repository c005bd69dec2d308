# Outdial, RouterOS 7: rules for the profile cloud. docs/mikrotik.md explains each; take them away with --undo.
{
# Nothing is changed on a router that these rules do not fit.
:if ([:pick [/system resource get version] 0 2] != "7.") do={ :error "outdial: these rules are for RouterOS 7" }
:if ([:len [/interface list find where name=WAN]] = 0) do={ :error "outdial: there is no interface list WAN; make it (/interface list add), or name yours with --wan-list and --lan-list" }
:if ([:len [/interface list find where name=LAN]] = 0) do={ :error "outdial: there is no interface list LAN; make it (/interface list add), or name yours with --wan-list and --lan-list" }
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
/ip firewall address-list add list=outdial-clients address=n8n.example.com comment="outdial: may reach the bridge from the internet"
/ipv6 firewall address-list add list=outdial-clients address=n8n.example.com comment="outdial: may reach the bridge from the internet"
/ip firewall address-list add list=outdial-clients address=198.51.100.8/29 comment="outdial: may reach the bridge from the internet"
/ipv6 firewall address-list add list=outdial-clients address=2001:db8:8::/48 comment="outdial: may reach the bridge from the internet"
/ip firewall address-list add list=outdial-services-443 address=my-project.livekit.cloud comment="outdial: a server that bridge or agent speaks to, port 443"
/ipv6 firewall address-list add list=outdial-services-443 address=my-project.livekit.cloud comment="outdial: a server that bridge or agent speaks to, port 443"
/ip firewall address-list add list=outdial-services-443 address=api.cartesia.ai comment="outdial: a server that bridge or agent speaks to, port 443"
/ipv6 firewall address-list add list=outdial-services-443 address=api.cartesia.ai comment="outdial: a server that bridge or agent speaks to, port 443"
/ip firewall address-list add list=outdial-services-443 address=n8n.example.com comment="outdial: a server that bridge or agent speaks to, port 443"
/ipv6 firewall address-list add list=outdial-services-443 address=n8n.example.com comment="outdial: a server that bridge or agent speaks to, port 443"
/ip firewall address-list add list=outdial-services-443 address=agent-gateway.livekit.cloud comment="outdial: a server that bridge or agent speaks to, port 443"
/ipv6 firewall address-list add list=outdial-services-443 address=agent-gateway.livekit.cloud comment="outdial: a server that bridge or agent speaks to, port 443"
/ip dns static add name=livekit.cloud type=FWD match-subdomain=yes address-list=outdial-livekit comment="outdial: answers for *.livekit.cloud fill the list"
# What may pass.
/ip firewall filter add chain=outdial action=accept protocol=udp connection-state=established,related comment="outdial: sound stays out of FastTrack"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=accept protocol=tcp dst-port=443 src-address-list=outdial-clients limit=50/1s,200:packet comment="outdial: listed clients may reach the bridge"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=log protocol=tcp dst-port=443 limit=10/1m,5:packet log-prefix="outdial drop in" comment="outdial: tell who else knocks: the bridge"
/ip firewall filter add chain=outdial connection-state=new connection-nat-state=dstnat in-interface-list=WAN dst-address=192.168.88.10 action=drop protocol=tcp dst-port=443 comment="outdial: nobody else: the bridge"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=tcp dst-port=443 dst-address-list=outdial-livekit comment="outdial: out: LiveKit, signalling and TURN over TLS"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=udp dst-port=3478 dst-address-list=outdial-livekit comment="outdial: out: LiveKit, STUN and TURN"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=udp dst-port=50000-60000 comment="outdial: out: LiveKit, sound"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=tcp dst-port=7881 comment="outdial: out: LiveKit, sound where UDP is blocked"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=tcp dst-port=443 dst-address-list=outdial-services-443 comment="outdial: out: named servers, port 443"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=udp dst-port=53,123 comment="outdial: out: DNS and time"
/ip firewall filter add chain=outdial action=accept connection-state=new src-address=192.168.88.10 out-interface-list=WAN protocol=tcp dst-port=53 comment="outdial: out: DNS, long answers"
/ip firewall filter add chain=outdial action=log connection-state=new src-address=192.168.88.10 out-interface-list=WAN limit=10/1m,5:packet log-prefix="outdial drop out" comment="outdial: tell what else would go out"
/ip firewall filter add chain=outdial action=drop connection-state=new src-address=192.168.88.10 out-interface-list=WAN comment="outdial: nothing else goes out"
/ipv6 firewall filter add chain=outdial action=accept protocol=udp connection-state=established,related comment="outdial: sound stays out of FastTrack"
/ipv6 firewall filter add chain=outdial connection-state=new in-interface-list=WAN dst-address=2001:db8::10 action=accept protocol=tcp dst-port=443 src-address-list=outdial-clients limit=50/1s,200:packet comment="outdial: listed clients may reach the bridge"
/ipv6 firewall filter add chain=outdial connection-state=new in-interface-list=WAN dst-address=2001:db8::10 action=log protocol=tcp dst-port=443 limit=10/1m,5:packet log-prefix="outdial drop in" comment="outdial: tell who else knocks: the bridge"
/ipv6 firewall filter add chain=outdial connection-state=new in-interface-list=WAN dst-address=2001:db8::10 action=drop protocol=tcp dst-port=443 comment="outdial: nobody else: the bridge"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=tcp dst-port=443 dst-address-list=outdial-livekit comment="outdial: out: LiveKit, signalling and TURN over TLS"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=udp dst-port=3478 dst-address-list=outdial-livekit comment="outdial: out: LiveKit, STUN and TURN"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=udp dst-port=50000-60000 comment="outdial: out: LiveKit, sound"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=tcp dst-port=7881 comment="outdial: out: LiveKit, sound where UDP is blocked"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=tcp dst-port=443 dst-address-list=outdial-services-443 comment="outdial: out: named servers, port 443"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=udp dst-port=53,123 comment="outdial: out: DNS and time"
/ipv6 firewall filter add chain=outdial action=accept connection-state=new src-address=2001:db8::10 out-interface-list=WAN protocol=tcp dst-port=53 comment="outdial: out: DNS, long answers"
/ipv6 firewall filter add chain=outdial action=log connection-state=new src-address=2001:db8::10 out-interface-list=WAN limit=10/1m,5:packet log-prefix="outdial drop out" comment="outdial: tell what else would go out"
/ipv6 firewall filter add chain=outdial action=drop connection-state=new src-address=2001:db8::10 out-interface-list=WAN comment="outdial: nothing else goes out"
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
:local before6 [/ipv6 firewall filter find where chain=forward and dynamic=no and disabled=no and action=fasttrack-connection]
:if ([:len $before6] = 0) do={
  :set before6 [/ipv6 firewall filter find where chain=forward and dynamic=no and disabled=no and action=drop]
}
:if ([:len $before6] = 0) do={
  /ipv6 firewall filter add chain=forward action=jump jump-target=outdial dst-address=2001:db8::10 comment="outdial: what goes to the host"
  /ipv6 firewall filter add chain=forward action=jump jump-target=outdial src-address=2001:db8::10 comment="outdial: what comes from the host"
} else={
  /ipv6 firewall filter add chain=forward action=jump jump-target=outdial dst-address=2001:db8::10 comment="outdial: what goes to the host" place-before=($before6->0)
  /ipv6 firewall filter add chain=forward action=jump jump-target=outdial src-address=2001:db8::10 comment="outdial: what comes from the host" place-before=($before6->0)
}
# Marks for queues.
/ip firewall mangle add chain=postrouting action=change-dscp new-dscp=46 passthrough=yes out-interface-list=WAN src-address=192.168.88.10 protocol=udp dst-port=3478,50000-60000 comment="outdial: mark sound (EF)"
/ipv6 firewall mangle add chain=postrouting action=change-dscp new-dscp=46 passthrough=yes out-interface-list=WAN src-address=2001:db8::10 protocol=udp dst-port=3478,50000-60000 comment="outdial: mark sound (EF)"
# The SIP helper as it was before the profile selfhost.
:if ([:len [/ip firewall address-list find where comment="outdial-undo: the SIP helper was on"]] > 0) do={
  /ip firewall service-port set [find where name="sip"] disabled=no
  /ip firewall address-list remove [find where comment="outdial-undo: the SIP helper was on"]
}
# What leads inwards, last.
/ip firewall nat add chain=dstnat action=dst-nat in-interface-list=WAN dst-address-type=local to-addresses=192.168.88.10 src-address-list=outdial-clients protocol=tcp dst-port=8443 to-ports=443 comment="outdial: the bridge, for listed clients"
/ip firewall nat add chain=dstnat action=dst-nat in-interface-list=LAN src-address=192.168.88.0/24 dst-address=!192.168.88.0/24 dst-address-type=local protocol=tcp dst-port=8443 to-addresses=192.168.88.10 to-ports=443 comment="outdial: hairpin: the office uses the public name"
/ip firewall nat add chain=srcnat action=masquerade out-interface-list=LAN src-address=192.168.88.0/24 dst-address=192.168.88.10 protocol=tcp dst-port=443 comment="outdial: hairpin: answers come back through the router"
}
