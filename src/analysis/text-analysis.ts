import { collectGarbage } from '../base/collect-garbage';
import { columnOf, type Cursor } from '../dataset/json/cursor';
import { OUR_COLUMNS } from '../dataset/columns';
import type { DatasetExample } from '../dataset/example';
import type { Finding } from '../dataset/finding';
import { isIgnored } from '../dataset/ignored-rules';
import type { OtherSides } from '../dataset/split/other-sides';
import { rereadExample, type RereadExample } from '../dataset/reread';
import type { RuleSubject } from '../dataset/rule';
import { contentRules } from '../dataset/rules';
import { summariseLengths, type TokenLength } from '../text/token-lengths';
import { compareExamples, Meetings } from './compare-examples';
import { exampleFacts, RuleSet, sourceHash } from './example-facts';
import { ExampleRows } from './example-rows';
import { FindingList } from './finding-list';
import { lengthFindings, remarkFindings } from './length-findings';
import { FINDINGS_SENT, type AnalysisResult, type AnalysisSettings, type TextChange } from './protocol';
import { Walker, type ExampleFacts, type Segment } from './segment';
import { SegmentedText } from './segmented-text';
import type { TokenCounts } from './token-counts';

/** So many examples are checked and counted before anybody would see a first result without them. */
const AT_ONCE = 200;
/** Characters of a text whose analysis leaves many megabytes behind. */
const LARGE = 8 * 1024 * 1024;

interface Kept {
  readonly sourceSize: number;
  readonly facts: ExampleFacts;
  readonly length: TokenLength | undefined;
}

/**
 * The analysis of one text under edits. Each example is read, checked and counted once; after an edit only the examples it touched are, and
 * what compares examples is done again from what is kept of each.
 */
export class TextAnalysis {
  private readonly reading: SegmentedText;
  private rules: RuleSet;
  private counts: TokenCounts | undefined;
  /** What is known of examples that were read again, by the hash of their source. */
  private kept = new Map<number, Kept>();
  private compared: readonly Finding[] = [];
  private meetings: Meetings;
  private otherSides: OtherSides | undefined;
  /** Whether the model is asked to think, as far as is known. */
  private thinks = false;
  /** The part of the text that somebody looks at and that is to be counted next. */
  private looked: { readonly from: number; readonly to: number } | undefined;

  constructor(
    private readonly file: string,
    /** Whole, or in parts. */
    text: string | readonly string[],
    private settings: AnalysisSettings,
  ) {
    this.rules = this.ruleSet();
    this.meetings = new Meetings(this.rules.cross);
    const keep = (segment: Segment): void => {
      this.keep(segment);
    };
    this.reading = new SegmentedText(file, text, keep, settings.columns);
  }

  /** The counts as the text is counted by, of those that are given. */
  asked(counts: TokenCounts): TokenCounts {
    return counts.thinking(this.thinks);
  }

  /** The text leaves much behind when something is done with it. */
  get isLarge(): boolean {
    return this.reading.text.length >= LARGE;
  }

  get text(): string {
    return this.reading.text.toString();
  }

  change(changes: readonly TextChange[]): void {
    for (const change of changes) this.reading.change(change);
  }

  /** Has the examples between two offsets counted before all others: somebody looks at them. */
  look(from: number, to: number): void {
    this.looked = { from, to };
  }

  configure(settings: AnalysisSettings): void {
    const { nearDuplicateThreshold, maxSeqLength, columns } = this.settings;
    this.settings = settings;
    if (JSON.stringify(columns) !== JSON.stringify(settings.columns)) {
      this.reading.rename(settings.columns ?? OUR_COLUMNS);
      this.forgetFacts();
      this.forgetLengths(() => false);
    }
    if (nearDuplicateThreshold !== settings.nearDuplicateThreshold) {
      this.otherSides = undefined;
      this.forgetFacts();
    }
    if (maxSeqLength !== settings.maxSeqLength) {
      // One that fits is the same under every limit that it fits.
      this.forgetLengths(({ tokens, truncated }) => truncated === 0 && tokens <= settings.maxSeqLength);
    }
  }

  /** The examples of the file's other parts; to be given again where the threshold for near-duplicates has changed. */
  compareWith(otherSides: OtherSides | undefined): void {
    const changes = (otherSides === undefined) !== (this.otherSides === undefined);
    this.otherSides = otherSides;
    // With the first of them there is one more thing to be known of each example.
    if (changes) this.forgetFacts();
    else this.rules = this.ruleSet();
  }

