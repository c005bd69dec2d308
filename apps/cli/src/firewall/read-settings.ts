import type { Environment } from '@outdial/runtime';
import { CliError } from '../errors.ts';
import { isLiveKitCloud } from '../livekit-access.ts';
import type { FirewallOptions } from './options.ts';
import { isPort, outside } from './outside.ts';
import { isLocal, parsePlace } from './place.ts';
import { readCarrier } from './read-carrier.ts';
import { readServices } from './read-services.ts';
import type { FirewallSettings } from './settings.ts';

type Problems = string[];

const bridgeAddress = (env: Environment, options: FirewallOptions, problems: Problems): string => {
  const text = options.bridgeAddress ?? env.BRIDGE_HOST ?? '';
  const place = parsePlace(text);
  const isOne = place?.kind === 'ipv4' && !place.text.includes('/');
  const range = isOne && !/^(0|127)\./.test(place.text) && isLocal(place);
  if (range) return place.text;
  problems.push(
    options.bridgeAddress === undefined
      ? '--bridge-address is missing: the address of this host in the office network, such as 192.168.88.10. Reserve it in the router (/ip dhcp-server lease make-static).'
      : `--bridge-address ${text}: It must be the private IPv4 address of this host, such as 192.168.88.10.`,
  );
  return '';
};

const bridgeAddress6 = (options: FirewallOptions, problems: Problems): string | null => {
  if (options.bridgeAddress6 === undefined) return null;
  const place = parsePlace(options.bridgeAddress6);
  if (place?.kind === 'ipv6' && !place.text.includes('/') && !isLocal(place)) return place.text;
  problems.push(
    `--bridge-address6 ${options.bridgeAddress6}: It must be the public IPv6 address of this host, such as 2001:db8::10.`,
  );
  return null;
};

const profileProblems = (env: Environment, options: FirewallOptions): readonly string[] => {
  const url = env.LIVEKIT_URL ?? '';
  const host = URL.parse(url)?.hostname ?? '';
  const isCloud = isLiveKitCloud(url);
  if (host === '') {
    return [
      'LIVEKIT_URL is not set. The rules are about the way to it: wss://… of LiveKit Cloud, or ws:// of your own server.',
    ];
  }
  if (options.profile === 'selfhost') {
    return isCloud
      ? [`LIVEKIT_URL is ${host}: with LiveKit Cloud no SIP passes this router; take --profile cloud.`]
      : [];
  }
  const wrong = [
    ...(options.carrier.length > 0 ? ['--carrier'] : []),
    ...(options.carrierMedia.length > 0 ? ['--carrier-media'] : []),
    ...(options.sipPort === undefined ? [] : ['--sip-port']),
    ...(options.rtpPorts === undefined ? [] : ['--rtp-ports']),
  ].map((name) => `${name} is for --profile selfhost: with LiveKit Cloud no SIP passes this router.`);
  return isCloud ? wrong : [`LIVEKIT_URL is ${host}, not LiveKit Cloud: take --profile selfhost.`, ...wrong];
};

const portProblems = (env: Environment, options: FirewallOptions): readonly string[] => [
  ...(
    [
      ['--public-port', options.publicPort],
      ['--proxy-port', options.proxyPort],
      ['--sip-port', options.sipPort ?? 1],
    ] as const
  ).flatMap(([name, port]) => (isPort(port) ? [] : [`${name} ${port}: It must be a port, from 1 to 65535.`])),
  ...(options.allowFrom.length > 0 && options.proxyPort === Number(env.BRIDGE_PORT ?? 8080)
    ? [
        `--proxy-port ${options.proxyPort} is BRIDGE_PORT: the bridge itself speaks HTTP without TLS, and keys would cross the internet in the clear. Lead it to a proxy with TLS (docker compose --profile tls).`,
      ]
    : []),
  ...[options.wanList, options.lanList].flatMap((name) =>
    /^[^\p{Cc}]{1,63}$/u.test(name) ? [] : [`${JSON.stringify(name)} is not the name of an interface list.`],
  ),
];

const readHairpin = (options: FirewallOptions, problems: Problems): string | null => {
  if (options.hairpin === undefined) return null;
  const place = parsePlace(options.hairpin);
  if (options.allowFrom.length === 0) {
    problems.push('--hairpin is for the public name, and without --allow-from there is none.');
  } else if (place?.kind === 'ipv4' && place.text.includes('/') && isLocal(place)) return place.text;
  else problems.push(`--hairpin ${options.hairpin}: It must be the office network, such as 192.168.88.0/24.`);
  return null;
};

/**
 * Reads what the rules are made of, from the environment of bridge and agent and the command line.
 *
 * @throws CliError that names every problem at once. Nothing is left out silently.
 */
export const readFirewallSettings = (env: Environment, options: FirewallOptions): FirewallSettings => {
  const problems: Problems = [...profileProblems(env, options), ...portProblems(env, options)];
  const { services, problems: wrongUrls } = readServices(env, options.profile === 'cloud');
  problems.push(...wrongUrls);
  const address6 = bridgeAddress6(options, problems);
  const clients = outside('--allow-from', options.allowFrom, problems);
  for (const { kind, text } of clients) {
    if (kind === 'ipv6' && options.bridgeAddress6 === undefined) {
      problems.push(`--allow-from ${text}: It comes over IPv6; give --bridge-address6 as well.`);
    }
  }
  const settings: FirewallSettings = {
    profile: options.profile,
    bridgeAddress: bridgeAddress(env, options, problems),
    bridgeAddress6: address6,
    clients,
    publicPort: options.publicPort,
    proxyPort: options.proxyPort,
    hairpin: readHairpin(options, problems),
    services,
    carrier: options.profile === 'selfhost' ? readCarrier(env, options, problems) : null,
    restrictEgress: options.restrictEgress === true,
    wanList: options.wanList,
    lanList: options.lanList,
  };
  if (problems.length === 0) return settings;
  throw new CliError(`The firewall cannot be written:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
};
