import type { Cursor } from '../dataset/json/cursor';
import type { Finding } from '../dataset/finding';
import { SharedKeys } from '../dataset/near/shared-keys';
import type { CrossRule, RuleSubject } from '../dataset/rule';
import { Comparison } from '../dataset/rule-pass';
import { placed } from './example-facts';
import { toFile, Walker, type ExampleFacts, type Segment } from './segment';

/** The keys that a rule compares examples by, of all examples that are there. */
interface KeyTable {
  /** Of the rule, in ExampleFacts.meets. */
  readonly bit: number;
  readonly keys: SharedKeys;
  /** Gives the keys of one example. */
  readonly each: (facts: ExampleFacts, visit: (key: number) => void) => void;
}

/** Which examples of a text have something in common by which a rule compares them: after an edit only these are compared again. */
export class Meetings {
  /** One for each rule that has keys; not there before the first look. */
  private tables: readonly KeyTable[] | undefined;
  /** The bits of the rules that have none, and are given every example. */
  private always = 0;
  /** The examples that have come since the last look. */
  private fresh: ExampleFacts[] = [];
  /** Some that were there before may share a key with one of them. */
  private joined = false;

  constructor(private readonly rules: readonly CrossRule[]) {}

  come(facts: ExampleFacts): void {
    if (this.tables === undefined) return;
    this.fresh.push(facts);
    for (const { keys, each } of this.tables) {
      each(facts, (key) => {
        this.joined = keys.add(key) || this.joined;
      });
    }
  }

  go(facts: ExampleFacts): void {
    for (const { keys, each } of this.tables ?? []) {
      each(facts, (key) => {
        keys.remove(key);
      });
    }
  }

  /** Writes into the facts which rules are to be given the example. What it shared with one that has gone may still count. */
  mark(segments: readonly Segment[]): void {
    const all = this.tables === undefined || this.joined;
    const tables = (this.tables ??= this.tablesOf(segments));
    const mark = (facts: ExampleFacts): void => {
      facts.meets = this.always;
      for (const { bit, keys, each } of tables) {
        each(facts, (key) => {
          if (keys.isShared(key)) facts.meets |= bit;
        });
      }
    };
    if (all) eachFacts(segments, mark);
    else this.fresh.forEach(mark);
    this.fresh = [];
    this.joined = false;
  }

  private tablesOf(segments: readonly Segment[]): readonly KeyTable[] {
    const tables: KeyTable[] = [];
    for (const [at, rule] of this.rules.entries()) {
      const bit = 1 << at;
      if (!('keys' in rule)) {
        this.always |= bit;
        continue;
      }
      const each: KeyTable['each'] = ({ digests }, visit) => {
        rule.keys!(digests[at], visit);
      };
      let count = 0;
      eachFacts(segments, (facts) => {
        each(facts, () => count++);
      });
      const keys = new SharedKeys(count);
      eachFacts(segments, (facts) => {
        each(facts, (key) => keys.add(key));
      });
      tables.push({ bit, keys, each });
    }
    return tables;
  }
}

function eachFacts(segments: readonly Segment[], visit: (facts: ExampleFacts) => void): void {
  for (const { facts } of segments) if (facts !== undefined) visit(facts);
}

/**
 * What the cross-example rules find in a file whose examples' digests are all there: each rule sees again those that matter to it, in
 * their order.
 * @param table whether the file is a table
 */
export function compareExamples(
  file: string,
  table: boolean,
  segments: readonly Segment[],
  rules: readonly CrossRule[],
  read: (segment: Segment, at: Cursor) => RuleSubject,
  meetings: Meetings,
): Finding[] {
  const findings: Finding[] = [];
  const at = new Walker();
  let segment: Segment | undefined;
  const subject = (): RuleSubject => read(segment!, at.here);
  const example = { file, line: 0, column: 0, endLine: 0, endColumn: 0, offset: 0, endOffset: 0, subject };
  const comparison = new Comparison(rules, {
    table,
    held: true,
    place(finding, severity, fixes) {
      // What belongs to it stands elsewhere in the file, and does not move with the example.
      const { related = [] } = finding;
      const local = placed(file, subject().source, { ...finding, related: [] }, severity, fixes);
      return { ...toFile(local, at), related };
    },
    add: (finding) => findings.push(finding),
  });
  meetings.mark(segments);
  for (const one of segments) {
    if (one.facts !== undefined) {
      segment = one;
      const { size, lines, tail, ignored, digests, meets } = one.facts;
      example.line = at.line + 1;
      example.column = at.offset - at.lineStart + 1;
      example.endLine = at.line + lines + 1;
      example.endColumn = lines === 0 ? example.column + size : tail + 1;
      example.offset = at.offset;
      example.endOffset = at.offset + size;
      comparison.next(example, ignored);
      for (let i = 0; i < rules.length; i++) if ((meets & (1 << i)) !== 0) comparison.compare(i, digests[i]);
    }
    at.pass(one);
  }
  comparison.finish();
  return findings.sort((a, b) => a.offset - b.offset);
}
