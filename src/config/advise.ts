import { SftError } from '../base/errors';
import { adviceOn } from './advice';
import { ConfigProblem } from './config-error';
import { adviceFinding, problemFinding, syntaxFinding, type ConfigFinding } from './config-finding';
import type { Config } from './config-schema';
import { ConfigText } from './config-text';
import { withDefaults, type EffectiveValues } from './defaults';
import type { ConfigFacts } from './facts';
import { impossible } from './impossible';
import { endOf } from './key-edits';
import { schemaProblems } from './schema-problems';

/**
 * Everything loadConfig would refuse in the text of a configuration, and advice on the rest, in the order of the text. What is named
 * in it and does not exist is not looked for: see pathProblems.
 */
export function checkConfigText(text: string, file: string, facts: ConfigFacts = {}): ConfigFinding[] {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let parsed: ConfigText;
  try {
    parsed = ConfigText.parse(plain, file);
  } catch (error) {
    if (error instanceof ConfigProblem) return [syntaxFinding(error, plain)];
    throw error;
  }
  const { problems, written, values } = soundPart(parsed);
  // A key that is wrong has no value to give advice on.
  const wrong = new Set(problems.map((problem) => `${problem.line}:${problem.column}`));
  const findings = problems.map((problem) => problemFinding(problem, parsed, plain));
  const isWritten = (path: readonly (string | number)[]): boolean => {
    let value: unknown = written;
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
      value = (value as Record<string | number, unknown>)[key];
    }
    return true;
  };
  for (const advice of adviceOn(values, facts, isWritten)) {
    const key = advice.keys.find(isWritten) ?? [];
    const place = parsed.placeOf(key);
    if (!wrong.has(`${place.line}:${place.column}`)) findings.push(adviceFinding(advice, place, parsed, plain));
  }
  return findings.toSorted((a, b) => a.offset - b.offset);
}

/** The values a run of this text would have, as far as the text is sound; undefined where it is not JSON. */
export function effectiveValues(text: string, file: string): EffectiveValues | undefined {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return soundPart(ConfigText.parse(plain, file)).values;
  } catch (error) {
    if (error instanceof SftError) return undefined;
    throw error;
  }
}

interface SoundPart {
  readonly problems: readonly ConfigProblem[];
  /** What is written, without the keys that something is wrong with. */
  readonly written: Partial<Config>;
  readonly values: EffectiveValues;
}

function soundPart(parsed: ConfigText): SoundPart {
  const problems = [...parsed.duplicates(), ...schemaProblems(parsed)];
  const written = { ...parsed.value() } as Record<string, unknown>;
  if (problems.length > 0) {
    for (const property of parsed.root.children ?? []) {
      const end = endOf(property);
      const spoilt = problems.some((problem) => {
        const at = parsed.offsetOf(problem);
        return at >= property.offset && at < end && !problem.message.endsWith('is given twice');
      });
      if (spoilt) Reflect.deleteProperty(written, String(property.children?.[0]?.value));
    }
  }
  const sound = written as Partial<Config>;
  const values = withDefaults(sound);
  problems.push(...impossible(parsed, sound as Config, values.warmup_steps));
  return { problems, written: sound, values };
}
