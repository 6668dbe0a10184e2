import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { dequantisedNote } from '../dequantised';
import type { ExportChoice, Exporter, ExportProgress, ExportSource } from '../exporter';
import { architectureOf, contextLength } from '../gguf/architecture';
import { contextNotes, writeModel } from '../gguf/gguf-exporter';
import { GGUF_TYPE_NAMES, type GgufType } from '../../base/gguf/gguf-format';
import { writeLora } from '../gguf/gguf-lora-exporter';
import { writeMerged } from '../merged/merged-exporter';
import { writeCard } from '../model-card';
import { conversationParts, type ConversationParts } from './conversation-parts';
import { refuseUnconverted } from './converter';
import { goTemplate } from './go-template';
import { modelfile } from './modelfile';
import { exportImpossible } from '../export-impossible';

const MODELFILE = 'Modelfile';
const KINDS = ['gguf', 'adapter', 'safetensors'] as const;
type Kind = (typeof KINDS)[number];

/** Ollama's own number of tokens; a model with a smaller context takes all of that. */
const LEAST_CONTEXT = 4096;
/** Architectures that Ollama computes itself, without adapters, and not with llama.cpp. */
const WITHOUT_ADAPTERS = new Set(['qwen3', 'gemma3', 'olmo3']);

/** A folder of which `ollama create` makes a model that is asked as it was trained. */
export const ollamaExporter: Exporter = {
  name: 'ollama',
  summary: 'a folder for ollama create: the model and a Modelfile that prompts it as in training',
  types: GGUF_TYPE_NAMES,
  kinds: KINDS,
  async write(source, folder, onProgress, choice) {
    const parts = conversationParts(source.chat);
    const kind = (choice.as ?? KINDS[0]) as Kind;
    const weights = await WRITERS[kind](source, folder, onProgress, choice);
    const note = dequantisedNote(source.base);
    await writeFile(path.join(folder, MODELFILE), modelfileOf(source, parts, weights));
    await writeCard(folder, { ...source.card, note }, 'ollama');
    return [...(note === undefined ? [] : [note]), ...weights.notes, ...templateNotes(source, parts)];
  },
};

interface Weights {
  readonly from: string;
  readonly adapter?: string;
  readonly notes: readonly string[];
}

const WRITERS: Readonly<
  Record<
    Kind,
    (source: ExportSource, folder: string, onProgress: ExportProgress, choice: ExportChoice) => Promise<Weights>
  >
> = {
  async gguf(source, folder, onProgress, { type }) {
    const { file, notes } = await writeModel(source, folder, 'model', type as GgufType | undefined, onProgress);
    return { from: `./${file}`, notes };
  },
  async adapter(source, folder, onProgress, { type }) {
    const { name } = architectureOf(source.config);
    if (WITHOUT_ADAPTERS.has(name)) throw withoutAdapters(name);
    const adapter = await writeLora(source, folder);
    const base: ExportSource = { ...source, tuning: undefined, weights: source.base };
    // Under the base's own name, so that all adapters on it share one file of Ollama's.
    const named = { ...base, card: { ...base.card, title: base.card.baseModel } };
    const { file, notes } = await writeModel(named, folder, 'base', type as GgufType | undefined, onProgress);
    return { from: `./${file}`, adapter: `./${adapter}`, notes };
  },
  async safetensors(source, folder, onProgress, { type }) {
    if (type !== undefined) throw typeOfFolder();
    await refuseUnconverted(source);
    await writeMerged(source, folder, onProgress);
    await writeFirstTokenOnce(folder);
    return { from: '.', notes: contextNotes(source) };
  },
};

function modelfileOf(source: ExportSource, parts: ConversationParts, { from, adapter }: Weights): string {
  const { chat, config, card, asked } = source;
  return modelfile({
    comments: [`${card.title}, fine-tuned from ${card.baseModel} with SFT Workbench`],
    from,
    adapter,
    template: goTemplate(parts),
    system: parts.system ? (asked.systemPrompt ?? undefined) : undefined,
    stops: chat.stopTokenIds.map((id) => chat.tokenizer.tokenText(id)),
    contextLength: Math.min(contextLength(config), Math.max(LEAST_CONTEXT, asked.maxSeqLength)),
  });
}

/** The template writes the first token out; Ollama would put one before it. */
async function writeFirstTokenOnce(folder: string): Promise<void> {
  const file = path.join(folder, 'tokenizer_config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, `${JSON.stringify({ ...config, add_bos_token: false, add_eos_token: false }, null, 2)}\n`);
}

/** In what the model is asked otherwise here and there. */
function templateNotes({ chat }: ExportSource, { system }: ConversationParts): readonly string[] {
  return [
    ...(system ? [] : ['the chat template has no place for a system message: Ollama ignores one']),
    ...(chat.template.source.includes('strftime_now')
      ? ['the chat template writes the date: TEMPLATE in the Modelfile has the date of the export']
      : []),
    ...(chat.asksForThoughts
      ? ['the model was trained with thoughts: Ollama shows them as part of the answer and keeps them in later turns']
      : []),
  ];
}

function withoutAdapters(name: string): SftError {
  const remedy = 'use --as gguf, which holds the merged model';
  return exportImpossible(`Ollama does not support adapters for ${name}`, remedy);
}

function typeOfFolder(): SftError {
  const reason = '--as safetensors takes no --type: Ollama makes fp16 of it';
  return new SftError('usage', reason, { remedy: 'leave it out', exitCode: 2 });
}
