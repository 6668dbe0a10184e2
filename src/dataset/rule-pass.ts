import { ownCopy } from '../base/own-copy';
import type { Finding, Fix, Severity } from './finding';
import { IgnoringExamples, isIgnored } from './ignored-rules';
import {
  openingOf,
  type CrossCheck,
  type CrossFinding,
  type CrossRule,
  type EndFinding,
  type ExampleAt,
  type KeptPlace,
  type RuleFinding,
} from './rule';
import { shiftFix } from './shift-fix';

/** What of an example decides about the findings in it. */
export interface FindingContext {
  /** The rules that it asks not to be checked by. */
  readonly ignored: readonly string[];
  /** It is a record of a table. */
  readonly table: boolean;
}

/** Takes a finding that is kept, with its severity and the fixes it offers, whose offsets count as the finding's own do. */
export type AddFinding<F> = (finding: F, severity: Severity, fixes: readonly Fix[]) => void;

const NO_FIXES: readonly Fix[] = [];

/**
 * The function that a rule reports to, the only place that decides how severe a finding is, whether its example ignores it and which
 * fixes it offers.
 * @param rule without an id where it is the reading that reports
 * @param example read at each finding, so that one reporter can serve all examples
 */
export function reporter<F extends Pick<RuleFinding, 'rule' | 'severity' | 'fixes'>>(
  rule: { readonly severity: Severity; readonly id?: string },
  example: FindingContext,
  add: AddFinding<F>,
): (finding: F) => void {
  return (finding) => {
    const severity = finding.severity ?? rule.severity;
    if (isIgnored(example.ignored, { rule: finding.rule, severity }, rule.id !== undefined)) return;
    // Rules write their fixes in JSON, which a table is not.
    add(finding, severity, example.table ? NO_FIXES : (finding.fixes ?? NO_FIXES));
  };
}

/** A finding at its place. @param fixes offsets of their edits are of the file's text */
export function findingAt(
  { file, line, column, endLine, endColumn, offset, endOffset }: KeptPlace,
  {
    rule,
    message,
    related = [],
    aboutFile,
  }: Pick<RuleFinding, 'rule' | 'message' | 'related'> & Pick<Finding, 'aboutFile'>,
  severity: Severity,
  fixes: readonly Fix[],
): Finding {
  return {
    file,
    line,
    column,
    endLine,
    endColumn,
    severity,
    rule,
    message: ownCopy(message),
    related,
    offset,
    endOffset,
    fixes,
    ...(aboutFile === true ? { aboutFile } : {}),
  };
}

interface ComparisonOptions {
  /** The file is a table. */
  readonly table: boolean;
  /** The caller holds the digests of all examples. */
  readonly held?: boolean;
  /** Says where in the file a finding stands that is about a part of the example at hand. */
  readonly place: (finding: RuleFinding, severity: Severity, fixes: readonly Fix[]) => Finding;
  readonly add: (finding: Finding) => void;
}

interface StartedRule {
  readonly rule: CrossRule;
  readonly check: CrossCheck;
  readonly report: (finding: CrossFinding) => void;
}

/** One pass of the rules that compare examples over the examples of a file. */
export class Comparison {
  private readonly started: readonly StartedRule[];
  private readonly ignoring = new IgnoringExamples();
  private readonly context: { ignored: readonly string[]; readonly table: boolean };
  /** The example at hand. */
  private at: ExampleAt | undefined;

  constructor(
    rules: readonly CrossRule[],
    private readonly options: ComparisonOptions,
  ) {
    this.context = { ignored: [], table: options.table };
    const add = (finding: CrossFinding, severity: Severity, fixes: readonly Fix[]): void => {
      this.add(finding, severity, fixes);
    };
    // Reporters are made once: 50,000 examples pass through them.
    this.started = rules.map((rule) => ({
      rule,
      check: rule.start(options.held),
      report: reporter(rule, this.context, add),
    }));
  }

  /** Goes on to an example; they come in file order. @param at read until the next example, or until `finish` */
  next(at: ExampleAt, ignored: readonly string[]): void {
    this.at = at;
    this.context.ignored = ignored;
    this.ignoring.add(at.offset, at.endOffset, ignored);
  }

  /** Compares the example at hand by the rule that stands at `index`. @param digest the rule's own, of this example */
  compare(index: number, digest: unknown): void {
    const { check, report } = this.started[index]!;
    check.add(digest, this.at!, report);
  }

  /** The end of the file. */
  finish(): void {
    for (const { rule, check } of this.started) {
      const report = reporter(rule, this.context, (finding: EndFinding, severity, fixes) => {
        this.options.add(findingAt(finding.place, finding, severity, fixes));
      });
      check.finish?.((finding) => {
        this.context.ignored = this.ignoring.at(finding.place.offset);
        report(finding);
      });
    }
  }

  private add(finding: CrossFinding, severity: Severity, fixes: readonly Fix[]): void {
    const { start, end, ...rest } = finding;
    const { place, add } = this.options;
    if (start !== undefined && end !== undefined) {
      add(place({ ...rest, start, end }, severity, fixes));
      return;
    }
    const at = this.at!;
    const moved = fixes.map((fix) => shiftFix(fix, at.offset));
    add(findingAt(openingOf(at), finding, severity, moved));
  }
}
