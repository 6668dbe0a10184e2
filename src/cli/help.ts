import { COMMON_OPTIONS } from './parse';
import type { OptionHelp, Verb } from './verb';

const WIDTH = 100;

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** Two columns, the second one wrapped. */
function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrap(right, WIDTH - width - 4).map((line, i) => `  ${(i === 0 ? left : '').padEnd(width)}  ${line}`),
  );
}

function optionRow([name, option]: readonly [string, OptionHelp]): readonly [string, string] {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : '';
  return [`${short}--${name}${value}`, option.help];
}

/** `sft --help`: what to do in which order, for someone who has never done it. */
export function mainHelp(verbs: readonly Verb[]): readonly string[] {
  const has = (name: string): boolean => verbs.some((verb) => verb.name === name);
  const path: readonly (readonly [verb: string, command: string, why: string])[] = [
    ['validate', 'sft validate train.json', 'find errors in the data'],
    ['count', 'sft count train.json --model models/base', 'does every example fit into max_seq_length?'],
    ['train', 'sft train sft.config.json', 'train; prints the folder of the run'],
    ['evaluate', 'sft evaluate .sft/runs/RUN', 'compare base and tuned on questions neither has seen'],
    ['chat', 'sft chat .sft/runs/RUN', 'talk to both'],
  ];
  return [
    'sft - fine-tune a language model on your own questions and answers, on your own machine',
    '',
    'Usage: sft VERB ... [--json]',
    '',
    'From data to a tuned model:',
    ...table(path.filter(([verb]) => has(verb)).map(([, command, why]) => [command, why])),
    '',
    'The data is a JSON file: [{"question": "...", "answer": "..."}, ...]. The model is a folder downloaded from',
    'Hugging Face. sft.config.json names both; two lines are enough to start:',
    '  {"model_name": "models/base", "dataset": "train.json"}',
    '',
    'Verbs:',
    ...table(verbs.map(({ name, summary }) => [name, summary])),
    '',
    'sft VERB --help explains a command. --json prints results as JSON on standard output; progress and warnings go to',
    'standard error. Exit code: 0 done, 1 the data or the run has errors, 2 wrong usage or an unreadable file.',
  ];
}

/** `sft VERB --help`. */
export function verbHelp(verb: Verb): readonly string[] {
  const own = Object.entries(verb.options);
  return [
    `Usage: ${verb.usage}`,
    '',
    verb.summary,
    '',
    ...verb.teach.trim().split('\n'),
    '',
    'Options:',
    ...table([...own, ...Object.entries(COMMON_OPTIONS)].map(optionRow)),
  ];
}
