import { access } from 'node:fs/promises';
import path from 'node:path';
import { formatFinding, type Finding } from '../dataset/finding';
import { convertExample, writeExamples } from '../dataset/formats/convert';
import { KIND_NAMES, KINDS, type DatasetKind } from '../dataset/formats/kind';
import { streamBatches, type DatasetEnd } from '../dataset/read';
import { SftError } from '../errors';
import { writeFileAtomic } from '../files';
import { onlyPositional, requiredOption, textOption } from './option-values';
import { usageError } from './parse';
import type { Terminal, Verb } from './verb';

/** So many places are listed before the rest is only counted. */
const LISTED = 20;

interface Source {
  readonly line: number;
  readonly column: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

export const convertVerb: Verb = {
  name: 'convert',
  summary: 'write a dataset in another format: Q&A, Alpaca, ShareGPT, OpenAI messages, prompt/completion',
  usage: 'sft convert FILE --to qa|alpaca|sharegpt|messages|prompt-completion [--jsonl|--json] [--out FILE] [--force]',
  options: {
    to: { type: 'string', value: 'FORMAT', help: KINDS.join(', ') },
    jsonl: {
      type: 'boolean',
      help: 'one example a line; --json: a JSON array. Else as --out is named, or as the input is',
    },
    out: { type: 'string', value: 'FILE', help: 'where to write; without it, to standard output' },
    force: { type: 'boolean', help: 'convert although something is lost, and replace an existing file' },
  },
  teach: `The same examples, named as another tool wants them. The input may be a JSON array, JSONL, CSV or TSV; what format it has is
recognised by what it holds. Texts are taken over unchanged, and the input is not changed.

Not every format has room for everything: a question with its answer has no place for a system message or earlier turns. What
would be lost is listed with its line, and nothing is written unless --force is given. Alpaca's instruction and input become one
question, with an empty line between them.

  sft convert chats.jsonl --to messages --out messages.jsonl`,
  async run({ positionals, options, json, terminal }) {
    const file = onlyPositional(positionals, 'FILE');
    const to = kindOption(requiredOption(options, 'to', `name the format to write: --to ${KINDS.join('|')}`));
    const out = textOption(options, 'out');
    const force = options['force'] === true;
    const lines = options['jsonl'] === true;
    if (json && lines) throw usageError('--json and --jsonl exclude each other', 'give one of them');
    if (out !== undefined) await refuseExisting(file, out, force);
    const { sources, end } = await readSound(file, terminal);
    const losses: { readonly line: number; readonly column: number; readonly lost: readonly string[] }[] = [];
    const values = sources.map(({ raw, line, column }) => {
      const { value, lost } = convertExample(raw, end.kind, to);
      if (lost.length > 0) losses.push({ line, column, lost });
      return value;
    });
    for (const { line, column, lost } of losses.slice(0, LISTED)) {
      terminal.log(`${file}:${line}:${column} warning ${KIND_NAMES[to]} has no place for ${lost.join(', ')}`);
    }
    if (losses.length > LISTED) terminal.log(`and ${countOf(losses.length - LISTED, 'example')} more`);
    if (losses.length > 0 && !force) {
      throw new SftError(
        'conversion-loses',
        `${countOf(losses.length, 'example')} would lose something, nothing was written`,
        {
          file,
          remedy: 'choose a format that has a place for it, or convert all the same with --force',
        },
      );
    }
    const format = lines ? 'jsonl' : json ? 'json' : formatOf(out, end);
    const text = writeExamples(values, format);
    if (out === undefined) {
      terminal.out(text.trimEnd());
      return 0;
    }
    await writeFileAtomic(out, text);
    const summary = { file, from: end.kind, to, out, format, examples: values.length, lossy: losses.length };
    if (json) terminal.out(JSON.stringify(summary));
    else terminal.out(`${out}: ${countOf(values.length, 'example')}, ${KIND_NAMES[end.kind]} to ${KIND_NAMES[to]}`);
    return 0;
  },
};

/** @throws SftError usage */
function kindOption(name: string): DatasetKind {
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) throw usageError(`--to ${name} is no known format`, `write one of ${KINDS.join(', ')}`);
  return kind;
}

function formatOf(out: string | undefined, { format }: DatasetEnd): 'json' | 'jsonl' {
  if (out !== undefined && /\.(?:jsonl|ndjson)$/i.test(out)) return 'jsonl';
  if (out !== undefined && /\.json$/i.test(out)) return 'json';
  return format === 'jsonl' ? 'jsonl' : 'json';
}

/** @throws SftError `dataset-has-errors` after the first of them are logged */
async function readSound(file: string, terminal: Terminal): Promise<{ sources: Source[]; end: DatasetEnd }> {
  const sources: Source[] = [];
  const errors: Finding[] = [];
  let end: DatasetEnd | undefined;
  for await (const batch of streamBatches(file)) {
    for (const item of batch) {
      if (item.type === 'example') {
        sources.push({ line: item.example.line, column: item.example.column, raw: item.raw });
      } else if (item.type === 'end') end = item;
      else if (item.finding.severity === 'error') errors.push(item.finding);
    }
  }
  if (errors.length === 0 && end !== undefined) return { sources, end };
  for (const finding of errors.slice(0, LISTED)) terminal.log(formatFinding(finding));
  if (errors.length > LISTED) terminal.log(`and ${errors.length - LISTED} more`);
  throw new SftError('dataset-has-errors', `the data has ${countOf(errors.length, 'error')}, nothing was converted`, {
    file,
    remedy: `mend the data; \`sft validate ${file}\` lists everything`,
  });
}

/** @throws SftError output-is-input, output-exists */
async function refuseExisting(input: string, out: string, force: boolean): Promise<void> {
  if (path.resolve(input) === path.resolve(out)) {
    const details = { file: out, remedy: 'choose another file with --out', exitCode: 2 } as const;
    throw new SftError('output-is-input', 'the conversion would overwrite its own input', details);
  }
  const exists = await access(out).then(
    () => true,
    () => false,
  );
  if (!exists || force) return;
  const remedy = 'choose another file with --out, or replace it with --force';
  throw new SftError('output-exists', 'the file exists already', { file: out, remedy, exitCode: 2 });
}

function countOf(count: number, thing: string): string {
  return `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;
}
