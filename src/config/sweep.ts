import { nearest } from '../base/nearest';
import { configProblem, type ConfigProblem } from './config-error';
import { CONFIG_SCHEMA, type Config } from './config-schema';
import { isPathKey } from './config-paths';
import type { ConfigText } from './config-text';
import { valueText } from './key-edits';

/** Beyond so many runs nobody waits. */
const MOST_MEMBERS = 64;

/** The values that one run of a sweep has in place of the configuration's own. */
export type SweepValues = Readonly<Record<string, unknown>>;

/** Keys that say how runs are compared, or what they are called: they are the same for all runs of a sweep. */
const SHARED = new Set([
  '$schema',
  'name',
  'columns',
  'split',
  'eval_steps',
  'eval_examples',
  'save_steps',
  'max_new_tokens',
  'rouge_unicode',
  'retention',
  'engine',
  'device',
  'threads',
  'sweep',
]);

/** Whether runs of a sweep may differ in a key. */
function isSweepable(key: string): boolean {
  return Object.hasOwn(CONFIG_SCHEMA.properties, key) && !SHARED.has(key) && !isPathKey(key);
}

/** Every combination of the values, the last key changing fastest. */
export function sweepMembers(sweep: Readonly<Record<string, readonly unknown[]>>): SweepValues[] {
  return Object.entries(sweep).reduce<SweepValues[]>(
    (made, [key, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

/** `learning_rate 1e-4, lora_r 8` */
export function memberLabel(values: SweepValues): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${shortValue(value)}`)
    .join(', ');
}

function shortValue(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-2 ? value.toExponential() : valueText(value);
}

/** What the strict reader has against a configuration with other values. */
type ProblemsWith = (values: SweepValues) => readonly ConfigProblem[];

/**
 * What is wrong with a sweep: keys that cannot be swept, values that their key does not take, and runs that cannot be.
 * @param config without problems of its own
 * @param problemsWith asked of each value, and then of each run
 */
export function sweepProblems(
  text: ConfigText,
  { sweep }: Pick<Config, 'sweep'>,
  problemsWith: ProblemsWith,
): ConfigProblem[] {
  if (sweep === undefined || sweep === null) return [];
  const entries = Object.entries(sweep);
  if (entries.length === 0) {
    const remedy = 'name a key with the values to try, such as { "learning_rate": [1e-4, 2e-4] }, or remove it';
    return [configProblem('sweep is empty', { ...text.placeOf(['sweep']), remedy })];
  }
  const problems = entries.flatMap(([key, values]) => ofKey(text, key, values, problemsWith));
  if (problems.length > 0) return problems;
  const runs = entries.reduce((product, [, values]) => product * values.length, 1);
  if (runs > MOST_MEMBERS) {
    const remedy = 'try fewer values, or one key after the other';
    const reason = `sweep makes ${runs} runs; at most ${MOST_MEMBERS} are allowed`;
    return [configProblem(reason, { ...text.placeOf(['sweep']), remedy })];
  }
  const anyway = new Set(problemsWith({}).map(({ message }) => message));
  return sweepMembers(sweep).flatMap((values) => {
    const first = problemsWith(values).find(({ message }) => !anyway.has(message));
    if (first === undefined) return [];
    const remedy = first.remedy === undefined ? {} : { remedy: first.remedy };
    return [
      configProblem(`sweep, the run with ${memberLabel(values)}: ${first.message}`, {
        ...text.placeOf(['sweep']),
        ...remedy,
      }),
    ];
  });
}

function ofKey(text: ConfigText, key: string, values: readonly unknown[], problemsWith: ProblemsWith): ConfigProblem[] {
  const place = text.placeOf(['sweep', key]);
  if (!isSweepable(key)) {
    const known = Object.hasOwn(CONFIG_SCHEMA.properties, key);
    const near = nearest(key, Object.keys(CONFIG_SCHEMA.properties).filter(isSweepable));
    return known
      ? [
          configProblem(`sweep cannot try values of ${key}: its runs are compared on the same model and data`, {
            ...place,
            remedy: `remove ${key} from sweep`,
          }),
        ]
      : [
          configProblem(`sweep has the unknown key ${JSON.stringify(key)}`, {
            ...place,
            remedy: near === undefined ? 'remove it' : `did you mean "${near}"? Otherwise remove it`,
          }),
        ];
  }
  return values.flatMap((value, at) => {
    // What does not fit other keys is told of the runs.
    const found = problemsWith({ [key]: value }).find(({ message }) => message.startsWith(key));
    if (found === undefined) return [];
    const remedy = found.remedy === undefined ? {} : { remedy: found.remedy };
    return [configProblem(`sweep: ${found.message}`, { ...text.placeOf(['sweep', key, at]), ...remedy })];
  });
}
