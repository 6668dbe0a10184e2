import { adviceOn } from './advice';
import { adviceFinding, problemFinding, syntaxFinding, type ConfigFinding } from './config-finding';
import type { ConfigFacts } from './facts';
import { readLeniently } from './lenient-config';
import { planOf } from './plan';

/**
 * Everything loadConfig would refuse in the text of a configuration, and advice on the rest, in the order of the text. What is named
 * in it and does not exist is not looked for: see pathProblems.
 */
export function checkConfigText(text: string, file: string, facts: ConfigFacts = {}): ConfigFinding[] {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { parsed, syntax, problems, written, values } = readLeniently(plain, file, facts.devices);
  if (syntax !== undefined) return [syntaxFinding(syntax, plain)];
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
  for (const advice of adviceOn(values, planOf(values, facts), facts, isWritten)) {
    const key = advice.keys.find(isWritten) ?? [];
    const place = parsed.placeOf(key);
    if (!wrong.has(`${place.line}:${place.column}`)) findings.push(adviceFinding(advice, place, parsed, plain));
  }
  return findings.toSorted((a, b) => a.offset - b.offset);
}
