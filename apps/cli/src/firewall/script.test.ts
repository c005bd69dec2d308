import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareRouter, defaultRouter } from '../../test/firewall/default-router.ts';
import { CLOUD, EXAMPLES, type ExampleName, OFFICE, options } from '../../test/firewall/examples.ts';
import { type Packet, ROUTER, send } from '../../test/firewall/packet.ts';
import { golden } from '../../test/firewall/render-example.ts';
import type { Router } from '../../test/firewall/router.ts';
import { readFirewallSettings } from './read-settings.ts';
import { applyScript, undoScript } from './script.ts';

const NAMES = Object.keys(EXAMPLES).filter((name): name is ExampleName => name in EXAMPLES);
const scriptOf = (name: ExampleName): string => readFileSync(golden(name), 'utf8');

const HOST = '192.168.88.10';
const STRANGER = '203.0.113.66';
const CLIENT = '198.51.100.44';
const CARRIER = '198.51.100.60';

const from = (src: string, dstPort: number, protocol: Packet['protocol'] = 'tcp'): Packet => ({
  ...{ protocol, in: 'WAN', src, srcPort: 40_000, dst: ROUTER, dstPort },
});
const out = (dst: string, dstPort: number, protocol: Packet['protocol'] = 'tcp'): Packet => ({
  ...{ protocol, in: 'LAN', src: HOST, srcPort: 40_000, dst, dstPort },
});
const applied = (name: ExampleName, router: Router = defaultRouter()): Router => {
  router.run(scriptOf(name));
  return router;
};

describe.each(NAMES)('%s', (name) => {
  test('changes nothing when it is applied a second time', () => {
    for (const router of [defaultRouter(), bareRouter()]) {
      const once = applied(name, router).export();
      expect(applied(name, router).export()).toBe(once);
    }
  });

  test('is taken away without a trace by undo, also after a second time and another profile', () => {
    for (const fresh of [defaultRouter, bareRouter]) {
      const before = fresh().export();
      for (const history of [
        [name],
        [name, name],
        ['selfhost', name],
        ['cloud', name, 'selfhost'],
      ] as const) {
        const router = fresh();
        for (const one of history) applied(one, router);
        expect(router.export()).not.toBe(before);
        router.run(undoScript());
        expect(router.export()).toBe(before);
      }
    }
  });

  test('leaves what the office has of its own as it is', () => {
    const router = defaultRouter();
    router.run(
      '/ip firewall filter add chain=forward action=drop src-address=192.168.88.99 comment="not outdial: mine"\n/ip firewall address-list add list=blocked address=203.0.113.9 comment=outdial\n',
    );
    const before = router.export();
    applied(name, router).run(undoScript());
    expect(router.export()).toBe(before);
  });

  test('stands before what the router decides, in both trees', () => {
    const router = applied(name);
    for (const tree of ['/ip', '/ipv6']) {
      const forward = router.items(`${tree} firewall filter`).filter(({ chain }) => chain === 'forward');
      const jumps = forward.flatMap(({ action }, at) => (action === 'jump' ? [at] : []));
      const decides = forward.findIndex(
        ({ action }) => action === 'fasttrack-connection' || action === 'drop',
      );
      expect(jumps).toHaveLength(tree === '/ip' || name === 'cloud-published' ? 2 : 0);
      for (const at of jumps) expect(at).toBeLessThan(decides);
    }
  });

  test('stands before the first drop where there is no FastTrack, and at the end where there is neither', () => {
    const router = bareRouter();
    router.run(
      '/ip firewall filter add chain=forward action=accept protocol=icmp\n/ip firewall filter add chain=forward action=drop\n',
    );
    const forward = (router: Router) =>
      applied(name, router)
        .items('/ip firewall filter')
        .filter(({ chain }) => chain === 'forward')
        .map(({ action }) => action);
    expect(forward(router)).toEqual(['accept', 'jump', 'jump', 'drop']);
    expect(forward(bareRouter())).toEqual(['jump', 'jump']);
  });

  test('lets no stranger in, however far it got', () => {
    const whole = defaultRouter().run(scriptOf(name));
    for (let steps = 0; steps <= whole; steps += 1) {
      const router = applied(name);
      if (steps < whole) expect(() => router.run(scriptOf(name), steps)).toThrow('broken off');
      for (const port of [22, 443, 5060, 7880, 7881, 8080, 8443, 10_000, 10_400]) {
        for (const protocol of ['tcp', 'udp'] as const) {
          expect(send(router, from(STRANGER, port, protocol)).verdict).toBe('input');
          // A neighbour on the provider's side may send to the office's private addresses.
          expect(send(router, { ...from(STRANGER, port, protocol), dst: HOST }).verdict).toBe('drop');
          expect(send(router, { ...from(CLIENT, port, protocol), dst: HOST }).verdict).toBe('drop');
          const six = { ...from('2001:db8:ffff::1', port, protocol), dst: '2001:db8::10' };
          expect(send(router, six).verdict).toBe('drop');
        }
      }
    }
  });

  test('keeps sound out of FastTrack, and other hosts in it', () => {
    const router = applied(name);
    const reply = { ...from(CARRIER, 10_200, 'udp'), dst: HOST, state: 'established' } as const;
    expect(send(router, reply).verdict).toBe('accept');
    expect(send(router, { ...reply, dst: '192.168.88.20' }).verdict).toBe('fasttrack');
    expect(send(router, { ...reply, protocol: 'tcp' }).verdict).toBe('fasttrack');
  });

  test('says why it stops on a router that it does not fit', () => {
    const old = defaultRouter();
    old.version = '6.49.18 (long-term)';
    expect(() => applied(name, old)).toThrow('outdial: these rules are for RouterOS 7');
    const other = defaultRouter();
    other.run('/interface list remove [find where name=WAN]');
    const before = other.export();
    expect(() => applied(name, other)).toThrow('there is no interface list WAN');
    expect(other.export()).toBe(before);
  });
});

