import { LISTS } from './lists.ts';
import type { FirewallSettings } from './settings.ts';

/** What the rules cannot do by themselves, one sentence each, for the person who applies them. */
export const notesOn = (settings: FirewallSettings): readonly string[] => [
  ...(settings.profile === 'cloud'
    ? [
        `The list ${LISTS.livekit} is filled from the router's own DNS answers: this host must ask the router for names (its DHCP server's dns-server), and the router must answer (/ip dns set allow-remote-requests=yes).`,
      ]
    : []),
  ...(settings.carrier !== null && settings.carrier.media.length === 0
    ? [
        'The carrier’s sound is expected from the addresses of its SIP. Many carriers send it from others: ask, and name them with --carrier-media.',
      ]
    : []),
  ...(settings.carrier?.signalling.some(({ kind }) => kind === 'name')
    ? [
        'The router looks up A records of the carrier’s name only. If the carrier is found by SRV records, name its addresses with --carrier.',
      ]
    : []),
  ...(settings.clients.length === 0
    ? ['Nothing is opened to the bridge from the internet; n8n in the office needs no rule.']
    : []),
  ...(settings.restrictEgress
    ? [
        'Nothing but the named servers can be reached from this host: callback_url of a request to another host, system updates and image downloads will fail.',
      ]
    : []),
  ...(settings.bridgeAddress6 === null ? ['No --bridge-address6: nothing is written for IPv6.'] : []),
  ...(settings.services.length === 0
    ? ['No server on the internet is named in the environment: speech and language models are in the office.']
    : []),
];
