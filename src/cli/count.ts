import { countOf } from '../base/count-of';
import { DATA_KEYS, modelFolder } from '../config/config-paths';
import { CONFIG_SCHEMA } from '../config/config-schema';
import { loadConfig } from '../config/parse-config';
import { formatFinding, type Finding } from '../dataset/finding';
import { SftError } from '../base/errors';
import { loadChatTokenizer } from '../text/chat-tokenizer';
import type { TrainOn } from '../text/conversation-texts';
import { isThinkingIn, type EnableThinking } from '../text/enable-thinking';
import { streamedTokens } from '../text/threads/streamed-tokens';
import { summariseLengths, type LengthSummary } from '../text/token-lengths';
import type { DataKey } from '../train/data-files';
import { countReport, sayProblems, written, type CountedExample } from './count-report';
import { choiceOption, numberOption, onlyPositional, requiredOption, textOption } from './option-values';
import { columnsOf } from './columns-option';
import type { OptionValues, Terminal, Verb } from './verb';

/** So many places are listed before the rest is only counted. */
const LISTED = 20;

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
    'max-seq-length': {
      type: 'string',
      value: 'N',
      help: 'longest example, in tokens; training cuts off the rest (1024)',
    },
    'system-prompt': { type: 'string', value: 'TEXT', help: 'a system message before every conversation' },
    'train-on': {
      type: 'string',
      value: 'WHICH',
      help: 'answers of a conversation that are trained: all or last (all)',
    },
    'enable-thinking': {
      type: 'string',
      value: 'WHEN',
      help: 'whether the model is asked to think: true, false, or auto, as the data do (auto)',
    },
    config: {
      type: 'string',
      value: 'CONFIG',
      help: 'sft.config.json, for FILE and every option that is not given',
    },
  },
  teach: `A model reads tokens: whole words, or pieces of them. Each example is put into the model's chat template and counted as
training will see it. "trained" are the tokens the model learns to write: the answer and the token that ends it.

Training cuts every example after max_seq_length tokens and keeps the start. Half an answer teaches half answers; where the
question alone fills the space, the answer is lost entirely: that is an error, and the exit code is 1. A max_seq_length far
above the longest example does no harm: memory is used only for the tokens there are.

  sft count train.jsonl --model models/Llama-3.2-1B-Instruct --max-seq-length 512
  sft count --config sft.config.json`,
  async run({ positionals, options, json, terminal }) {
    const { files, model, maxSeqLength, systemPrompt, trainOn, enableThinking } = await asked(positionals, options);
    const loaded = await loadChatTokenizer(model, { systemPrompt, trainOn });
    const columns = await columnsOf(files[0]!.file, options, terminal);
    const names = files.map(({ file }) => file);
    const chat = loaded.thinking(await isThinkingIn(enableThinking, names, columns));
    const counted: CountedFile[] = [];
    for (const { key, file } of files) {
      const { blocks, lines, findings } = await streamedTokens(
        'count',
        { file, columns },
        chat,
        { maxSeqLength },
        (made) => made,
      );
      refuseErrors(file, findings, terminal);
      const examples = blocks
        .flat()
        .map((length, index): CountedExample => ({ index, line: lines[index]!, ...length }));
      counted.push({ key, file, examples, summary: summariseLengths(examples.map(({ tokens }) => tokens)) });
    }
    for (const notice of chat.notices) terminal.log(notice);
    if (json) {
      const { examples, summary } = counted[0]!;
      const further = counted
        .slice(1)
        .map((other): [string, unknown] => [other.key, { examples: other.examples.map(written), ...other.summary }]);
      const first = { model, max_seq_length: maxSeqLength, examples: examples.map(written), ...summary };
      terminal.out(JSON.stringify({ ...first, ...Object.fromEntries(further) }));
    } else {
      for (const [at, { key, file, examples, summary }] of counted.entries()) {
        if (counted.length > 1) terminal.out(...(at === 0 ? [] : ['']), `${key}: ${file}`);
        terminal.out(...countReport(file, maxSeqLength, examples, summary));
      }
    }
    const wrong = counted.filter(({ file, examples }) => sayProblems(file, examples, chat, terminal));
    return wrong.length > 0 ? 1 : 0;
  },
};

interface CountedFile {
  /** That the configuration names it by. */
  readonly key: DataKey;
  readonly file: string;
  readonly examples: readonly CountedExample[];
  readonly summary: LengthSummary;
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
  trainOn: TrainOn | undefined;
  enableThinking: EnableThinking;
}> {
  const configFile = textOption(options, 'config');
  const config = configFile === undefined ? undefined : await loadConfig(configFile, []);
  const remedy = 'give the folder of the model whose tokenizer counts: --model DIR';
  const limit = config?.max_seq_length ?? CONFIG_SCHEMA.properties.max_seq_length.default;
  const configured = config !== undefined && positionals.length === 0;
  const thinking = choiceOption(options, 'enable-thinking', ['auto', 'true', 'false']);
  return {
    files: configured
      ? DATA_KEYS.flatMap((key) => (config[key] === null ? [] : [{ key, file: config[key] }]))
      : [{ key: 'dataset', file: onlyPositional(positionals, 'FILE') }],
    model:
      config !== undefined && textOption(options, 'model') === undefined
        ? config.model_name
        : modelFolder(requiredOption(options, 'model', remedy)),
    maxSeqLength: numberOption(options, 'max-seq-length', limit, { min: 1, integer: true }),
    systemPrompt: textOption(options, 'system-prompt') ?? config?.system_prompt,
    trainOn: choiceOption(options, 'train-on', ['all', 'last']) ?? config?.train_on,
    enableThinking:
      thinking === undefined ? (config?.enable_thinking ?? 'auto') : thinking === 'auto' ? 'auto' : thinking === 'true',
  };
}

/** @throws SftError dataset-has-errors, after the first of them are logged */
function refuseErrors(file: string, findings: readonly Finding[], terminal: Terminal): void {
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (errors.length === 0) return;
  for (const finding of errors.slice(0, LISTED)) terminal.log(formatFinding(finding));
  if (errors.length > LISTED) terminal.log(`and ${errors.length - LISTED} more`);
  throw new SftError('dataset-has-errors', `the data has ${countOf(errors.length, 'error')}: nothing was counted`, {
    file,
    remedy: `fix the data; \`sft validate ${file}\` lists all of them`,
  });
}
