import { parseTree, type Node } from 'jsonc-parser';
import { advance, columnOf, TEXT_START, type Cursor } from './json/cursor';
import type { DatasetExample, DatasetFormat } from './example';
import type { Finding, FindingPlace, Fix, Severity } from './finding';
import { adaptExample } from './formats/adapt';
import { CsvParser, type ParsedRecord } from './formats/csv-parser';
import type { DatasetKind } from './formats/kind';
import { DECIDING_EXAMPLES, majorityKind } from './formats/majority-kind';
import { AS_WRITTEN } from './formats/places';
import { readExample } from './formats/read-example';
import { asWritten, type JsonObject } from './formats/reading';
import { tableFormat } from './formats/table-file';
import { isAnki } from './formats/whole/anki';
import { foreignRows, loneValue, wholeFileMessage } from './formats/whole/foreign-rows';
import { CALLS_IN_PARTS, callsToolsInParts, checkTools, withExactTools } from './formats/tool-turns';
import { checkTurnOrder } from './formats/turn-order';
import { duplicateKeys } from './json/duplicate-keys';
import { FIRST_STATE, type ElementState, type Parsed, type ParsedElement, type ParsedMistake } from './json/parsed';
import { DatasetParser } from './json/parser';
import { byOurNames, OUR_COLUMNS, treeByOurNames, type Columns } from './columns';
import { ignoredRules } from './ignored-rules';
import { isCrossRule, type ExampleAt, type Rule, type RuleFinding, type RuleSubject } from './rule';
import { Comparison, findingAt, reporter } from './rule-pass';
import { CONTENT_RULES, readingSeverity } from './rules';
import {
  reportMisspeltOptionalKeys,
  reportMixedKind,
  reportSchemaErrors,
  schemaErrors,
  validateExample,
} from './schema';
import { shiftFix } from './shift-fix';
import { subjectOf } from './subject';

/** What a file gives, in its order: a valid example with its JSON as it stands in the file, or a finding. */
export type DatasetItem =
  | {
      readonly type: 'example';
      readonly example: DatasetExample;
      /** The example as its file writes it: JSON, or a table's record. */
      readonly source: string;
      /** The object as its kind wants it, before it became question and answer. */
      readonly raw: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'finding'; readonly finding: Finding };

/** Where reading can begin in the middle of a text, and what is known of the file before it. */
export interface ElementStart {
  readonly at: Cursor;
  /** What the parser knows there besides. */
  readonly state: ElementState;
}

export interface CheckerOptions {
  /** The rules about content to check by; CONTENT_RULES where not given. */
  readonly rules?: readonly Rule[];
  /** The file's own names for ours, where it has any. */
  readonly columns?: Columns;
  /**
   * Called at each sound value, before it is checked, with what was found since the last one. What is found after the last value is
   * returned by push and finish.
   */
  readonly onElement?: (start: ElementStart, end: number, before: readonly DatasetItem[]) => void;
  /** Reads on from a value that an earlier checker of the same text gave to onElement; the text pushed begins there. */
  readonly resume?: ElementStart & { readonly kind: DatasetKind };
}

/** From so many UTF-16 units on the kind of a file is decided by the examples that there are: until then its text is held. */
const DECIDING_LENGTH = 1024 * 1024;
/** After so many errors in writing and format the rest of the file is not read. */
const MAX_ERRORS = 10_000;

/** Reads and checks the text of one dataset file, pushed in pieces of any size. Holds no more than the example at hand. */
export class DatasetChecker {
  private readonly parser: DatasetParser | CsvParser;
  private readonly rules: readonly Rule[];
  private readonly columns: Columns;
  private readonly comparison: Comparison;
  private readonly onElement: CheckerOptions['onElement'];
  private items: DatasetItem[] = [];
  private cursor: Cursor = TEXT_START;
  /** Before everything that can still be reported; the cursor may be beyond a comma that turns out to be one too many. */
  private anchor: Cursor = TEXT_START;
  private begun: boolean;
  private rejected = false;
  private count = 0;
  private decided: DatasetKind | undefined;
  /** What was read before the kind was known. */
  private waiting: (Parsed | ParsedRecord)[] = [];
  private waitingExamples = 0;
  /** In writing and format. */
  private errors = 0;
  private toldTools = false;
  /** Columns of a table that were called misspelt: once is enough. */
  private readonly misspelt = new Set<string>();

