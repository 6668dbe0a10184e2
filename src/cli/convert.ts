import { countOf } from '../base/count-of';
import { convertFile, describeConversion, refuseExisting, writeConverted } from '../dataset/convert-file';
import { formatFinding } from '../dataset/finding';
import { KIND_NAMES, KINDS, type DatasetKind } from '../dataset/formats/kind';
import { SftError } from '../base/errors';
import { COLUMNS_OPTION, columnsOf } from './columns-option';
import { onlyPositional, requiredOption, textOption } from './option-values';
import { usageError } from './parse';
import type { Terminal, Verb } from './verb';

/** So many places are listed before the rest is only counted. */
const LISTED = 20;

export const convertVerb: Verb = {
  name: 'convert',
  summary: 'write a dataset in another format: Q&A, Alpaca, ShareGPT, OpenAI messages, prompt/completion',
  usage: 'sft convert FILE --to qa|alpaca|sharegpt|messages|prompt-completion [--jsonl|--json] [--out FILE] [--force]',
  options: {
    to: { type: 'string', value: 'FORMAT', help: KINDS.join(', ') },
    jsonl: {
      type: 'boolean',
      help: 'one example per line; --json: a JSON array. Otherwise as the name of --out says, or as the input',
    },
    out: { type: 'string', value: 'FILE', help: 'where to write; standard output if left out' },
    ...COLUMNS_OPTION,
    force: { type: 'boolean', help: 'convert even if something is lost, and replace an existing file' },
  },
  teach: `Writes the same examples in the format of another tool. The input may be a JSON array, JSONL, CSV or TSV; its format is
recognised by its content. Texts are copied unchanged, and the input is not changed.

Not every format has room for everything: a question with its answer has no place for a system message or earlier turns. What
would be lost is listed with its line, and nothing is written without --force. Alpaca's instruction and input become one
question, with an empty line between them.

  sft convert chats.jsonl --to messages --out messages.jsonl`,
  async run({ positionals, options, json, terminal }) {
    const file = onlyPositional(positionals, 'FILE');
    const to = kindOption(requiredOption(options, 'to', `name the format to write: --to ${KINDS.join('|')}`));
    const out = textOption(options, 'out');
    const force = options['force'] === true;
    const lines = options['jsonl'] === true;
    if (json && lines) throw usageError('--json and --jsonl cannot be combined', 'give one of them');
    if (out !== undefined) await refuseExisting(file, out, force);
    const layout = lines ? 'jsonl' : json ? 'json' : undefined;
    const columns = await columnsOf(file, options, terminal);
    const converted = await convertFile(file, to, {
      columns,
      ...(out === undefined ? {} : { out }),
      ...(layout === undefined ? {} : { layout }),
      onErrors: (errors) => {
        list(terminal, errors.map(formatFinding));
      },
    });
    const { from, examples, losses, text, told } = converted;
    list(
      terminal,
      told.map((message) => `${file}: ${message}`),
    );
    const reason = `${KIND_NAMES[to]} has no place for`;
    list(
      terminal,
      losses.map(({ line, column, lost }) => `${file}:${line}:${column} warning ${reason} ${lost.join(', ')}`),
    );
    if (losses.length > 0 && !force) {
      const message = `${countOf(losses.length, 'example')} would lose something: nothing was written`;
      const remedy = 'choose a format that has a place for it, or convert anyway with --force';
      throw new SftError('conversion-loses', message, { file, remedy });
    }
    if (out === undefined) {
      terminal.data(text.trimEnd());
      return 0;
    }
    await writeConverted(file, out, text, force);
    const summary = { file, from, to, out, format: converted.layout, examples, lossy: losses.length };
    if (json) terminal.out(JSON.stringify(summary));
    else terminal.out(`${out}: ${describeConversion(converted)}`);
    return 0;
  },
};

/** The first lines, and how many more there are. */
function list(terminal: Terminal, lines: readonly string[]): void {
  for (const line of lines.slice(0, LISTED)) terminal.log(line);
  if (lines.length > LISTED) terminal.log(`and ${(lines.length - LISTED).toLocaleString('en-US')} more`);
}

/** @throws SftError usage */
function kindOption(name: string): DatasetKind {
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) throw usageError(`--to ${name} is not a known format`, `write one of ${KINDS.join(', ')}`);
  return kind;
}
