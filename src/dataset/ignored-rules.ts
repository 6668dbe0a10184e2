import type { DatasetItem } from './check';

/** The key whose text names, separated by commas, the rules that an example is not checked by. */
export const IGNORE_KEY = 'sft-ignore';

/** Which findings the examples themselves ask to be left out. Errors stay: what cannot be read cannot be ignored. */
export class IgnoredRules {
  private readonly examples: { readonly start: number; readonly end: number; readonly rules: readonly string[] }[] = [];

  /** Takes the items of a file in their order; true for a finding to leave out. */
  ignores(item: DatasetItem): boolean {
    if (item.type === 'example') {
      const names = item.raw[IGNORE_KEY];
      if (typeof names !== 'string') return false;
      const rules = names.split(/[\s,]+/);
      this.examples.push({ start: item.example.offset, end: item.example.endOffset, rules });
      return false;
    }
    const { offset, rule, severity } = item.finding;
    if (severity === 'error' || this.examples.length === 0) return false;
    return this.examples.some(({ start, end, rules }) => offset >= start && offset < end && rules.includes(rule));
  }
}
