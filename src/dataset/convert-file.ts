import { countOf } from '../base/count-of';
import { SftError } from '../base/errors';
import { writeFileAtomic } from '../base/files';
import { refuseOutput } from '../base/output-file';
import { byOurNames, OUR_COLUMNS, type Columns } from './columns';
import type { DatasetFormat } from './example';
import type { Finding } from './finding';
import { convertExample, writeExamples } from './formats/convert';
import { KIND_NAMES, type DatasetKind } from './formats/kind';
import { readExample } from './formats/read-example';
import { tableFormat } from './formats/table-file';
import { parseExactly } from './json/exact-json';
import { importFile } from './import-file';
import { streamBatches, type DatasetEnd } from './read';

/** How a file holds its examples: one array, or one example a line. */
export type Layout = 'json' | 'jsonl';

/** What one example would lose, and where it stands. */
export interface Loss {
  readonly line: number;
  readonly column: number;
  /** As a person reads it: `the system message`. */
  readonly lost: readonly string[];
}

/** A file in another kind, in memory. */
export interface ConvertedFile {
  readonly from: DatasetKind;
  readonly to: DatasetKind;
  readonly layout: Layout;
  readonly examples: number;
  /** What of the file is not used, in words. */
  readonly told: readonly string[];
  /** The examples that lose something, in file order. */
  readonly losses: readonly Loss[];
  readonly text: string;
}

export interface ConvertOptions {
  /** Where it will be written: its ending tells the layout where `layout` does not. */
  readonly out?: string;
  readonly layout?: Layout;
  /** Is told the errors of a file that cannot be converted. */
  readonly onErrors?: (errors: readonly Finding[]) => void;
  readonly signal?: AbortSignal;
  /** The file's own names for ours, where it has any. */
  readonly columns?: Columns | undefined;
}

interface Source {
  readonly line: number;
  readonly column: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * Reads a dataset file of any kind and layout and writes its examples as another kind.
 * @throws SftError `dataset-has-errors`, after `onErrors`; what reading throws; the signal's reason
 */
export async function convertFile(file: string, to: DatasetKind, options: ConvertOptions = {}): Promise<ConvertedFile> {
  const { sources, from, format, told } = await readSound(file, options);
  const losses: Loss[] = [];
  const values = sources.map(({ raw, line, column }) => {
    const { value, lost } = convertExample(raw, from, to);
    if (lost.length > 0) losses.push({ line, column, lost });
    return value;
  });
  const layout = options.layout ?? layoutOf(options.out, format);
  return { from, to, layout, examples: values.length, told, losses, text: writeExamples(values, layout) };
}

/** `440 examples, Q&A to Alpaca` */
export function describeConversion({ from, to, examples }: Pick<ConvertedFile, 'from' | 'to' | 'examples'>): string {
  const kinds = from === to ? KIND_NAMES[to] : `${KIND_NAMES[from]} to ${KIND_NAMES[to]}`;
  return `${countOf(examples, 'example')}, ${kinds}`;
}

/** What the examples lose, by kind of loss, commonest first: what, how often, and where first. */
export function lossesByKind(losses: readonly Loss[]): { what: string; examples: number; line: number }[] {
  const kinds = new Map<string, { what: string; examples: number; line: number }>();
  for (const { line, lost } of losses) {
    for (const what of new Set(lost)) {
      const kind = kinds.get(what) ?? { what, examples: 0, line };
      kind.examples++;
      kinds.set(what, kind);
    }
  }
  return [...kinds.values()].sort((a, b) => b.examples - a.examples);
}

/**
 * Writes a conversion.
 * @throws SftError `output-is-input`; `output-exists` where it would replace a file unasked
 */
export async function writeConverted(input: string, out: string, text: string, replace: boolean): Promise<void> {
  await refuseExisting(input, out, replace);
  await writeFileAtomic(out, text);
}

/** @throws SftError `output-is-input`, `output-exists` */
export async function refuseExisting(input: string, out: string, replace: boolean): Promise<void> {
  await refuseOutput(out, [input], {
    what: 'the conversion',
    remedy: 'choose another file with --out',
    replace,
    allow: 'replace it with --force',
  });
}

function layoutOf(out: string | undefined, format: DatasetFormat): Layout {
  if (out !== undefined && /\.(?:jsonl|ndjson)$/i.test(out)) return 'jsonl';
  if (out !== undefined && /\.json$/i.test(out)) return 'json';
  return format === 'jsonl' ? 'jsonl' : 'json';
}

interface Sound {
  readonly sources: readonly Source[];
  readonly from: DatasetKind;
  readonly format: DatasetFormat;
  readonly told: readonly string[];
}

async function readSound(file: string, { onErrors, signal, columns = OUR_COLUMNS }: ConvertOptions): Promise<Sound> {
  const sources: Source[] = [];
  const errors: Finding[] = [];
  const told: string[] = [];
  let end: DatasetEnd | undefined;
  const table = tableFormat(file) !== undefined;
  for await (const batch of streamBatches(file, { columns, ...(signal === undefined ? {} : { signal }) })) {
    for (const item of batch) {
      if (item.type === 'example') {
        const raw = table ? item.raw : readExample(byOurNames(parseExactly(item.source), columns))!.value;
        sources.push({ line: item.example.line, column: item.example.column, raw });
      } else if (item.type === 'end') end = item;
      else if (item.finding.severity === 'error') errors.push(item.finding);
      else if (item.finding.rule === 'other-format') told.push(item.finding.message);
    }
  }
  if (errors.length === 0 && end !== undefined) return { sources, from: end.kind, format: end.format, told };
  const whole = errors.some(({ rule }) => WHOLE_FILE.includes(rule)) ? await importFile(file) : undefined;
  if (whole !== undefined) {
    if (whole.errors.length === 0) return { ...whole, format: end?.format ?? 'json' };
    errors.splice(0, errors.length, ...whole.errors);
  }
  onErrors?.(errors);
  throw new SftError('dataset-has-errors', `the data has ${countOf(errors.length, 'error')}: nothing was converted`, {
    file,
    remedy: `fix the data; \`sft validate ${file}\` lists all of them`,
  });
}

/** Rules that say of a whole file that it holds no list of examples. */
const WHOLE_FILE: readonly string[] = ['top-level', 'other-format', 'wrong-type', 'not-json', 'invalid-value'];
