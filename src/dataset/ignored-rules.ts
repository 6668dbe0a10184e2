import type { Severity } from './finding';

/** The key whose text names, separated by commas or spaces, the rules that an example is not checked by. */
export const IGNORE_KEY = 'sft-ignore';

const NONE: readonly string[] = [];

/** The rules an example names under IGNORE_KEY. @param value of an element of a dataset, valid or not */
export function ignoredRules(value: unknown): readonly string[] {
  const names = (value as Readonly<Record<string, unknown>> | null | undefined)?.[IGNORE_KEY];
  return typeof names === 'string' ? names.split(/[\s,]+/).filter((name) => name !== '') : NONE;
}

/**
 * Whether a finding is left out. Errors of reading stay: what cannot be read cannot be ignored.
 * @param content the finding is about what a valid example says, which its author may know better, whatever its severity
 */
export function isIgnored(
  rules: readonly string[],
  finding: { rule: string; severity: Severity },
  content = false,
): boolean {
  return rules.length > 0 && (content || finding.severity !== 'error') && rules.includes(finding.rule);
}

/** The examples of a file that ignore rules, for findings made when the example has gone. Added in file order. */
export class IgnoringExamples {
  private readonly examples: { readonly start: number; readonly end: number; readonly rules: readonly string[] }[] = [];

  add(start: number, end: number, rules: readonly string[]): void {
    if (rules.length > 0) this.examples.push({ start, end, rules });
  }

  /** The rules that the example at an offset ignores. */
  at(offset: number): readonly string[] {
    let low = 0;
    let high = this.examples.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.examples[middle]!.end <= offset) low = middle + 1;
      else high = middle;
    }
    const found = this.examples[low];
    return found !== undefined && found.start <= offset ? found.rules : NONE;
  }
}