  constructor(
    private readonly file: string,
    { rules = CONTENT_RULES, columns = OUR_COLUMNS, onElement, resume }: CheckerOptions = {},
  ) {
    this.columns = columns;
    this.onElement = onElement;
    this.begun = resume !== undefined;
    if (resume !== undefined) {
      this.cursor = resume.at;
      this.anchor = resume.at;
      this.decided = resume.kind;
    }
    const emit = (parsed: Parsed | ParsedRecord): void => {
      if (this.errors >= MAX_ERRORS) return;
      if (this.decided === undefined) this.wait(parsed);
      else this.receive(parsed);
      const { type, end } = parsed;
      if (type === 'mistake' && severityOf(parsed) === 'error') this.countError(end);
    };
    const table = tableFormat(file);
    this.rules = rules;
    this.comparison = new Comparison(rules.filter(isCrossRule), {
      table: table !== undefined,
      place: (finding, severity, fixes) => this.placed(finding, severity, fixes, this.anchor),
      add: (finding) => this.items.push({ type: 'finding', finding }),
    });
    this.parser =
      table === undefined
        ? new DatasetParser(
            emit,
            /\.(?:jsonl|ndjson|parquet)$/i.test(file),
            resume && { state: resume.state, offset: resume.at.offset },
            (value) => loneValue(byOurNames(value, columns)),
          )
        : new CsvParser(emit, table, columns);
  }

  get format(): DatasetFormat {
    return this.parser.format;
  }

  /** What the file's examples are: told by the first of them. */
  get kind(): DatasetKind {
    return this.decided ?? 'qa';
  }

  /** The row that names a table's columns, as it stands in the file; empty where the file is no table. */
  get header(): string {
    return this.parser instanceof CsvParser ? this.parser.header : '';
  }

  /** Nothing that follows will be read: the file is not a dataset, or has too many mistakes. */
  get stopped(): boolean {
    return this.rejected || this.parser.stopped;
  }

  /** Reads on; returns what was found. */
  push(chunk: string): DatasetItem[] {
    if (!this.begun && chunk !== '') {
      this.begun = true;
      if (isAnki(chunk)) return this.reject('other-format', wholeFileMessage("Anki's notes as text"));
    }
    if (this.rejected) return [];
    this.parser.push(chunk);
    const { text, offset } = this.parser.held;
    // Never before one example is whole, however long it is.
    const enough = this.waitingExamples > 0 && text.length >= DECIDING_LENGTH;
    if (this.parser.stopped || enough) this.decide();
    // Until the kind is known, nothing of the text can be let go: findings may still come for it.
    if (this.decided === undefined) return this.take();
    const keep = this.parser.settled;
    if (keep > this.anchor.offset) this.anchor = advance(this.anchor, text, offset, keep);
    if (keep > this.cursor.offset) this.cursor = this.anchor;
    this.parser.release(this.anchor.offset);
    return this.take();
  }

  /** The end of the file. */
  finish(): DatasetItem[] {
    if (this.rejected) return [];
    this.parser.finish();
    this.decide();
    this.comparison.finish();
    return this.take();
  }

  /** Refuses the file as a whole: one finding at its start, and nothing of it is read. */
  reject(rule: string, message: string): DatasetItem[] {
    this.rejected = true;
    this.report(rule, 0, 0, message);
    return this.take();
  }

