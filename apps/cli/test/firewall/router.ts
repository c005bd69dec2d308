import { readValue, words } from './console-text.ts';

/** One line of a menu. */
export type Item = Readonly<Record<string, string>>;

const isIn = (item: Item, condition: string): boolean => {
  const [, name = '', operator, rest = ''] = /^([a-z-]+)([=~])(.*)$/s.exec(condition) ?? [];
  const value = readValue(rest);
  // What a console shows of a line that does not say it.
  const has = item[name] ?? (name === 'dynamic' || name === 'disabled' ? 'no' : '');
  if (operator === '=') return has === value;
  if (operator === '~') return new RegExp(value).test(has);
  throw new Error(`not understood: find where ${condition}`);
};

/**
 * As much of a router as the scripts of `outdial firewall render` use: ordered menus and the few words of
 * its console. Whatever it does not understand is an error, so a script has to be in this language.
 */
export class Router {
  readonly menus = new Map<string, Item[]>();
  /** What `/system resource get version` says. */
  version = '7.20.6 (stable)';
  private readonly variables = new Map<string, Item[]>();
  private steps = Number.POSITIVE_INFINITY;

  items(menu: string): readonly Item[] {
    return this.menus.get(menu) ?? [];
  }

  /** All that it is configured to, to compare. */
  export(): string {
    return [...this.menus]
      .filter(([, items]) => items.length > 0)
      .sort(([a], [b]) => a.localeCompare(b))
      .flatMap(([menu, items]) => {
        const lines = items.map((item) => `${menu} ${JSON.stringify(item)}`);
        // Lists have no order.
        return menu.endsWith('address-list') ? lines.sort() : lines;
      })
      .join('\n');
  }

  /** Runs a script; with `steps` it breaks off after so many changes. Gives the changes made. */
  run(script: string, steps = Number.POSITIVE_INFINITY): number {
    this.steps = steps;
    this.variables.clear();
    const lines = script
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    this.block(lines, true);
    return steps - this.steps;
  }

  private block(lines: string[], runs: boolean): string {
    for (;;) {
      const line = lines.shift();
      if (line === undefined) return '';
      if (line === '}' || line === '} else={') return line;
      if (line === '{') this.block(lines, runs);
      else if (line.startsWith(':if ')) this.condition(line, lines, runs);
      else if (runs) this.command(line);
    }
  }

  private condition(line: string, lines: string[], runs: boolean): void {
    const [, test = '', inner] = /^:if \((.*)\) do=\{(?: (.*) \})?$/.exec(line) ?? [];
    if (test === '') throw new Error(`not understood: ${line}`);
    const holds = runs && this.holds(test);
    if (inner !== undefined) {
      if (holds) this.command(inner);
    } else if (this.block(lines, holds) === '} else={') this.block(lines, runs && !holds);
  }

  private holds(test: string): boolean {
    const [, counted = '', operator] = /^\[:len (.*)\] (=|>) 0$/.exec(test) ?? [];
    if (operator !== undefined)
      return operator === '>' ? this.list(counted).length > 0 : this.list(counted).length === 0;
    const [, from, to, text] =
      /^\[:pick \[\/system resource get version\] (\d) (\d)\] != (".*")$/.exec(test) ?? [];
    if (text === undefined) throw new Error(`not understood: ${test}`);
    return this.version.slice(Number(from), Number(to)) !== readValue(text);
  }

  private list(expression: string): readonly Item[] {
    if (expression.startsWith('$')) {
      const found = this.variables.get(expression.slice(1));
      if (found === undefined) throw new Error(`${expression} has no value`);
      return found;
    }
    const [, menu, where = ''] = /^\[(\/[a-z0-9 -]+) find where (.*)\]$/.exec(expression) ?? [];
    if (menu === undefined) throw new Error(`not understood: ${expression}`);
    return this.find(menu, where);
  }

  private find(menu: string, where: string): Item[] {
    const conditions = words(where).filter((word) => word !== 'and');
    return this.items(menu).filter((item) => conditions.every((condition) => isIn(item, condition)));
  }

  private command(line: string): void {
    if (line.startsWith(':error ')) throw new Error(readValue(line.slice(':error '.length)));
    const [, name, expression] = /^:(?:local|set) ([a-z0-9]+) (.*)$/.exec(line) ?? [];
    if (name !== undefined && expression !== undefined) {
      this.variables.set(name, [...this.list(expression)]);
      return;
    }
    const [, menu = '', verb, rest = ''] = /^(\/[a-z0-9 -]+?) (add|remove|set) (.*)$/.exec(line) ?? [];
    const [, where, changes = ''] = /^\[find where (.*?)\](?: (.*))?$/.exec(rest) ?? [];
    this.steps -= 1;
    if (this.steps < 0) throw new Error('broken off');
    if (verb === 'add') this.add(menu, rest);
    else if (verb === 'remove' && where !== undefined) {
      const gone = new Set(this.find(menu, where));
      this.menus.set(
        menu,
        [...this.items(menu)].filter((item) => !gone.has(item)),
      );
    } else if (verb === 'set' && where !== undefined) {
      const chosen = new Set(this.find(menu, where));
      const values = Object.fromEntries(words(changes).map(pair));
      this.menus.set(
        menu,
        [...this.items(menu)].map((item) => (chosen.has(item) ? { ...item, ...values } : item)),
      );
    } else throw new Error(`not understood: ${line}`);
  }

  private add(menu: string, rest: string): void {
    const pairs = words(rest).map(pair);
    const names = pairs.map(([name]) => name);
    if (new Set(names).size < names.length) throw new Error(`named twice: ${rest}`);
    const { 'place-before': anchor, ...item } = Object.fromEntries(pairs);
    const items = [...this.items(menu)];
    const before = anchor === undefined ? undefined : this.anchor(anchor);
    const at = before === undefined ? items.length : items.indexOf(before);
    if (at < 0) throw new Error('no such item');
    this.menus.set(menu, [...items.slice(0, at), item, ...items.slice(at)]);
  }

  private anchor(expression: string): Item {
    const [, name = ''] = /^\(\$([a-z0-9]+)->0\)$/.exec(expression) ?? [];
    const item = this.variables.get(name)?.[0];
    if (item === undefined) throw new Error(`no such item: ${expression}`);
    return item;
  }
}

const pair = (word: string): readonly [string, string] => {
  const [, name, value] = /^([a-z-]+)=(.*)$/s.exec(word) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not understood: ${word}`);
  return [name, value.startsWith('(') ? value : readValue(value)];
};