describe('cloud', () => {
  test('opens nothing from the internet', () => {
    const router = applied('cloud');
    expect(router.items('/ip firewall nat')).toHaveLength(1);
    expect(router.items('/ip firewall service-port').find(({ name }) => name === 'sip')).toMatchObject({
      disabled: 'no',
    });
  });

  test('marks the sound that goes to LiveKit', () => {
    const router = applied('cloud');
    expect(send(router, out('203.0.113.200', 51_000, 'udp'))).toMatchObject({
      verdict: 'accept',
      dscp: '46',
    });
    expect(send(router, out('203.0.113.200', 443))).toMatchObject({ verdict: 'accept', dscp: null });
  });

  test('after selfhost, gives the SIP helper back', () => {
    const router = applied('cloud', applied('selfhost'));
    expect(router.items('/ip firewall service-port').map(({ disabled }) => disabled)).toEqual(['no', 'no']);
  });
});

describe('cloud, published', () => {
  test('lets listed clients reach the proxy, over IPv4 and IPv6', () => {
    const router = applied('cloud-published');
    for (const src of [CLIENT, '198.51.100.9']) {
      expect(send(router, from(src, 8443))).toMatchObject({ verdict: 'accept', to: `${HOST} 443` });
      expect(send(router, from(src, 8080)).verdict).toBe('input');
    }
    const six = { ...from('2001:db8:8::5', 443), dst: '2001:db8::10' };
    expect(send(router, six).verdict).toBe('accept');
    expect(send(router, { ...six, dstPort: 8080 }).verdict).toBe('drop');
  });

  test('lets the office use the public name', () => {
    const router = applied('cloud-published');
    const inside = { ...from('192.168.88.30', 8443), in: 'LAN' } as const;
    expect(send(router, inside)).toMatchObject({ verdict: 'accept', to: `${HOST} 443` });
    // The router's own address in the office keeps its ports.
    expect(send(router, { ...inside, dst: '192.168.88.1' }).to).toBe('192.168.88.1 8443');
  });

  test('lets out what it names and nothing else, from this host alone', () => {
    const router = applied('cloud-published');
    expect(send(router, out('198.51.100.41', 443)).verdict).toBe('accept');
    expect(send(router, out('198.51.100.44', 443)).verdict).toBe('accept');
    expect(send(router, out('203.0.113.200', 50_500, 'udp')).verdict).toBe('accept');
    expect(send(router, out('9.9.9.9', 53, 'udp')).verdict).toBe('accept');
    for (const [dst, port] of [
      ['203.0.113.200', 443],
      ['198.51.100.41', 80],
      ['203.0.113.200', 25],
    ] as const) {
      expect(send(router, out(dst, port)).verdict).toBe('drop');
      expect(send(router, { ...out(dst, port), src: '192.168.88.20' }).verdict).toBe('accept');
    }
    expect(send(router, { ...out('2001:db8:ffff::1', 443), src: '2001:db8::10' }).verdict).toBe('drop');
  });
});