  /**
   * Checks and counts what is not yet, in steps: whoever runs it goes on when there is time, or drops it when the text has changed.
   * Where much is to be done it gives results before the last, which are not complete: syntax and schema, then all rules, and the counts of
   * what is looked at as soon as they are there.
   */
  *work(version: number, modelCounts: TokenCounts): Generator<AnalysisResult | undefined, AnalysisResult, undefined> {
    const start = performance.now();
    const { reading } = this;
    this.countBy(modelCounts.thinking(this.thinks));
    const seal = (complete: boolean): AnalysisResult => this.result(version, complete, start);
    if (!reading.ready) {
      this.compared = [];
      yield* reading.read();
      this.countLooked();
      if (reading.segments.length > AT_ONCE) {
        yield seal(false);
        this.clearUp();
      }
    }
    const at = new Walker();
    let valid = 0;
    let counted = 0;
    let thinks = false;
    for (const segment of reading.segments) {
      if (segment.valid) {
        if (segment.facts === undefined) {
          this.examine(segment, at.here, this.counts!);
          yield this.countLooked() ? seal(false) : undefined;
        }
        valid++;
        if (segment.length !== undefined) counted++;
        thinks ||= segment.facts?.thinks === true;
      }
      at.pass(segment);
    }
    const { enableThinking = 'auto' } = this.settings;
    this.thinks = enableThinking === 'auto' ? thinks : enableThinking;
    const before = this.counts;
    const counts = this.countBy(modelCounts.thinking(this.thinks));
    const uncounted = counts === before ? valid - counted : valid;
    this.kept = new Map();
    const read = (segment: Segment, from: Cursor): RuleSubject => this.reread(segment, from).subject;
    const table = reading.header !== '';
    this.compared = compareExamples(this.file, table, reading.segments, this.rules.cross, read, this.meetings);
    if (uncounted > AT_ONCE) {
      yield seal(false);
      this.clearUp();
    } else yield undefined;
    const counting = new Walker();
    for (const segment of uncounted === 0 ? [] : reading.segments) {
      if (segment.valid && segment.length === undefined) {
        this.count(segment, counting.here, counts);
        yield this.countLooked() ? seal(false) : undefined;
      }
      counting.pass(segment);
    }
    return seal(true);
  }

  /** The example that is the index-th valid one. */
  example(index: number): DatasetExample | undefined {
    const at = new Walker();
    let count = 0;
    for (const segment of this.reading.segments) {
      if (segment.valid && count++ === index) return this.reread(segment, at.here).subject.example;
      at.pass(segment);
    }
    return undefined;
  }

  /** All findings of the last result, in file order. */
  findings(): readonly Finding[] {
    const found = new FindingList(this.settings.rules);
    this.collect(found, Infinity);
    return found.sorted(Infinity);
  }

  /** What one part of the work leaves behind, and what the text need not take, would be there beside all that the next one makes. */
  private clearUp(): void {
    if (!this.isLarge) return;
    this.reading.text.shorten();
    collectGarbage();
  }

  private count(segment: Segment, at: Cursor, counts: TokenCounts): void {
    const { example } = this.reread(segment, at).subject;
    segment.length = counts.lengthOf(example, this.settings.maxSeqLength);
  }

  /** @returns whether anything was counted */
  private countLooked(): boolean {
    const { looked } = this;
    if (looked === undefined) return false;
    this.looked = undefined;
    let counted = false;
    const at = new Walker();
    for (const segment of this.reading.segments) {
      if (at.offset > looked.to) break;
      if (segment.valid && segment.length === undefined && at.offset + segment.sourceSize >= looked.from) {
        this.count(segment, at.here, this.counts!);
        counted = true;
      }
      at.pass(segment);
    }
    return counted;
  }

  private countBy(counts: TokenCounts): TokenCounts {
    if (this.counts !== counts) this.forgetLengths(() => false);
    this.counts = counts;
    return counts;
  }

  private ruleSet(): RuleSet {
    const { nearDuplicateThreshold } = this.settings;
    const { otherSides } = this;
    const sides = otherSides === undefined ? {} : { otherSides: [otherSides] };
    return new RuleSet(contentRules({ nearDuplicateThreshold, ...sides }));
  }

  private examine(segment: Segment, at: Cursor, counts: TokenCounts): void {
    const source = this.reading.text.slice(at.offset, at.offset + segment.sourceSize);
    const hash = sourceHash(source);
    const kept = this.kept.get(hash);
    if (kept?.sourceSize === segment.sourceSize) {
      segment.facts = kept.facts;
      segment.length = kept.length;
    }
    let example: RereadExample | undefined;
    const read = (): RereadExample => (example ??= this.reread(segment, at));
    segment.facts ??= exampleFacts(read(), hash, this.rules);
    this.meetings.come(segment.facts);
    segment.length ??= counts.known(read().subject.example, this.settings.maxSeqLength);
  }

