import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { CliError, messageOf } from '../errors.ts';
import { notesOn } from '../firewall/notes.ts';
import type { FirewallOptions } from '../firewall/options.ts';
import { readFirewallSettings } from '../firewall/read-settings.ts';
import { applyScript, undoScript } from '../firewall/script.ts';
import { PROFILES, type Profile } from '../firewall/settings.ts';
import { type Verb, type VerbDeps, wholeNumber } from '../verb.ts';

type RenderOptions = Omit<FirewallOptions, 'profile'> & {
  readonly profile?: Profile;
  readonly undo?: true;
  readonly out?: string;
};

// Undo finds the rules by their tag: what they were made of does not matter.
const OF_RULES = [
  ...['profile', 'bridgeAddress', 'bridgeAddress6', 'allowFrom', 'publicPort', 'proxyPort', 'hairpin'],
  ...['carrier', 'carrierMedia', 'sipPort', 'rtpPorts', 'restrictEgress', 'wanList', 'lanList'],
];

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const hand = async (deps: VerbDeps, script: string, out: string | undefined): Promise<void> => {
  if (out === undefined) return deps.print(script.trimEnd());
  try {
    await writeFile(out, script);
  } catch (error) {
    throw new CliError(`Cannot write ${out} (${messageOf(error)}).`);
  }
  deps.note(`${out} is written. Copy it to the router, then: /import file-name=${out.split('/').at(-1)}`);
};

const render = async (deps: VerbDeps, { undo, out, profile, ...options }: RenderOptions): Promise<void> => {
  if (undo) return hand(deps, undoScript(), out);
  if (profile === undefined) {
    throw new CliError(
      '--profile is missing: cloud with LiveKit Cloud, selfhost with a livekit-sip of your own in the office.',
    );
  }
  const settings = readFirewallSettings(deps.environment(), { ...options, profile });
  await hand(deps, applyScript(settings), out);
  for (const note of notesOn(settings)) deps.note(`note: ${note}`);
};

const addRender = (firewall: Command, deps: VerbDeps): Command =>
  firewall
    .command('render')
    .description('write the rules as a script for the router')
    .addOption(new Option('--router <kind>', 'the router').choices(['mikrotik']).makeOptionMandatory())
    .addOption(new Option('--profile <profile>', 'whose SIP service').choices(PROFILES))
    .addOption(
      new Option('--undo', 'the script that takes the rules of any profile away').conflicts(OF_RULES),
    )
    .option('--out <file>', 'write it to this file, not to the terminal')
    .option(
      '--bridge-address <ipv4>',
      'this host in the office; default BRIDGE_HOST if it is such an address',
    )
    .option('--bridge-address6 <ipv6>', 'its public IPv6 address; without it nothing is written for IPv6')
    .option(
      '--allow-from <address>',
      'who may reach the bridge from the internet, as often as needed',
      collect,
      [],
    )
    .option('--public-port <port>', 'the port on the internet side', wholeNumber, 443)
    .option('--proxy-port <port>', 'the TLS proxy’s port on this host', wholeNumber, 443)
    .option('--hairpin <network>', 'let this office network use the public name, too')
    .option('--carrier <address>', 'selfhost: the carrier’s SIP, besides SIP_TRUNK_HOST', collect, [])
    .option(
      '--carrier-media <address>',
      'selfhost: the carrier’s sound, when it comes from elsewhere',
      collect,
      [],
    )
    .option('--sip-port <port>', 'selfhost: livekit-sip’s port; default 5060, with tls 5061', wholeNumber)
    .option('--rtp-ports <range>', 'selfhost: livekit-sip’s rtp_port; default 10000-20000')
    .option('--restrict-egress', 'let nothing out but what the rules name')
    .option('--wan-list <name>', 'the router’s interface list of the internet side', 'WAN')
    .option('--lan-list <name>', 'that of the office side', 'LAN')
    .action((options: RenderOptions) => render(deps, options));

/** `outdial firewall render`: the rules that the router in front of Outdial needs. */
export const firewallVerb: Verb = (program, deps) => {
  const firewall = program
    .command('firewall')
    .description('rules for the router in front of this host; needs no bridge');
  addRender(firewall, deps);
};
