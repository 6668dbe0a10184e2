import { parseTree, type Node } from 'jsonc-parser';
import { advance, columnOf, TEXT_START, type Cursor } from './cursor';
import type { DatasetExample, DatasetFormat } from './example';
import type { Finding, FindingPlace, Fix, Severity } from './finding';
import { DatasetParser, type Parsed, type ParsedElement } from './parser';
import type { RuleFinding, SubjectText } from './rule';
import { CONTENT_RULES, readingSeverity } from './rules';
import { reportSchemaErrors, schemaErrors, validateExample } from './schema';
import { subjectTexts } from './subject-texts';

/** What a file gives, in its order: a valid example with its JSON as it stands in the file, or a finding. */
export type DatasetItem =
  | { readonly type: 'example'; readonly example: DatasetExample; readonly source: string }
  | { readonly type: 'finding'; readonly finding: Finding };

/** Reads and checks the text of one dataset file, pushed in pieces of any size. Holds no more than the example at hand. */
export class DatasetChecker {
  private readonly parser: DatasetParser;
  private readonly checks = CONTENT_RULES.map((rule) => ({ rule, check: rule.start() }));
  private items: DatasetItem[] = [];
  private cursor: Cursor = TEXT_START;
  /** Before everything that can still be reported; the cursor may be beyond a comma that turns out to be one too many. */
  private anchor: Cursor = TEXT_START;
  private rejected = false;
  private count = 0;

  constructor(private readonly file: string) {
    this.parser = new DatasetParser(
      (parsed) => {
        this.receive(parsed);
      },
      /\.(?:jsonl|ndjson)$/i.test(file),
    );
  }

  get format(): DatasetFormat {
    return this.parser.format;
  }

  /** Nothing that follows will be read: the file is not a dataset, or has too many mistakes. */
  get stopped(): boolean {
    return this.rejected || this.parser.stopped;
  }

  /** Reads on; returns what was found. */
  push(chunk: string): DatasetItem[] {
    this.parser.push(chunk);
    const { text, offset } = this.parser.held;
    const keep = this.parser.settled;
    if (keep > this.anchor.offset) this.anchor = advance(this.anchor, text, offset, keep);
    if (keep > this.cursor.offset) this.cursor = this.anchor;
    this.parser.release(this.anchor.offset);
    return this.take();
  }

  /** The end of the file. */
  finish(): DatasetItem[] {
    this.parser.finish();
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
    this.add({ rule, start, end, message }, readingSeverity(rule), this.cursor);
  }

  private take(): DatasetItem[] {
    const { items } = this;
    this.items = [];
    return items;
  }

  private receive(parsed: Parsed): void {
    const from = parsed.start < this.cursor.offset ? this.anchor : this.cursor;
    this.cursor = advance(from, this.parser.held.text, this.parser.held.offset, parsed.start);
    if (parsed.type === 'mistake') this.report(parsed.rule, parsed.start, parsed.end, parsed.message);
    else this.element(parsed);
  }

  private element(element: ParsedElement): void {
    const at = this.cursor;
    this.anchor = at;
    let node: Node | undefined;
    const tree = (): Node => (node ??= parseTree(element.source)!);
    const report = (finding: RuleFinding, severity: Severity): void => {
      const { start, end, fixes = [] } = finding;
      this.add(
        {
          ...finding,
          start: start + element.start,
          end: end + element.start,
          fixes: fixes.map((fix) => shifted(fix, element.start)),
        },
        finding.severity ?? severity,
        at,
      );
    };
    if (element.repeatedKeys) {
      for (const finding of repeatedKeys(tree(), (start) => this.place(start + element.start, at)))
        report(finding, 'warning');
    }
    if (!validateExample(element.value)) {
      reportSchemaErrors(schemaErrors(), tree(), (finding) => {
        report(finding, readingSeverity(finding.rule));
      });
      return;
    }
    const example: DatasetExample = {
      index: this.count++,
      line: at.line + 1,
      column: columnOf(at),
      offset: element.start,
      endOffset: element.end,
      value: element.value,
    };
    this.items.push({ type: 'example', example, source: element.source });
    let found: readonly SubjectText[] | undefined;
    const texts = (): readonly SubjectText[] => (found ??= subjectTexts(tree()));
    const subject = { file: this.file, example, source: element.source, tree, texts };
    for (const { rule, check } of this.checks) {
      check(subject, (finding) => {
        report(finding, rule.severity);
      });
    }
  }

  private place(offset: number, from: Cursor): FindingPlace {
    const cursor = advance(from, this.parser.held.text, this.parser.held.offset, offset);
    return { file: this.file, line: cursor.line + 1, column: columnOf(cursor) };
  }

  private add(finding: RuleFinding, severity: Severity, from: Cursor): void {
    const { text, offset } = this.parser.held;
    const { rule, message, related = [], fixes = [] } = finding;
    const start = advance(from, text, offset, finding.start);
    const end = advance(start, text, offset, finding.end);
    const value: Finding = {
      file: this.file,
      line: start.line + 1,
      column: columnOf(start),
      endLine: end.line + 1,
      endColumn: columnOf(end),
      severity,
      rule,
      message: ownCopy(message),
      related,
      offset: start.offset,
      endOffset: end.offset,
      fixes,
    };
    this.items.push({ type: 'finding', finding: value });
  }
}

/** The fix of an example as a fix of the file. */
function shifted(fix: Fix, by: number): Fix {
  return { ...fix, edits: fix.edits.map((edit) => ({ ...edit, start: edit.start + by, end: edit.end + by })) };
}

/** A message may hold a slice of the file's text, and V8 keeps the whole text alive for a slice. */
function ownCopy(message: string): string {
  return Buffer.from(message, 'utf16le').toString('utf16le');
}

/** Keys that stand twice in the object: JSON.parse keeps the last, the earlier ones are lost. */
function repeatedKeys(tree: Node, place: (offset: number) => FindingPlace): RuleFinding[] {
  const first = new Map<unknown, Node>();
  const findings: RuleFinding[] = [];
  for (const property of tree.children ?? []) {
    const key = property.children![0]!;
    const earlier = first.get(key.value);
    if (earlier === undefined) {
      first.set(key.value, key);
      continue;
    }
    const message = `the key "${String(key.value).slice(0, 40)}" stands twice, and the first text is lost - remove one`;
    const related = [place(earlier.offset)];
    findings.push({ rule: 'duplicate-key', start: key.offset, end: key.offset + key.length, message, related });
  }
  return findings;
}
