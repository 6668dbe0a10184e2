import { DATA_KEYS } from '../config/config-paths';
import { CONFIG_SCHEMA } from '../config/config-schema';
import { loadConfig } from '../config/parse-config';
import { formatFinding } from '../dataset/finding';
import { readDataset, type Dataset } from '../dataset/read';
import { SftError } from '../base/errors';
import { loadChatTokenizer, type ChatTokenizer } from '../text/chat-tokenizer';
import type { DataKey } from '../train/data-files';
import { summariseLengths, tokenLength, type LengthSummary, type TokenLength } from '../text/token-lengths';
import { numberOption, onlyPositional, requiredOption, textOption } from './option-values';
import type { OptionValues, Terminal, Verb } from './verb';

/** So many places are listed before the rest is only counted. */
const LISTED = 20;

interface CountedExample extends TokenLength {
  readonly index: number;
  /** 1-based line of the file. */
  readonly line: number;
}

export const countVerb: Verb = {
  name: 'count',
  summary: "Count tokens, example by example, with the model's own tokenizer and chat template",
  usage: 'sft count FILE --model DIR [options], or sft count [FILE] --config CONFIG [options]',
  options: {
    model: {
      type: 'string',
      value: 'DIR',
      help: 'folder of a Hugging Face model: tokenizer.json and its chat template',
    },
    'max-seq-length': { type: 'string', value: 'N', help: 'where training cuts an example off (1024)' },
    'system-prompt': { type: 'string', value: 'TEXT', help: 'a system message before every conversation' },
    config: {
      type: 'string',
      value: 'CONFIG',
      help: 'sft.config.json, for whatever else of these and FILE is not given',
    },
  },
  teach: `A model reads tokens: whole words, or pieces of them. Each example is put into the model's chat template and counted as
training will see it. "trained" are the tokens the model learns to write: the answer and the token that ends it.

Training cuts every example after max_seq_length tokens and keeps the start. Half an answer teaches half answers; where the
question alone fills the space, the answer is lost entirely: that is an error, and the exit code is 1. A max_seq_length far
above the longest example does no harm; memory is used for what is there.

  sft count train.jsonl --model models/Llama-3.2-1B-Instruct --max-seq-length 512
  sft count --config sft.config.json`,
  async run({ positionals, options, json, terminal }) {
    const { files, model, maxSeqLength, systemPrompt } = await asked(positionals, options);
    const chat = await loadChatTokenizer(model, { systemPrompt });
    for (const notice of chat.notices) terminal.log(notice);
    const counted: CountedFile[] = [];
    for (const { key, file } of files)
      counted.push({ key, file, ...(await countFile(file, chat, maxSeqLength, terminal)) });
    if (json) {
      const { examples, summary } = counted[0]!;
      const further = counted
        .slice(1)
        .map((other): [string, unknown] => [other.key, { examples: other.examples, ...other.summary }]);
      const all = { model, max_seq_length: maxSeqLength, examples, ...summary, ...Object.fromEntries(further) };
      terminal.out(JSON.stringify(all));
    } else {
      for (const [at, { key, file, examples, summary }] of counted.entries()) {
        if (counted.length > 1) terminal.out(`${at === 0 ? '' : '\n'}${key}: ${file}`);
        terminal.out(report(file, maxSeqLength, examples, summary));
      }
    }
    const lost = counted.flatMap(({ examples }) => examples.filter((example) => example.trained === 0));
    if (lost.length === 0) return 0;
    terminal.log(
      `${countOf(lost.length, 'answer')} lost entirely - raise --max-seq-length, or shorten or delete these examples`,
    );
    return 1;
  },
};

interface CountedFile {
  /** That the configuration names it by. */
  readonly key: DataKey;
  readonly file: string;
  readonly examples: readonly CountedExample[];
  readonly summary: LengthSummary;
}

async function countFile(
  file: string,
  chat: ChatTokenizer,
  maxSeqLength: number,
  terminal: Terminal,
): Promise<Pick<CountedFile, 'examples' | 'summary'>> {
  const dataset = await readDataset(file);
  refuseErrors(dataset, terminal);
  const examples = dataset.examples.map(({ index, line, value, history = [] }): CountedExample => {
    const { question, answer } = value;
    return { index, line, ...tokenLength(chat, { question, answer, history }, maxSeqLength) };
  });
  return { examples, summary: summariseLengths(examples.map(({ tokens }) => tokens)) };
}

