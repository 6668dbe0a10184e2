import type { Cursor } from '../dataset/json/cursor';
import type { Finding, Severity } from '../dataset/finding';
import type { RuleSetting } from './protocol';
import { toFile } from './segment';

/** Findings under a person's settings for the rules, counted by rule and severity. */
export class FindingList {
  count = 0;
  readonly byRule: Record<string, number> = {};
  readonly bySeverity: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  private readonly held: Finding[] = [];
  private heldBefore = 0;

  constructor(private readonly rules: Readonly<Record<string, RuleSetting>>) {}

  /**
   * @param most where so many are held already, it is only counted
   * @param at where the finding is a segment's: the start of it
   */
  add(finding: Finding, most: number, at?: Cursor): void {
    const setting = this.rules[finding.rule];
    if (setting === 'off') return;
    const severity = setting ?? finding.severity;
    this.count++;
    this.byRule[finding.rule] = (this.byRule[finding.rule] ?? 0) + 1;
    this.bySeverity[severity]++;
    if (this.held.length - this.heldBefore >= most) return;
    const placed = at === undefined ? finding : toFile(finding, at);
    this.held.push(severity === placed.severity ? placed : { ...placed, severity });
  }

  /** What is added from here on is in file order of its own, and held to a number of its own. */
  startList(): void {
    this.heldBefore = this.held.length;
  }

  /** The first of them in file order. */
  sorted(most: number): Finding[] {
    return this.held.sort((a, b) => a.offset - b.offset).slice(0, most);
  }
}
