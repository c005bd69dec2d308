import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBridgeMetrics } from './bridge-metrics.ts';

const DOCS = join(import.meta.dirname, '../../../../docs');
const read = (file: string): string => readFileSync(join(DOCS, file), 'utf8');

const described = createBridgeMetrics('0.0.0').describe();
const byName = new Map(described.map((metric) => [metric.name, metric]));
const ours = described.filter(({ name }) => name.startsWith('outdial_'));

/** Of a histogram the samples have names of their own. */
const metricOf = (name: string) => byName.get(name) ?? byName.get(name.replace(/_(bucket|sum|count)$/, ''));

type Expression = { readonly expr: string };
const dashboard = JSON.parse(read('deploy/grafana-outdial.json')) as {
  panels: { title: string; targets?: Expression[] }[];
};
const onDashboard = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const inAlerts = [...read('deploy/prometheus-outdial.yml').matchAll(/^ {8}expr: (.+)$/gm)].map(
  ([, expr = '']) => expr,
);

describe.each([
  ['the dashboard', onDashboard],
  ['the alerts', inAlerts],
])('%s', (_name, expressions) => {
  test('ask for something', () => expect(expressions.length).toBeGreaterThan(5));

  test.each(expressions)('%s asks for what /metrics gives, by labels that it has', (expr) => {
    const asked = [...expr.matchAll(/\b((?:outdial|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)];
    if (!/^up\{/.test(expr)) expect(asked).not.toEqual([]);
    const by = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */));
    for (const [, name = '', selector = ''] of asked) {
      const metric = metricOf(name);
      expect(metric, name).toBeDefined();
      const selected = [...selector.matchAll(/(\w+)(?==|!|~)/g)].map(([label]) => label);
      const known = [...(metric?.labelNames ?? []), ...(metric?.type === 'histogram' ? ['le'] : [])];
      expect(known).toEqual(expect.arrayContaining([...selected, ...by]));
    }
  });
});

const row = ({ name, type, labelNames, help }: (typeof ours)[number]): string => {
  const labels = labelNames.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
};

test('docs/observability.md lists each of our figures as it is, and no other', () => {
  const listed = read('observability.md')
    .split('\n')
    .filter((line) => line.startsWith('| `outdial_'));
  expect(listed.toSorted()).toEqual(ours.map(row).toSorted());
});

test('every alert of the file is in docs/observability.md', () => {
  const names = [...read('deploy/prometheus-outdial.yml').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  expect(names.length).toBe(inAlerts.length);
  for (const name of names) expect(read('observability.md')).toContain(`\`${name}\``);
});

test('each figure tells what it is and has one name of the form that Prometheus asks for', () => {
  for (const { name, type, help } of ours) {
    expect(help).toMatch(/\.$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
  }
});
