import type { Cursor } from '../dataset/json/cursor';
import type { Finding } from '../dataset/finding';
import type { CrossRule, RuleMemory, RuleSubject } from '../dataset/rule';
import { Comparison } from '../dataset/rule-pass';
import { placed } from './example-facts';
import { toFile, Walker, type ExampleFacts, type Segment } from './segment';

/** What is known of a text from comparing its examples, for when it is compared again. */
export class Compared {
  /** By the ids of rules. */
  private readonly memories = new Map<string, RuleMemory>();
  /** Of the examples that have come since. */
  fresh: ExampleFacts[] = [];

  memoryOf({ id }: CrossRule): RuleMemory {
    let memory = this.memories.get(id);
    if (memory === undefined) this.memories.set(id, (memory = {}));
    return memory;
  }
}

/**
 * What the cross-example rules find in a file whose examples' digests are all there: each rule sees them again in their order.
 * @param table whether the file is a table
 */
export function compareExamples(
  file: string,
  table: boolean,
  segments: readonly Segment[],
  rules: readonly CrossRule[],
  read: (segment: Segment, at: Cursor) => RuleSubject,
  before: Compared,
): Finding[] {
  const findings: Finding[] = [];
  const at = new Walker();
  let segment: Segment | undefined;
  const subject = (): RuleSubject => read(segment!, at.here);
  const example = { file, line: 0, column: 0, endLine: 0, endColumn: 0, offset: 0, endOffset: 0, subject };
  const comparison = new Comparison(rules, {
    table,
    held: (rule, i) => ({
      size: segments.length,
      each(visit) {
        for (const one of segments) if (one.facts !== undefined) visit(one.facts.digests[i]);
      },
      eachNew(visit) {
        for (const facts of before.fresh) visit(facts.digests[i]);
      },
      memory: before.memoryOf(rule),
    }),
    place(finding, severity, fixes) {
      // What belongs to it stands elsewhere in the file, and does not move with the example.
      const { related = [] } = finding;
      const local = placed(file, subject().source, { ...finding, related: [] }, severity, fixes);
      return { ...toFile(local, at), related };
    },
    add: (finding) => findings.push(finding),
  });
  before.fresh = [];
  for (const one of segments) {
    if (one.facts !== undefined) {
      segment = one;
      const { extent, ignored, digests } = one.facts;
      const { size, lines, tail } = extent;
      example.line = at.line + 1;
      example.column = at.offset - at.lineStart + 1;
      example.endLine = at.line + lines + 1;
      example.endColumn = lines === 0 ? example.column + size : tail + 1;
      example.offset = at.offset;
      example.endOffset = at.offset + size;
      comparison.next(example, ignored);
      for (let i = 0; i < rules.length; i++) comparison.compare(i, digests[i]);
    }
    at.pass(one);
  }
  comparison.finish();
  return findings.sort((a, b) => a.offset - b.offset);
}
