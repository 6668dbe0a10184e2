import { columnOf, TEXT_START, type Cursor } from '../dataset/cursor';
import type { Finding, FindingPlace } from '../dataset/finding';
import { IgnoringExamples, isIgnored } from '../dataset/ignored-rules';
import type { CrossFinding, CrossRule, EndFinding, RuleSubject } from '../dataset/rule';
import { placed } from './example-facts';
import { moved, toFile, type ExampleFacts, type Segment } from './segment';

/** What the cross-example rules find in a file whose examples' digests are all there: each rule sees them again in their order. */
export function compareExamples(
  file: string,
  segments: readonly Segment[],
  rules: readonly CrossRule[],
  read: (segment: Segment, at: Cursor) => RuleSubject,
): Finding[] {
  const findings: Finding[] = [];
  const ignoring = new IgnoringExamples();
  const checks = rules.map((rule) => rule.start());
  let at = TEXT_START;
  let segment: Segment | undefined;
  let facts: ExampleFacts | undefined;
  const reports = rules.map((rule) => (found: CrossFinding): void => {
    const severity = found.severity ?? rule.severity;
    if (isIgnored(facts!.ignored, { rule: found.rule, severity })) return;
    const { start, end, ...finding } = found;
    const end0 = moved(at, facts!.extent);
    if (start === undefined || end === undefined) {
      findings.push(wholeFinding(file, finding, severity, at, end0));
    } else {
      const { source } = read(segment!, at);
      // What belongs to it stands elsewhere in the file, and does not move with the example.
      const { related = [] } = finding;
      const local = placed(file, source, { ...finding, start, end, related: [] }, severity);
      findings.push({ ...toFile(local, at), related });
    }
  });
  for (const one of segments) {
    if (one.facts !== undefined) {
      ({ facts } = one);
      segment = one;
      const from = at;
      const end = moved(at, one.facts.extent);
      const example = {
        file,
        line: at.line + 1,
        column: columnOf(at),
        endLine: end.line + 1,
        endColumn: columnOf(end),
        offset: at.offset,
        endOffset: end.offset,
        subject: () => read(one, from),
      };
      for (let i = 0; i < checks.length; i++) checks[i]!.add(one.facts.digests[i], example, reports[i]!);
      ignoring.add(at.offset, end.offset, one.facts.ignored);
    }
    at = moved(at, one);
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
  file: string,
  {
    rule,
    message,
    related = [],
    fixes = [],
  }: { rule: string; message: string } & Pick<CrossFinding, 'related' | 'fixes'>,
  severity: Finding['severity'],
  at: Cursor,
  end: Cursor,
): Finding {
  const start: FindingPlace = { file, line: at.line + 1, column: columnOf(at) };
  const stop = { endLine: end.line + 1, endColumn: columnOf(end), offset: at.offset, endOffset: end.offset };
  return { ...start, ...stop, severity, rule, message, related, fixes };
}
