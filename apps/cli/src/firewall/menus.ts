import ipaddr from 'ipaddr.js';

type OneOf<T extends string> = { readonly values: readonly T[] };
type Checked = { readonly allows: (value: string) => boolean };

const oneOf = <const T extends readonly string[]>(...values: T): OneOf<T[number]> => ({ values });
const like = (shape: RegExp): Checked => ({ allows: (value) => shape.test(value) });

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
const isPortRange = (text: string): boolean => {
  const [from = '', to = from, ...rest] = text.split('-');
  return rest.length === 0 && isPort(from) && isPort(to) && Number(from) <= Number(to);
};

const ports: Checked = { allows: (value) => value.split(',').every(isPortRange) };
const range: Checked = { allows: isPortRange };
const ipv4: Checked = {
  allows: (value) =>
    ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv4.isValidCIDRFourPartDecimal(value),
};
const ipv4OrNot: Checked = { allows: (value) => ipv4.allows(value.replace(/^!/, '')) };
const ipv6: Checked = {
  allows: (value) => !value.includes('%') && (ipaddr.IPv6.isValid(value) || ipaddr.IPv6.isValidCIDR(value)),
};
const dnsName = like(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
const own = like(/^outdial(-[a-z0-9]+)*$/);
const chain = like(/^(forward|outdial)$/);
const interfaceList = like(/^[^\p{Cc}]{1,63}$/u);
const text = like(/^[^\p{Cc}]{1,200}$/u);
const limit = like(/^\d+\/\d+[sm],\d+:packet$/);
const yesNo = oneOf('yes', 'no');
const protocol = oneOf('tcp', 'udp');

const filter = {
  chain,
  action: oneOf('accept', 'drop', 'log', 'jump'),
  'jump-target': own,
  protocol,
  'connection-state': oneOf('new', 'established,related'),
  'in-interface-list': interfaceList,
  'out-interface-list': interfaceList,
  'src-address-list': own,
  'dst-address-list': own,
  'src-port': ports,
  'dst-port': ports,
  limit,
  'log-prefix': text,
  comment: text,
} as const;

const mangle = {
  chain: oneOf('postrouting'),
  action: oneOf('change-dscp'),
  'new-dscp': like(/^([0-9]|[1-5][0-9]|6[0-3])$/),
  passthrough: yesNo,
  protocol,
  'out-interface-list': interfaceList,
  'dst-address-list': own,
  'src-port': ports,
  'dst-port': ports,
  comment: text,
} as const;

/**
 * The menus of RouterOS 7 that we write to, with the properties and the values that we use there. A line
 * that is not in this table cannot be rendered.
 */
export const MENUS = {
  '/ip firewall address-list': {
    list: own,
    address: { allows: (value: string) => ipv4.allows(value) || dnsName.allows(value) },
    disabled: yesNo,
    comment: text,
  },
  '/ipv6 firewall address-list': {
    list: own,
    address: { allows: (value: string) => ipv6.allows(value) || dnsName.allows(value) },
    disabled: yesNo,
    comment: text,
  },
  '/ip firewall filter': {
    ...filter,
    'src-address': ipv4,
    'dst-address': ipv4,
    'connection-nat-state': oneOf('dstnat'),
  },
  '/ipv6 firewall filter': { ...filter, 'src-address': ipv6, 'dst-address': ipv6 },
  '/ip firewall nat': {
    chain: oneOf('dstnat', 'srcnat'),
    action: oneOf('dst-nat', 'masquerade'),
    protocol,
    'in-interface-list': interfaceList,
    'out-interface-list': interfaceList,
    'src-address': ipv4,
    'src-address-list': own,
    'dst-address': ipv4OrNot,
    'dst-address-type': oneOf('local'),
    'dst-port': ports,
    'to-addresses': ipv4,
    'to-ports': range,
    comment: text,
  },
  '/ip firewall mangle': { ...mangle, 'src-address': ipv4 },
  '/ipv6 firewall mangle': { ...mangle, 'src-address': ipv6 },
  '/ip dns static': {
    name: dnsName,
    type: oneOf('FWD'),
    'match-subdomain': yesNo,
    'address-list': own,
    comment: text,
  },
} as const;

export type Menu = keyof typeof MENUS;

type ValueOf<P> = P extends OneOf<infer T> ? T : string;

/** What a line of a menu may say; what several menus have in common for a union of them. */
export type PropertiesOf<M extends Menu> = {
  readonly [P in keyof (typeof MENUS)[M]]?: ValueOf<(typeof MENUS)[M][P]>;
};

/** What is wrong with a property of a menu, as a sentence; `null` when it may be written. */
export const propertyProblem = (menu: Menu, name: string, value: string): string | null => {
  const table: Readonly<Record<string, OneOf<string> | Checked>> = MENUS[menu];
  const kind = Object.hasOwn(table, name) ? table[name] : undefined;
  if (kind === undefined) return `${menu} has no property ${name} in our table.`;
  const fits = 'values' in kind ? kind.values.includes(value) : kind.allows(value);
  return fits ? null : `${menu} does not take ${name}=${JSON.stringify(value)}.`;
};
