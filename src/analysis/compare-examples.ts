import type { Cursor } from '../dataset/json/cursor';
import type { Finding } from '../dataset/finding';
import { SharedKeys } from '../dataset/near/shared-keys';
import type { CrossRule, RuleSubject } from '../dataset/rule';
import { Comparison } from '../dataset/rule-pass';
import { placed } from './example-facts';
import { toFile, Walker, type ExampleFacts, type Segment } from './segment';

/** Which examples of a text have something in common by which a rule compares them: after an edit only these are compared again. */
export class Meetings {
  /** Of each rule, undefined where it compares all; not there before the first look. */
  private keys: readonly (SharedKeys | undefined)[] | undefined;
  /** The examples that have come since the last look. */
  private fresh: ExampleFacts[] = [];
  /** Some that were there before may share a key with one of them. */
  private joined = false;

  constructor(private readonly rules: readonly CrossRule[]) {}

  come(facts: ExampleFacts): void {
    if (this.keys === undefined) return;
    this.fresh.push(facts);
    for (const [rule, keys] of this.keys.entries()) {
      if (keys === undefined) continue;
      this.rules[rule]!.keys!(facts.digests[rule], (key) => {
        this.joined = keys.add(key) || this.joined;
      });
    }
  }

  go({ digests }: ExampleFacts): void {
    for (const [rule, keys] of this.keys?.entries() ?? []) {
      if (keys === undefined) continue;
      this.rules[rule]!.keys!(digests[rule], (key) => {
        keys.remove(key);
      });
    }
  }

  /** Writes into the facts which rules are to be given the example. What it shared with one that has gone may still count. */
  mark(segments: readonly Segment[]): void {
    const whole = this.keys === undefined || this.joined;
    const keys = (this.keys ??= this.rules.map((rule, at) => keysOf(rule, at, segments)));
    if (whole) for (const { facts } of segments) this.markOne(facts, keys);
    else for (const facts of this.fresh) this.markOne(facts, keys);
    this.fresh = [];
    this.joined = false;
  }

  private markOne(facts: ExampleFacts | undefined, all: readonly (SharedKeys | undefined)[]): void {
    if (facts === undefined) return;
    let meets = 0;
    for (const [rule, keys] of all.entries()) {
      let shared = keys === undefined;
      if (keys !== undefined) {
        this.rules[rule]!.keys!(facts.digests[rule], (key) => {
          shared ||= keys.isShared(key);
        });
      }
      if (shared) meets |= 1 << rule;
    }
    facts.meets = meets;
  }
}

/** The keys of all examples. @param at where the rule stands */
function keysOf(rule: CrossRule, at: number, segments: readonly Segment[]): SharedKeys | undefined {
  if (!('keys' in rule)) return undefined;
  const visitAll = (visit: (key: number) => void): void => {
    for (const { facts } of segments) if (facts !== undefined) rule.keys!(facts.digests[at], visit);
  };
  let count = 0;
  visitAll(() => count++);
  const keys = new SharedKeys(count);
  visitAll((key) => keys.add(key));
  return keys;
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