/** What is counted and how: as the options say, else as the configuration does. */
async function asked(
  positionals: readonly string[],
  options: OptionValues,
): Promise<{
  files: readonly Pick<CountedFile, 'key' | 'file'>[];
  model: string;
  maxSeqLength: number;
  systemPrompt: string | null | undefined;
}> {
  const configFile = textOption(options, 'config');
  const config = configFile === undefined ? undefined : await loadConfig(configFile, []);
  const remedy = 'give the folder of the model whose tokens are counted: --model DIR';
  const limit = config?.max_seq_length ?? CONFIG_SCHEMA.properties.max_seq_length.default;
  const configured = config !== undefined && positionals.length === 0;
  return {
    files: configured
      ? DATA_KEYS.flatMap((key) => (config[key] === null ? [] : [{ key, file: config[key] }]))
      : [{ key: 'dataset', file: onlyPositional(positionals, 'FILE') }],
    model: textOption(options, 'model') ?? config?.model_name ?? requiredOption(options, 'model', remedy),
    maxSeqLength: numberOption(options, 'max-seq-length', limit, { min: 1, integer: true }),
    systemPrompt: textOption(options, 'system-prompt') ?? config?.system_prompt,
  };
}

/** @throws SftError dataset-has-errors, after the first of them are logged */
function refuseErrors(dataset: Dataset, terminal: Terminal): void {
  const errors = dataset.findings.filter((finding) => finding.severity === 'error');
  if (errors.length === 0) return;
  for (const finding of errors.slice(0, LISTED)) terminal.log(formatFinding(finding));
  if (errors.length > LISTED) terminal.log(`and ${errors.length - LISTED} more`);
  throw new SftError('dataset-has-errors', `the data has ${countOf(errors.length, 'error')}, nothing was counted`, {
    file: dataset.file,
    remedy: `mend the data; \`sft validate ${dataset.file}\` lists everything`,
  });
}

function report(
  file: string,
  maxSeqLength: number,
  examples: readonly CountedExample[],
  summary: LengthSummary,
): string {
  const truncated = examples.filter((example) => example.truncated > 0);
  const lost = truncated.filter((example) => example.trained === 0);
  const sum = (pick: (example: CountedExample) => number): number => examples.reduce((all, one) => all + pick(one), 0);
  const rows: readonly (readonly [string, number, string?])[] = [
    ['examples', examples.length],
    ['tokens', summary.total],
    ['  trained', sum((example) => example.trained), 'answers and their end-of-turn tokens, after truncation'],
    ['  cut off', sum((example) => example.truncated), `beyond ${number(maxSeqLength)} tokens an example`],
    ['p50', summary.p50, 'half of the examples are no longer'],
    ['p95', summary.p95, '95% of the examples are no longer'],
    ['max', summary.max],
    ['truncated', truncated.length, 'examples'],
    ['answer lost', lost.length, 'examples'],
  ];
  const width = Math.max(...rows.map(([, value]) => number(value).length));
  const table = rows.map(([name, value, note = '']) =>
    `${name.padEnd(12)} ${number(value).padStart(width)}  ${note}`.trimEnd(),
  );
  const worst = [...lost, ...truncated.filter((example) => example.trained > 0)];
  const places = worst.slice(0, LISTED).map((example) => {
    const what =
      example.trained === 0 ? 'the answer is lost entirely' : `${countOf(example.trained, 'token')} of the answer left`;
    return `${file}:${example.line} ${countOf(example.tokens, 'token')}, ${number(example.truncated)} cut off: ${what}`;
  });
  if (worst.length > LISTED) places.push(`and ${number(worst.length - LISTED)} more`);
  return [...table, ...(places.length === 0 ? [] : ['', ...places])].join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function countOf(count: number, thing: string): string {
  return `${number(count)} ${thing}${count === 1 ? '' : 's'}`;
}
