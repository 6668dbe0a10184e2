import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { countOf } from '../base/count-of';
import { lossesText, type RetentionLosses } from '../text/retention';

/** What is told of a tuned model in its README.md. */
export interface CardFacts {
  /** The name of the run. */
  readonly title: string;
  /** A name that others can resolve, or the path of the folder where there is none. */
  readonly baseModel: string;
  /** Whether `baseModel` is a name on the Hugging Face Hub. */
  readonly onHub: boolean;
  /** Key and value of the configuration, in the order in which they are shown. */
  readonly settings: readonly (readonly [key: string, value: string])[];
  /** The dataset's file name. */
  readonly dataset: string;
  /** SHA-256 of the dataset's file, which tells whoever has it that it is the same. */
  readonly datasetHash: string;
  /** Of the base model, as its repository states it; undefined where nobody knows. */
  readonly licence?: string | undefined;
  /** Which weights of the run: `tuned`, `best`, `step-40`. */
  readonly weights: string;
  /** Scores of the held-out part, before and after; none where the run has no evaluation of these weights. */
  readonly scores: readonly { readonly name: string; readonly base: string; readonly tuned: string }[];
  /** Examples that the scores are of. */
  readonly scored: number;
  /** Loss on general questions before and after, where it was measured. */
  readonly retention?: (RetentionLosses & { readonly examples: number }) | undefined;
  /** What one should know of the weights, a sentence without its capital and stop. */
  readonly note?: string | undefined;
}

/**
 * Writes README.md as the Hub reads it: a YAML head, then what the model is, how it was trained and how it is loaded.
 * @param file what is loaded, where it is one file
 */
export async function writeCard(folder: string, facts: CardFacts, library: Library, file = ''): Promise<void> {
  const lines = [...head(facts, library), ...body(facts, usage(facts.baseModel, library, file))];
  await writeFile(path.join(folder, 'README.md'), `${lines.join('\n')}\n`);
}

/** Who loads it; of GGUF the file is named. */
type Library = 'peft' | 'transformers' | 'gguf' | 'gguf-lora' | 'ollama';

function head({ baseModel, onHub, licence }: CardFacts, loader: Library): string[] {
  const library = loader === 'gguf-lora' || loader === 'ollama' ? 'gguf' : loader;
  // The Hub takes a name alone for base_model: a path on somebody's disk would be refused there.
  const base = onHub ? [`base_model: ${JSON.stringify(baseModel)}`] : [];
  const terms = licence === undefined ? [] : [`license: ${JSON.stringify(licence)}`];
  return [
    '---',
    ...base,
    ...terms,
    `library_name: ${library}`,
    'pipeline_tag: text-generation',
    'tags:',
    '  - sft',
    '---',
    '',
  ];
}

function body(facts: CardFacts, use: readonly string[]): string[] {
  const { title, baseModel, dataset, datasetHash, weights, settings, note } = facts;
  // Whoever opens it wants to use the model: how stands before the long list of what it was made from.
  return [
    `# ${plain(title)}`,
    '',
    `Fine-tuned from ${code(baseModel)} on ${code(dataset)} with SFT Workbench.${weightsNamed(weights)}`,
    '',
    ...(note === undefined ? [] : [`The model was ${note}.`, '']),
    '## Use',
    '',
    ...use,
    '',
    ...scoresOf(facts),
    '## Training',
    '',
    `- data: ${code(dataset)}, not part of this repository, SHA-256 ${code(datasetHash)}`,
    ...settings.map(([key, value]) => `- ${code(key)}: ${code(value)}`),
  ];
}

function scoresOf({ scores, scored, retention }: CardFacts): string[] {
  const general =
    retention && `On ${countOf(retention.examples, 'general question')} the loss went from ${lossesText(retention)}.`;
  const table = [
    `On ${countOf(scored, 'held-out example')}:`,
    '',
    '| score | base | tuned |',
    '| --- | --- | --- |',
    ...scores.map(({ name, base, tuned }) => `| ${name} | ${base} | ${tuned} |`),
  ];
  const told = [...(scores.length === 0 ? [] : [table]), ...(general === undefined ? [] : [[general]])];
  return told.length === 0 ? [] : ['## Scores', '', ...told.flatMap((lines) => [...lines, ''])];
}

function usage(baseModel: string, library: Library, file: string): string[] {
  if (library === 'gguf') return ['```sh', `llama-cli -m ${file} --temp 0`, '```'];
  if (library === 'ollama') {
    const where = 'In this folder, with a name of your choice:';
    return [where, '', '```sh', 'ollama create my-model -f Modelfile', 'ollama run my-model', '```'];
  }
  if (library === 'gguf-lora') {
    const base = `With a GGUF of the base model, ${code(baseModel)}:`;
    return [base, '', '```sh', `llama-cli -m base.gguf --lora ${file} --temp 0`, '```'];
  }
  const load =
    library === 'transformers'
      ? [
          'from transformers import AutoModelForCausalLM, AutoTokenizer',
          '',
          'model = AutoModelForCausalLM.from_pretrained(".")',
        ]
      : [
          'from peft import PeftModel',
          'from transformers import AutoModelForCausalLM, AutoTokenizer',
          '',
          `model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(baseModel)})`,
          'model = PeftModel.from_pretrained(model, ".")',
        ];
  return [
    '```python',
    ...load,
    'tokenizer = AutoTokenizer.from_pretrained(".")',
    'prompt = tokenizer.apply_chat_template(',
    '    [{"role": "user", "content": "..."}], add_generation_prompt=True, return_tensors="pt", return_dict=True',
    ')',
    'answer = model.generate(**prompt, max_new_tokens=128, do_sample=False)',
    'print(tokenizer.decode(answer[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True))',
    '```',
  ];
}

function weightsNamed(weights: string): string {
  if (weights === 'tuned') return '';
  return weights === 'base'
    ? ' The weights are those of the base model, as they were before.'
    : ` The weights are those of ${code(weights)}.`;
}

/** Text that cannot be taken for Markdown of more than a line. */
function plain(text: string): string {
  return text.replace(/[\s]+/g, ' ').replace(/[\\`*_[\]<>#|]/g, '\\$&');
}

/** A code span that the text cannot leave. */
function code(text: string): string {
  return `\`${text.replace(/[\s]+/g, ' ').replaceAll('`', "'")}\``;
}
