import { SftError } from '../base/errors';
import type { DeviceListing } from '../compute/provider';
import type { ConfigProblem } from './config-error';
import { absolutePaths, type ConfigPaths } from './config-paths';
import type { Config } from './config-schema';
import { ConfigText } from './config-text';
import { withDefaults, type EffectiveValues } from './defaults';
import { impossible } from './impossible';
import { readConfigText } from './read-config-text';
import { schemaProblems } from './schema-problems';
import { sweepProblems } from './sweep';

/** A configuration that may be half written: what is right in it, and what is not. */
export interface LenientConfig {
  readonly parsed: ConfigText;
  /** What is first wrong with a text that is not a JSON object. */
  readonly syntax: ConfigProblem | undefined;
  /** What the strict reader has against a text that is a JSON object. */
  readonly problems: readonly ConfigProblem[];
  /** The keys that are right, as they are written. */
  readonly written: Partial<Config>;
  /** The values a run would have, paths as they are written: defaults in place of what is missing or wrong. */
  readonly values: EffectiveValues;
  readonly paths: ConfigPaths;
}

/** What a command says in place of the configuration. */
export type ChosenValues = Partial<Pick<Config, 'device' | 'engine'>>;

/** Reads the text of a configuration for an editor: takes every key that is right. `parseConfig` is the strict reader. Never throws. */
export function readLeniently(
  text: string,
  file: string,
  devices: readonly DeviceListing[] = [],
  chosen: ChosenValues = {},
): LenientConfig {
  const { parsed, syntax } = ConfigText.read(text, file);
  const value = parsed.value();
  const schema = schemaProblems(parsed, value);
  const right = Object.entries(value).filter(([key]) => !schema.keys.has(key));
  const written: Partial<Config> = Object.fromEntries(right);
  const values = withDefaults(written);
  const problemsOf = (config: Partial<Config>): readonly ConfigProblem[] =>
    impossible(parsed, { ...(config as Config), ...chosen }, devices);
  const problems =
    syntax === undefined
      ? [
          ...parsed.duplicates(),
          ...schema.problems,
          ...problemsOf(written),
          ...sweepProblems(parsed, written, (more) => {
            const tried: Record<string, unknown> = { ...written, ...more };
            const found = schemaProblems(parsed, tried);
            const fine = Object.fromEntries(Object.entries(tried).filter(([key]) => !found.keys.has(key)));
            return [...found.problems, ...problemsOf(fine)];
          }),
        ]
      : [];
  return { parsed, syntax, problems, written, values, paths: absolutePaths(values, file) };
}

/** As readLeniently, of a file; undefined where it cannot be read. */
export async function readFileLeniently(file: string): Promise<LenientConfig | undefined> {
  try {
    return readLeniently(await readConfigText(file), file);
  } catch (error) {
    if (error instanceof SftError) return undefined;
    throw error;
  }
}
