import { Router } from './router.ts';

// What a MikroTik router has out of the box, as far as it matters to what is forwarded.
const DEFAULT = `
/interface list add name=WAN comment=defconf
/interface list add name=LAN comment=defconf
/ip firewall service-port add name=ftp disabled=no
/ip firewall service-port add name=sip disabled=no
/ip firewall filter add chain=input action=drop in-interface-list=!LAN comment="defconf: drop all not coming from LAN"
/ip firewall filter add chain=forward action=accept ipsec-policy=in,ipsec comment="defconf: accept in ipsec policy"
/ip firewall filter add chain=forward action=fasttrack-connection connection-state=established,related hw-offload=yes comment="defconf: fasttrack"
/ip firewall filter add chain=forward action=accept connection-state=established,related,untracked comment="defconf: accept established,related, untracked"
/ip firewall filter add chain=forward action=drop connection-state=invalid comment="defconf: drop invalid"
/ip firewall filter add chain=forward action=drop connection-state=new connection-nat-state=!dstnat in-interface-list=WAN comment="defconf: drop all from WAN not DSTNATed"
/ip firewall nat add chain=srcnat action=masquerade out-interface-list=WAN ipsec-policy=out,none comment="defconf: masquerade"
/ipv6 firewall filter add chain=forward action=accept connection-state=established,related,untracked comment="defconf: accept established,related,untracked"
/ipv6 firewall filter add chain=forward action=drop connection-state=invalid comment="defconf: drop invalid"
/ipv6 firewall filter add chain=forward action=drop hop-limit=1 protocol=icmpv6 comment="defconf: rfc4890 drop hop-limit=1"
/ipv6 firewall filter add chain=forward action=drop in-interface-list=!LAN comment="defconf: drop everything else not coming from LAN"
`;

/** A router with MikroTik's default configuration. */
export const defaultRouter = (): Router => {
  const router = new Router();
  router.run(DEFAULT);
  return router;
};

/** One that forwards whatever comes, without a single rule. */
export const bareRouter = (): Router => {
  const router = new Router();
  router.run('/interface list add name=WAN\n/interface list add name=LAN');
  return router;
};
