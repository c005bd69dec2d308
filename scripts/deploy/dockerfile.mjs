import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';
import { repository } from '../setup/paths.mjs';

/**
 * One line of the Dockerfile: its keyword, its flags such as `--from=…`, and what follows them, continued lines
 * joined and build arguments filled in.
 * @typedef {{ keyword: string, flags: Record<string, string>, text: string }} Step
 */

/** @typedef {{ name: string, from: string, steps: Step[] }} Stage */

export const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');

/**
 * @param {import('dockerfile-ast').Instruction} instruction
 * @param {string[]} lines of the file
 * @returns {Step}
 */
const stepOf = (instruction, lines) => {
  const { start, end } = instruction.getRange();
  const all = lines
    .slice(start.line, end.line + 1)
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .replace(/^\w+\s+/, '')
    .trim();
  const [head = ''] = /^(--[\w-]+=\S+\s+)*/.exec(all) ?? [];
  const flags = Object.fromEntries(
    [...head.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
  const text = all.slice(head.length);
  return { keyword: instruction.getKeyword(), flags, text };
};

/**
 * The stages of a Dockerfile, by name, in their order.
 * @param {string} [source]
 * @returns {Map<string, Stage>}
 */
export const stagesOf = (source = dockerfile) => {
  /** @type {Map<string, Stage>} */
  const stages = new Map();
  /** @type {Record<string, string>} */
  const args = {};
  /** @type {Stage | null} */
  let stage = null;
  for (const instruction of DockerfileParser.parse(source).getInstructions()) {
    const step = stepOf(instruction, source.split('\n'));
    const text = step.text.replace(/\$\{(\w+)\}/g, (whole, name) => args[name] ?? whole);
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (step.keyword === 'ARG') args[name] = value;
    else if (step.keyword === 'FROM') {
      const [from = '', , as = ''] = text.split(/\s+/);
      stage = { name: as, from, steps: [] };
      stages.set(as, stage);
    } else stage?.steps.push({ ...step, text });
  }
  return stages;
};

/**
 * A stage's steps with those of the stages it is built on before them.
 * @param {string} name
 * @param {Map<string, Stage>} [stages]
 * @returns {Step[]}
 */
export const stepsOf = (name, stages = stagesOf()) => {
  const stage = stages.get(name);
  if (stage === undefined) return []; // an image from outside
  return [...stepsOf(stage.from, stages), ...stage.steps];
};

/**
 * The images from outside that the stages begin with.
 * @param {Map<string, Stage>} [stages]
 */
export const baseImages = (stages = stagesOf()) => [
  ...new Set([...stages.values()].map(({ from }) => from).filter((from) => !stages.has(from))),
];
