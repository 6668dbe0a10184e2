import { advance, TEXT_START, type Cursor } from '../dataset/json/cursor';
import type { Fix, Severity } from '../dataset/finding';
import { ignoredRules } from '../dataset/ignored-rules';
import { finalise } from '../dataset/near/minhash';
import type { RereadExample } from '../dataset/reread';
import { isCrossRule, type CrossRule, type ExampleRule, type Rule, type RuleFinding } from '../dataset/rule';
import { findingAt, reporter } from '../dataset/rule-pass';
import { thinks } from '../dataset/thoughts';
import { hashNumber } from '../dataset/near/text-hash';
import { extentOf, NO_FINDINGS, type ExampleFacts, type LocalFinding } from './segment';

/** Rules parted by what they need. */
export class RuleSet {
  readonly example: readonly ExampleRule[];
  readonly cross: readonly CrossRule[];

  constructor(rules: readonly Rule[]) {
    this.example = rules.filter((rule): rule is ExampleRule => !isCrossRule(rule));
    this.cross = rules.filter(isCrossRule);
  }
}

/** All that the rules find in one example alone, and what they compare it by. */
export function exampleFacts({ subject, raw, table }: RereadExample, hash: number, rules: RuleSet): ExampleFacts {
  const { source } = subject;
  const ignored = ignoredRules(raw);
  const findings: LocalFinding[] = [];
  const add = (found: RuleFinding, severity: Severity, fixes: readonly Fix[]): void => {
    findings.push(placed(subject.file, source, found, severity, fixes));
  };
  for (const rule of rules.example) rule.check(subject, reporter(rule, { ignored, table }, add));
  const digests = rules.cross.map((rule) => rule.digest(subject));
  const { size, lines, tail } = extentOf(source);
  // Spelt out, as a Segment is.
  const held = findings.length === 0 ? NO_FINDINGS : findings;
  return { size, lines, tail, hash, thinks: thinks(subject.example), ignored, findings: held, digests, meets: 0 };
}

/** A rule's finding with its lines, counted from the start of the source. */
export function placed(
  file: string,
  source: string,
  found: RuleFinding,
  severity: Severity,
  fixes: readonly Fix[],
): LocalFinding {
  const start = advance(TEXT_START, source, 0, found.start);
  const end = advance(start, source, 0, found.end);
  const column = ({ offset, lineStart, line }: Cursor): number => offset - lineStart + (line === 0 ? 0 : 1);
  const place = {
    file,
    line: start.line,
    column: column(start),
    endLine: end.line,
    endColumn: column(end),
    offset: found.start,
    endOffset: found.end,
  };
  return findingAt(place, found, severity, fixes);
}

/** 53 bits of a source. @param before the hash of what stands before it */
export function sourceHash(source: string, before = 0): number {
  let high = 0x9747b28c ^ Math.floor(before / 2 ** 32);
  let low = 0x3c6ef372 ^ before;
  for (let i = 0; i < source.length; i++) {
    const c = source.charCodeAt(i);
    high = Math.imul(high ^ c, 0x01000193);
    low = Math.imul(low + c, 0x85ebca6b) ^ (low >>> 15);
  }
  return hashNumber({ high: finalise(high ^ (low >>> 3)), low: finalise(low) });
}
