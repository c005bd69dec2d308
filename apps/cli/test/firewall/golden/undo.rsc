# Outdial, RouterOS 7: takes away what "outdial firewall render" has added.
{
:if ([:pick [/system resource get version] 0 2] != "7.") do={ :error "outdial: these rules are for RouterOS 7" }
/ip firewall nat remove [find where comment~"^outdial: "]
/ip firewall filter remove [find where comment~"^outdial: "]
/ipv6 firewall filter remove [find where comment~"^outdial: "]
/ip firewall mangle remove [find where comment~"^outdial: "]
/ipv6 firewall mangle remove [find where comment~"^outdial: "]
/ip dns static remove [find where comment~"^outdial: "]
/ip firewall address-list remove [find where comment~"^outdial: "]
/ipv6 firewall address-list remove [find where comment~"^outdial: "]
:if ([:len [/ip firewall address-list find where comment="outdial-undo: the SIP helper was on"]] > 0) do={
  /ip firewall service-port set [find where name="sip"] disabled=no
  /ip firewall address-list remove [find where comment="outdial-undo: the SIP helper was on"]
}
}
