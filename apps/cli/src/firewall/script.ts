import { filterRules } from './filter-rules.ts';
import { listRules } from './lists.ts';
import { mangleRules } from './mangle-rules.ts';
import type { Menu } from './menus.ts';
import { natRules } from './nat-rules.ts';
import { quote } from './quote.ts';
import { command, type Rule, TAG } from './rule.ts';
import type { FirewallSettings } from './settings.ts';
import { SIP_HELPER_AS_BEFORE, SIP_HELPER_OFF } from './sip-helper.ts';

/** What leads inwards goes first, so that a script that stops halfway has closed doors and opened none. */
const REMOVED_IN_ORDER: readonly Menu[] = [
  '/ip firewall nat',
  '/ip firewall filter',
  '/ipv6 firewall filter',
  '/ip firewall mangle',
  '/ipv6 firewall mangle',
  '/ip dns static',
  '/ip firewall address-list',
  '/ipv6 firewall address-list',
];

const removeOurs = REMOVED_IN_ORDER.map((menu) => `${menu} remove [find where comment~"^${TAG}"]`);

const stop = (condition: string, why: string): string =>
  `:if (${condition}) do={ :error ${quote(`outdial: ${why}`)} }`;

const VERSION = stop('[:pick [/system resource get version] 0 2] != "7."', 'these rules are for RouterOS 7');

const interfaceList = (name: string): string =>
  stop(
    `[:len [/interface list find where name=${quote(name)}]] = 0`,
    `there is no interface list ${name}; make it (/interface list add), or name yours with --wan-list and --lan-list`,
  );

/** The rules of one tree that stand before FastTrack, else before the first drop, else at the end. */
const placedRules = (menu: Menu, variable: string, rules: readonly Rule[]): readonly string[] => {
  if (rules.length === 0) return [];
  const forward = `[${menu} find where chain=forward and dynamic=no and disabled=no and`;
  return [
    `:local ${variable} ${forward} action=fasttrack-connection]`,
    `:if ([:len $${variable}] = 0) do={`,
    `  :set ${variable} ${forward} action=drop]`,
    '}',
    `:if ([:len $${variable}] = 0) do={`,
    ...rules.map((rule) => `  ${command(rule)}`),
    '} else={',
    ...rules.map((rule) => `  ${command(rule)} place-before=($${variable}->0)`),
    '}',
  ];
};

const filterLines = (rules: readonly Rule[]): readonly string[] => {
  const placed = (menu: Menu) => rules.filter((rule) => rule.placed && rule.menu === menu);
  return [
    ...rules.filter((rule) => !rule.placed).map(command),
    ...placedRules('/ip firewall filter', 'before', placed('/ip firewall filter')),
    ...placedRules('/ipv6 firewall filter', 'before6', placed('/ipv6 firewall filter')),
  ];
};

// In braces, so that the console reads all of it before it runs any of it, pasted as well as imported.
const script = (title: string, lines: readonly string[]): string =>
  [`# Outdial, RouterOS 7: ${title}`, '{', ...lines, '}', ''].join('\n');

/**
 * The script that gives a router the rules. It first takes away what an earlier one left, by the tag of our
 * comments, so that applying it again changes nothing; doors are opened last.
 */
export const applyScript = (settings: FirewallSettings): string =>
  script(
    `rules for the profile ${settings.profile}. docs/mikrotik.md explains each; take them away with --undo.`,
    [
      '# Nothing is changed on a router that these rules do not fit.',
      VERSION,
      interfaceList(settings.wanList),
      ...(settings.hairpin === null ? [] : [interfaceList(settings.lanList)]),
      '# What an earlier run left.',
      ...removeOurs,
      '# Who is who.',
      ...listRules(settings).map(command),
      '# What may pass.',
      ...filterLines(filterRules(settings)),
      '# Marks for queues.',
      ...mangleRules(settings).map(command),
      ...(settings.profile === 'selfhost'
        ? ['# The SIP helper rewrites what livekit-sip has written right.', ...SIP_HELPER_OFF]
        : ['# The SIP helper as it was before the profile selfhost.', ...SIP_HELPER_AS_BEFORE]),
      '# What leads inwards, last.',
      ...natRules(settings).map(command),
    ],
  );

/** The script that takes away all that any profile has added, and gives the SIP helper back its state. */
export const undoScript = (): string =>
  script('takes away what "outdial firewall render" has added.', [
    VERSION,
    ...removeOurs,
    ...SIP_HELPER_AS_BEFORE,
  ]);
