import { type Menu, type PropertiesOf, propertyProblem } from './menus.ts';
import { quote } from './quote.ts';

/** Every line of ours begins its comment with this, and is found again by it. */
export const TAG = 'outdial: ';

/** One line that RouterOS is to have. */
export type Rule = {
  readonly menu: Menu;
  /** Name and value as they are written, in order. */
  readonly properties: readonly (readonly [string, string])[];
  /** It stands before what the office's own rules decide, not at the end of its menu. */
  readonly placed: boolean;
};

const rule = <M extends Menu>(menu: M, properties: PropertiesOf<M>, why: string, placed: boolean): Rule => {
  const given = Object.entries<string | undefined>(properties);
  const written = [...given, ['comment', `${TAG}${why}`] as const].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  for (const [name, value] of written) {
    const problem = propertyProblem(menu, name, value);
    if (problem !== null) throw new Error(problem);
  }
  return { menu, properties: written, placed };
};

/**
 * A line at the end of its menu. `why` becomes its comment.
 *
 * @throws Error on what the table of menus does not have: a mistake of ours, never of the configuration.
 */
export const add = <M extends Menu>(menu: M, properties: PropertiesOf<M>, why: string): Rule =>
  rule(menu, properties, why, false);

/** The same, before the forward chain's FastTrack rule, else before its first drop. */
export const addFirst = <M extends '/ip firewall filter' | '/ipv6 firewall filter'>(
  menu: M,
  properties: PropertiesOf<M>,
  why: string,
): Rule => rule(menu, properties, why, true);

/** The line as a command. */
export const command = ({ menu, properties }: Rule): string =>
  [menu, 'add', ...properties.map(([name, value]) => `${name}=${quote(value)}`)].join(' ');
