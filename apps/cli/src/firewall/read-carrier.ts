import type { Environment } from '@outdial/runtime';
import type { FirewallOptions } from './options.ts';
import { isPort, outside } from './outside.ts';
import type { Carrier } from './settings.ts';

const hostAndPort = (text: string): { readonly host: string; readonly port: number | null } => {
  const [, host = text, port] = /^(.*?):(\d{1,5})$/.exec(text) ?? [];
  // More than one colon is an IPv6 address without a port.
  return host.includes(':') && !host.startsWith('[')
    ? { host: text, port: null }
    : { host, port: port ? Number(port) : null };
};

/** Reads the carrier of a livekit-sip in the office; what is wrong is told in `problems`. */
export const readCarrier = (env: Environment, options: FirewallOptions, problems: string[]): Carrier => {
  const transport = (env.SIP_TRUNK_TRANSPORT ?? 'udp').toLowerCase();
  if (!['udp', 'tcp', 'tls'].includes(transport)) {
    problems.push(`SIP_TRUNK_TRANSPORT: "${transport}" is not one of udp, tcp, tls.`);
  }
  const standard = transport === 'tls' ? 5061 : 5060;
  const trunk = env.SIP_TRUNK_HOST === undefined ? null : hostAndPort(env.SIP_TRUNK_HOST);
  const signalling = [
    ...(trunk === null ? [] : outside('SIP_TRUNK_HOST', [trunk.host], problems)),
    ...outside('--carrier', options.carrier, problems),
  ];
  if (signalling.length === 0 && trunk === null && options.carrier.length === 0) {
    problems.push(
      '--carrier is missing: where the carrier’s SIP comes from (also from SIP_TRUNK_HOST, which is not set).',
    );
  }
  const media = outside('--carrier-media', options.carrierMedia, problems);
  for (const { kind, text } of [...signalling, ...media]) {
    if (kind === 'ipv6') problems.push(`--carrier ${text}: SIP and its sound go over IPv4 here.`);
  }
  const rtpPorts = options.rtpPorts ?? '10000-20000';
  const [from = 0, to = 0] = rtpPorts.split('-').map(Number);
  if (!/^\d{1,5}-\d{1,5}$/.test(rtpPorts) || !isPort(from) || !isPort(to) || from >= to) {
    problems.push(
      `--rtp-ports ${rtpPorts}: It must be a range such as 10000-20000, that of livekit-sip's rtp_port.`,
    );
  }
  return {
    protocol: transport === 'udp' ? 'udp' : 'tcp',
    signalling,
    media,
    port: trunk?.port ?? standard,
    sipPort: options.sipPort ?? standard,
    rtpPorts,
  };
};
