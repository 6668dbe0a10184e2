import type { Cursor } from '../dataset/json/cursor';
import type { Finding, Severity } from '../dataset/finding';
import { IgnoringExamples, isIgnored } from '../dataset/ignored-rules';
import type { CrossFinding, CrossRule, EndFinding, ExampleAt, RuleMemory, RuleSubject } from '../dataset/rule';
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

/** What the cross-example rules find in a file whose examples' digests are all there: each rule sees them again in their order. */
export function compareExamples(
  file: string,
  segments: readonly Segment[],
  rules: readonly CrossRule[],
  read: (segment: Segment, at: Cursor) => RuleSubject,
  before: Compared,
): Finding[] {
  const findings: Finding[] = [];
  const ignoring = new IgnoringExamples();
  const checks = rules.map((rule, i) =>
    rule.start({
      size: segments.length,
      each(visit) {
        for (const one of segments) if (one.facts !== undefined) visit(one.facts.digests[i]);
      },
      eachNew(visit) {
        for (const facts of before.fresh) visit(facts.digests[i]);
      },
      memory: before.memoryOf(rule),
    }),
  );
  before.fresh = [];
  const at = new Walker();
  let segment: Segment | undefined;
  let facts: ExampleFacts | undefined;
  const reports = rules.map((rule) => (found: CrossFinding): void => {
    const severity = found.severity ?? rule.severity;
    if (isIgnored(facts!.ignored, { rule: found.rule, severity })) return;
    const { start, end, ...finding } = found;
    if (start === undefined || end === undefined) {
      findings.push(wholeFinding(example, finding, severity));
      return;
    }
    // What belongs to it stands elsewhere in the file, and does not move with the example.
    const { related = [] } = finding;
    const { source } = example.subject();
    const local = placed(file, source, { ...finding, start, end, related: [] }, severity);
    findings.push({ ...toFile(local, at), related });
  });
  const subject = (): RuleSubject => read(segment!, at.here);
  const example = { file, line: 0, column: 0, endLine: 0, endColumn: 0, offset: 0, endOffset: 0, subject };
  for (const one of segments) {
    if (one.facts !== undefined) {
      segment = one;
      const own = one.facts;
      facts = own;
      const { size, lines, tail } = own.extent;
      example.line = at.line + 1;
      example.column = at.offset - at.lineStart + 1;
      example.endLine = at.line + lines + 1;
      example.endColumn = lines === 0 ? example.column + size : tail + 1;
      example.offset = at.offset;
      example.endOffset = at.offset + size;
      for (let i = 0; i < checks.length; i++) checks[i]!.add(own.digests[i], example, reports[i]!);
      ignoring.add(example.offset, example.endOffset, own.ignored);
    }
    at.pass(one);
  }
  for (const [i, check] of checks.entries()) {
    const { severity } = rules[i]!;
    check.finish?.(({ place, related = [], fixes = [], ...finding }: EndFinding) => {
      if (isIgnored(ignoring.at(place.offset), { rule: finding.rule, severity })) return;
      findings.push({ ...place, ...finding, severity, related, fixes });
    });
  }
  return findings.sort((a, b) => a.offset - b.offset);
}

function wholeFinding(
  { file, line, column, endLine, endColumn, offset, endOffset }: ExampleAt,
  { rule, message, related = [], fixes = [] }: CrossFinding,
  severity: Severity,
): Finding {
  return { file, line, column, endLine, endColumn, severity, rule, message, related, offset, endOffset, fixes };
}
