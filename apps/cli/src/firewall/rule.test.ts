import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MENUS, type Menu, propertyProblem } from './menus.ts';
import { add, command } from './rule.ts';

test('a line carries its tag', () => {
  const rule = add('/ip firewall filter', { chain: 'forward', action: 'drop', protocol: 'udp' }, 'say "why"');
  expect(command(rule)).toBe(
    '/ip firewall filter add chain=forward action=drop protocol=udp comment="outdial: say \\22why\\22"',
  );
});

test('a misspelt property, value or menu is refused by the compiler and when it runs', () => {
  // @ts-expect-error there is no dst-prot
  expect(() => add('/ip firewall filter', { chain: 'forward', 'dst-prot': '443' }, 'x')).toThrow(
    'no property dst-prot',
  );
  // @ts-expect-error there is no action accpt
  expect(() => add('/ip firewall filter', { action: 'accpt' }, 'x')).toThrow('does not take action="accpt"');
  // @ts-expect-error IPv6 is not translated
  expect(() => add('/ipv6 firewall filter', { 'connection-nat-state': 'dstnat' }, 'x')).toThrow(
    'no property',
  );
  // @ts-expect-error no such menu in the table
  expect(() => add('/ip firewall raw', {}, 'x')).toThrow();
  // @ts-expect-error inherited names are no properties
  expect(() => add('/ip firewall filter', { toString: 'x' }, 'x')).toThrow('no property toString');
});

test.each<[Menu, string, string]>([
  ['/ip firewall filter', 'dst-port', '65536'],
  ['/ip firewall filter', 'dst-port', '0'],
  ['/ip firewall filter', 'dst-port', '20000-10000'],
  ['/ip firewall filter', 'dst-port', '443,'],
  ['/ip firewall filter', 'dst-address', '192.168.88'],
  ['/ip firewall filter', 'dst-address', '192.168.88.10/33'],
  ['/ip firewall filter', 'dst-address', '2001:db8::1'],
  ['/ipv6 firewall filter', 'dst-address', '192.168.88.10'],
  ['/ipv6 firewall filter', 'dst-address', 'fe80::1%ether1'],
  ['/ip firewall address-list', 'address', '300.1.1.1'],
  ['/ip firewall address-list', 'address', '*.livekit.cloud'],
  ['/ip firewall address-list', 'list', 'blocked'],
  ['/ip firewall mangle', 'new-dscp', '64'],
  ['/ip firewall filter', 'limit', '50'],
  ['/ip firewall filter', 'in-interface-list', 'WAN\n/system reset-configuration'],
  ['/ip dns static', 'name', 'livekit.cloud" type=A'],
])('%s does not take %s=%j', (menu, name, value) => {
  expect(propertyProblem(menu, name, value)).toContain(`does not take ${name}=`);
});

test('no value ever ends its line or begins another command', () => {
  const menus = Object.keys(MENUS).filter((menu): menu is Menu => menu in MENUS);
  const properties = menus.flatMap((menu) => Object.keys(MENUS[menu]).map((name) => [menu, name] as const));
  fc.assert(
    fc.property(
      fc.constantFrom(...properties),
      fc.string({ unit: 'binary', maxLength: 30 }),
      ([menu, name], value) => {
        if (propertyProblem(menu, name, value) !== null) return;
        const line = command({ menu, properties: [[name, value]], placed: false });
        expect(line).toMatch(/^[ -~]+$/);
        expect(line.replace(/"(?:\\.|[^"\\])*"/g, '')).not.toMatch(/[;{}[\]$\\"]/);
      },
    ),
  );
});