describe('selfhost', () => {
  test('lets the carrier’s SIP and sound in, each from where it comes', () => {
    const router = applied('selfhost');
    expect(send(router, from(CARRIER, 5060, 'udp'))).toMatchObject({ verdict: 'accept', to: `${HOST} 5060` });
    expect(send(router, from('198.51.100.70', 10_123, 'udp'))).toMatchObject({
      verdict: 'accept',
      to: `${HOST} 10123`,
    });
    expect(send(router, from('198.51.100.70', 5060, 'udp')).verdict).toBe('input');
    expect(send(router, from(CARRIER, 10_123, 'udp')).verdict).toBe('input');
    expect(send(router, from('198.51.100.70', 10_401, 'udp')).verdict).toBe('input');
    expect(send(router, from(CARRIER, 5060)).verdict).toBe('input');
  });

  test('marks sound and SIP to the carrier', () => {
    const router = applied('selfhost');
    const rtp = { ...out('198.51.100.70', 30_000, 'udp'), srcPort: 10_010 };
    expect(send(router, rtp).dscp).toBe('46');
    expect(send(router, out(CARRIER, 5060, 'udp')).dscp).toBe('40');
    expect(send(router, out('203.0.113.200', 30_000, 'udp')).dscp).toBeNull();
  });

  test('turns the SIP helper off; undo leaves one alone that was off before', () => {
    const router = defaultRouter();
    const helper = () =>
      router.items('/ip firewall service-port').find(({ name }) => name === 'sip')?.disabled;
    router.run('/ip firewall service-port set [find where name=sip] disabled=yes');
    applied('selfhost', router);
    expect(helper()).toBe('yes');
    router.run(undoScript());
    expect(helper()).toBe('yes');
  });
});

test('whatever is configured: a script that is applied twice is there once, and undo takes it away', () => {
  const place = fc.oneof(
    fc.ipV4().filter((ip) => /^(1[1-9]|[2-8]\d)\./.test(ip)),
    fc.domain().filter((name) => /^[a-z0-9.-]+\.(com|net|org)$/.test(name)),
  );
  const port = fc.integer({ min: 1, max: 65_535 });
  const given = fc.record({
    allowFrom: fc.array(place, { maxLength: 3 }),
    publicPort: port,
    proxyPort: port.filter((number) => number !== 8080),
    wanList: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((name) => !/\p{Cc}/u.test(name)),
    restrictEgress: fc.constant<true>(true),
  });
  const selfhost = fc.record({
    carrier: fc.array(place, { minLength: 1, maxLength: 3 }),
    carrierMedia: fc.array(place, { maxLength: 2 }),
    sipPort: port,
  });
  fc.assert(
    fc.property(given, fc.option(selfhost, { nil: undefined }), (common, ownSip) => {
      const settings = ownSip
        ? readFirewallSettings(OFFICE, options({ ...common, ...ownSip, profile: 'selfhost' }))
        : readFirewallSettings(CLOUD, options(common));
      const script = applyScript(settings);
      const router = bareRouter();
      router.menus.set('/interface list', [{ name: common.wanList }]);
      const before = router.export();
      router.run(script);
      const once = router.export();
      router.run(script);
      expect(router.export()).toBe(once);
      expect(
        router.items('/ip firewall filter').filter((rule) => !rule.comment?.startsWith('outdial: ')),
      ).toEqual([]);
      router.run(undoScript());
      expect(router.export()).toBe(before);
    }),
    { numRuns: 40 },
  );
});