  private reread(segment: Segment, at: Cursor): RereadExample {
    const { format, kind, header, text } = this.reading;
    const endOffset = at.offset + segment.sourceSize;
    const place = { index: 0, line: at.line + 1, column: columnOf(at), offset: at.offset, endOffset };
    const { columns = OUR_COLUMNS } = this.settings;
    return rereadExample({ file: this.file, format, kind, header, columns }, text.slice(at.offset, endOffset), place);
  }

  private keep({ facts, length, sourceSize }: Segment): void {
    if (facts === undefined) return;
    this.kept.set(facts.hash, { facts, length, sourceSize });
    this.meetings.go(facts);
  }

  private forgetFacts(): void {
    for (const segment of this.reading.segments) segment.facts = undefined;
    this.kept = new Map();
    this.rules = this.ruleSet();
    this.meetings = new Meetings(this.rules.cross);
  }

  /** @param keeps whether a length is still right */
  private forgetLengths(keeps: (length: TokenLength) => boolean): void {
    const still = (length: TokenLength | undefined): TokenLength | undefined =>
      length !== undefined && keeps(length) ? length : undefined;
    for (const segment of this.reading.segments) segment.length = still(segment.length);
    this.kept = new Map([...this.kept].map(([hash, kept]) => [hash, { ...kept, length: still(kept.length) }]));
  }

  private result(version: number, complete: boolean, start: number): AnalysisResult {
    const { reading, settings } = this;
    const counts = this.counts!;
    const rows = new ExampleRows(reading.segments.length);
    const tokens = new Int32Array(reading.segments.length);
    const invalid: number[] = [];
    let counted = 0;
    let offset = 0;
    for (const segment of reading.segments) {
      if (segment.valid) {
        rows.push(offset, offset + segment.sourceSize, segment.length);
        if (segment.length !== undefined) tokens[counted++] = segment.length.tokens;
      } else if (segment.state !== undefined) invalid.push(offset, offset + segment.sourceSize);
      offset += segment.size;
    }
    const found = new FindingList(settings.rules);
    this.collect(found, FINDINGS_SENT);
    return {
      version,
      complete,
      format: reading.format,
      kind: reading.kind,
      count: rows.count,
      examples: rows.sealed(),
      invalid: Int32Array.from(invalid),
      estimated: counts.estimated,
      modelName: counts.modelName,
      modelProblem: counts.problem,
      maxSeqLength: settings.maxSeqLength,
      summary: summariseLengths(tokens.subarray(0, counted)),
      findings: found.sorted(FINDINGS_SENT),
      findingCount: found.count,
      findingsByRule: { ...found.byRule },
      findingsBySeverity: { ...found.bySeverity },
      milliseconds: performance.now() - start,
    };
  }

  /** Adds all findings, those of the segments before those that compare them. @param most of each so many are held */
  private collect(found: FindingList, most: number): void {
    const { settings, file } = this;
    const estimated = this.counts?.estimated === true;
    const table = this.reading.header !== '';
    const told = new Set<string>();
    let remarks = this.counts?.remarks ?? [];
    const at = new Walker();
    for (const segment of this.reading.segments) {
      for (const finding of segment.findings) {
        // That conversations call tools in a way that is not read is said once, however many do.
        if (finding.rule === 'tool-turns') {
          if (told.has(finding.message)) continue;
          told.add(finding.message);
        }
        found.add(finding, most, at);
      }
      if (segment.valid) {
        for (const finding of segment.facts?.findings ?? []) {
          // A table's column is misspelt once, however many rows there are.
          if (table && finding.rule === 'misspelt-key') {
            if (told.has(finding.message)) continue;
            told.add(finding.message);
          }
          found.add(finding, most, at);
        }
        const { length } = segment;
        if (length !== undefined && (length.truncated > 0 || length.problem !== undefined || remarks.length > 0)) {
          const place = { line: at.line + 1, column: columnOf(at), offset: at.offset };
          const own = lengthFindings(file, place, length, settings.maxSeqLength, estimated);
          own.push(...remarkFindings(file, place, remarks));
          // Of all examples the first says it.
          remarks = [];
          for (const finding of own) {
            // As that of the tools it leaves out: the template is the same for all.
            if (finding.rule.startsWith('tool')) {
              if (told.has(finding.message)) continue;
              told.add(finding.message);
            }
            if (!isIgnored(segment.facts?.ignored ?? [], finding)) found.add(finding, most);
          }
        }
      }
      at.pass(segment);
    }
    found.startList();
    for (const finding of this.compared) found.add(finding, most);
  }
}
