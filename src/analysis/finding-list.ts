import type { Finding, Severity } from '../dataset/finding';
import { FINDINGS_SENT, type RuleSetting } from './protocol';

/** Findings under a person's settings for the rules, counted by rule and severity. */
export class FindingList {
  readonly all: Finding[] = [];
  count = 0;
  readonly byRule: Record<string, number> = {};
  readonly bySeverity: Record<Severity, number> = { error: 0, warning: 0, info: 0 };

  /** @param keep how many findings are held; the others are only counted */
  constructor(
    private readonly rules: Readonly<Record<string, RuleSetting>>,
    private readonly keep = Infinity,
  ) {}

  add(found: Finding): void {
    const setting = this.rules[found.rule];
    if (setting === 'off') return;
    const finding = setting === undefined || setting === found.severity ? found : { ...found, severity: setting };
    this.count++;
    this.byRule[finding.rule] = (this.byRule[finding.rule] ?? 0) + 1;
    this.bySeverity[finding.severity]++;
    if (this.all.length < this.keep) this.all.push(finding);
  }

  /** The first of them in file order, as many as an editor shows. */
  first(): Finding[] {
    return [...this.all].sort((a, b) => a.offset - b.offset).slice(0, FINDINGS_SENT);
  }
}
