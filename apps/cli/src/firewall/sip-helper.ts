const HELPER = '/ip firewall service-port';

// RouterOS keeps no comment on a helper, so the address list remembers that it was on. The mark is not of
// our tag: applying a second time must not forget it. 192.0.2.1 is nobody's address (RFC 5737).
const MARK = 'outdial-undo: the SIP helper was on';

/** Turns the SIP helper off, and notes once that it was on. */
export const SIP_HELPER_OFF: readonly string[] = [
  `:if ([:len [${HELPER} find where name="sip" and disabled=no]] > 0) do={`,
  `  /ip firewall address-list add list=outdial-undo address=192.0.2.1 disabled=yes comment="${MARK}"`,
  `  ${HELPER} set [find where name="sip"] disabled=yes`,
  '}',
];

/** Turns it on again where it was on before. */
export const SIP_HELPER_AS_BEFORE: readonly string[] = [
  `:if ([:len [/ip firewall address-list find where comment="${MARK}"]] > 0) do={`,
  `  ${HELPER} set [find where name="sip"] disabled=no`,
  `  /ip firewall address-list remove [find where comment="${MARK}"]`,
  '}',
];