  /** Reads a piece whose character at `at` was no valid byte sequence in the file, and says so there. */
  pushInvalid(chunk: string, at: number, rule: string, message: string): DatasetItem[] {
    const found = this.push(chunk.slice(0, at));
    const { text, offset } = this.parser.held;
    const place = offset + text.length;
    if (this.decided === undefined) {
      // The character is there when the finding is made.
      this.waiting.push({ type: 'mistake', rule, start: place, end: place + 1, message });
      return [...found, ...this.push(chunk.slice(at))];
    }
    this.report(rule, place, place, message);
    const [finding] = this.take();
    // The range is the one character U+FFFD that stands for the bytes; it is pushed only now.
    if (finding?.type === 'finding') {
      const { endColumn, endOffset } = finding.finding;
      found.push({ ...finding, finding: { ...finding.finding, endColumn: endColumn + 1, endOffset: endOffset + 1 } });
    }
    return [...found, ...this.push(chunk.slice(at))];
  }

  private report(rule: string, start: number, end: number, message: string): void {
    const finding = this.placed({ rule, start, end, message }, readingSeverity(rule), [], this.cursor, 0);
    this.items.push({ type: 'finding', finding });
  }

  private take(): DatasetItem[] {
    const { items } = this;
    this.items = [];
    return items;
  }

  private wait(parsed: Parsed | ParsedRecord): void {
    this.waiting.push(parsed);
    if (parsed.type === 'element' && ++this.waitingExamples >= DECIDING_EXAMPLES) this.decide();
  }

  /** The last error that is counted ends the reading. @param at its end, an offset of the file's text */
  private countError(at: number): void {
    if (++this.errors !== MAX_ERRORS) return;
    this.parser.stop();
    const message = `there are ${MAX_ERRORS.toLocaleString('en-US')} errors up to here - fix these first; the rest of the file was not read`;
    const stop: Parsed = { type: 'mistake', rule: 'too-many-errors', start: at, end: at, message };
    if (this.decided === undefined) this.waiting.push(stop);
    else this.receive(stop);
  }

  private decide(): void {
    if (this.decided !== undefined) return;
    const values = this.waiting.flatMap((parsed) =>
      parsed.type === 'element' ? [byOurNames(parsed.value, this.columns)] : [],
    );
    this.decided = majorityKind(values);
    const foreign = foreignRows(values);
    const { waiting } = this;
    this.waiting = [];
    for (const parsed of waiting) {
      if (foreign === undefined || parsed.type !== 'element') this.receive(parsed);
      else {
        this.refuse(parsed, foreign);
        break;
      }
    }
  }

  /** The examples are none of any format: said once, at the first. */
  private refuse({ start }: ParsedElement, message: string): void {
    this.receive({ type: 'mistake', rule: 'other-format', severity: 'error', start, end: start + 1, message });
    this.errors = MAX_ERRORS;
    this.parser.stop();
  }

  private receive(parsed: Parsed | ParsedRecord): void {
    const from = parsed.start < this.cursor.offset ? this.anchor : this.cursor;
    this.cursor = advance(from, this.parser.held.text, this.parser.held.offset, parsed.start);
    if (parsed.type === 'element') {
      this.element(parsed);
      return;
    }
    const finding = this.placed(parsed, severityOf(parsed), parsed.fixes ?? [], this.cursor, 0);
    this.items.push({ type: 'finding', finding });
  }

