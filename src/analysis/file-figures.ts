import type { QaExample } from '../dataset/example';
import type { Finding, Severity } from '../dataset/finding';
import { ownCopy } from '../base/own-copy';
import type { TokenLength } from '../text/token-lengths';
import type { FileFigures, RuleSetting } from './protocol';

/** Further names are counted under one: a report lists no more. */
const MOST_AGENCIES = 1000;

/** Gathers the figures of a file of any size: four bytes an example. */
export class FigureList {
  private tokens = new Int32Array(1024);
  private count = 0;
  private over = 0;
  private lost = 0;
  private readonly agencies = new Map<string, number>();
  private readonly severities: Record<string, Severity> = {};

  constructor(private readonly rules: Readonly<Record<string, RuleSetting>>) {}

  example({ agency = '' }: QaExample, length: TokenLength): void {
    if (this.count === this.tokens.length) {
      const larger = new Int32Array(this.tokens.length * 2);
      larger.set(this.tokens);
      this.tokens = larger;
    }
    this.tokens[this.count++] = length.tokens;
    if (length.truncated > 0) this.over++;
    if (length.truncated > 0 && length.trained === 0) this.lost++;
    const name = agency.trim();
    const known = this.agencies.get(name);
    if (known !== undefined) this.agencies.set(name, known + 1);
    else if (this.agencies.size < MOST_AGENCIES) this.agencies.set(ownCopy(name), 1);
  }

  finding({ rule, severity }: Finding): void {
    const setting = this.rules[rule];
    this.severities[rule] = setting === undefined || setting === 'off' ? severity : setting;
  }

  sealed(): FileFigures {
    const { over, lost, severities } = this;
    const agencies = [...this.agencies].map(([name, examples]) => ({ name, examples }));
    agencies.sort((a, b) => b.examples - a.examples || a.name.localeCompare(b.name));
    return { tokens: this.tokens.slice(0, this.count), over, lost, agencies, severities };
  }
}