  private element(element: ParsedElement | ParsedRecord): void {
    const at = this.cursor;
    this.anchor = at;
    const { kind, columns } = this;
    if (this.onElement !== undefined) {
      this.onElement({ at, state: element.state ?? FIRST_STATE }, element.end, this.take());
    }
    const table = 'tree' in element;
    let node: Node | undefined;
    const plainTree = (): Node => (node ??= table ? element.tree() : parseTree(element.source)!);
    const tree = (table ? undefined : treeByOurNames(plainTree, columns)) ?? plainTree;
    const value = table ? element.value : byOurNames(element.value, columns);
    const context = { ignored: ignoredRules(value), table };
    const add = (finding: RuleFinding, severity: Severity, fixes: readonly Fix[]): void => {
      if (table && finding.rule === 'misspelt-key') {
        if (this.misspelt.has(finding.message)) return;
        this.misspelt.add(finding.message);
      }
      this.items.push({ type: 'finding', finding: this.placed(finding, severity, fixes, at) });
    };
    const reading = (finding: RuleFinding): void => {
      if (this.errors >= MAX_ERRORS) return;
      const severity = finding.severity ?? readingSeverity(finding.rule);
      reporter({ severity }, context, add)(finding);
      if (severity === 'error') this.countError(element.start + finding.end);
    };
    if (element.repeatedKeys) {
      duplicateKeys(plainTree(), (start) => this.place(start + element.start, at)).forEach(reading);
    }
    if (callsToolsInParts(value)) {
      // Where all findings of an example are kept, as the editor does, whoever shows them says it once.
      if (this.onElement !== undefined || !this.toldTools) reading(CALLS_IN_PARTS);
      this.toldTools = true;
      return;
    }
    const found = readExample(value);
    const own = found?.kind === kind ? found : asWritten(kind, value as JsonObject);
    if (!validateExample(own.value, kind)) {
      const errors = schemaErrors(kind);
      const other = found !== undefined && found.kind !== kind && validateExample(found.value, found.kind);
      if (other) reportMixedKind(found.kind, kind, tree(), reading);
      else reportSchemaErrors(errors, tree(), reading, kind, own.places);
      return;
    }
    if (!checkTurnOrder(kind, own.value, tree, reading, own.places)) return;
    if (!checkTools(kind, own.value, tree, reading, own.places)) return;
    const plain = own.places === AS_WRITTEN;
    if (kind !== 'qa' && plain) reportMisspeltOptionalKeys(kind, own.value, tree, reading);
    const example: DatasetExample = {
      index: this.count++,
      line: at.line + 1,
      column: columnOf(at),
      offset: element.start,
      endOffset: element.end,
      ...adaptExample(
        kind,
        own.value,
        columns,
        table ? own.value : withExactTools(own.value, element.source, columns, readExample),
      ),
    };
    this.items.push({ type: 'example', example, source: element.source, raw: own.value });
    if (this.rules.length === 0) return;
    const subject = subjectOf(this.file, example, element.source, own, { columns, ...(table ? { table: tree } : {}) });
    this.comparison.next(this.exampleAt(subject, at, element.end), context.ignored);
    let cross = 0;
    // In the order of the list, which is the order that findings are printed in.
    for (const rule of this.rules) {
      if (isCrossRule(rule)) this.comparison.compare(cross++, rule.digest(subject));
      else rule.check(subject, reporter(rule, context, add));
    }
  }

  private exampleAt(subject: RuleSubject, at: Cursor, end: number): ExampleAt {
    const { text, offset } = this.parser.held;
    const last = advance(at, text, offset, end);
    return {
      file: this.file,
      line: at.line + 1,
      column: columnOf(at),
      endLine: last.line + 1,
      endColumn: columnOf(last),
      offset: at.offset,
      endOffset: end,
      subject: () => subject,
    };
  }

  private place(offset: number, from: Cursor): FindingPlace {
    const cursor = advance(from, this.parser.held.text, this.parser.held.offset, offset);
    return { file: this.file, line: cursor.line + 1, column: columnOf(cursor) };
  }

  /**
   * @param from a place before the finding
   * @param base what the offsets of the finding and its fixes are counted from
   */
  private placed(
    finding: RuleFinding,
    severity: Severity,
    fixes: readonly Fix[],
    from: Cursor,
    base = from.offset,
  ): Finding {
    const { text, offset } = this.parser.held;
    const start = advance(from, text, offset, base + finding.start);
    const end = advance(start, text, offset, base + finding.end);
    const place = {
      file: this.file,
      line: start.line + 1,
      column: columnOf(start),
      endLine: end.line + 1,
      endColumn: columnOf(end),
      offset: start.offset,
      endOffset: end.offset,
    };
    return findingAt(
      place,
      finding,
      severity,
      fixes.map((fix) => shiftFix(fix, base)),
    );
  }
}

function severityOf({ rule, severity }: ParsedMistake): Severity {
  return severity ?? readingSeverity(rule);
}
