import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { availableMemory } from '../base/free-memory';
import { GGUF_TYPES } from '../base/gguf/gguf-format';
import { readGguf, type GgufFile } from '../base/gguf/read-gguf';
import { sizeText } from '../base/size-text';
import type { ExportSource } from '../export/exporter';
import { unpackLora } from '../export/gguf/unpack-lora';
import { openModel, openTuned, type ModelSession } from '../generate/session';
import { LlamaModel } from '../model/llama';
import type { BaseWeights } from '../model/weights';
import { loadAdapter } from '../tuning/registry';
import { loadChatTokenizer, type ChatTokenizer, type ChatTokenizerOptions } from '../text/chat-tokenizer';
import type { ExportFiles } from './export-files';
import { leastExact, type WeightType } from './tolerances';

/** An export on a device, ready to be asked. */
export interface Exported {
  readonly model: LlamaModel;
  /** Of its weights, the least exact. */
  readonly type: WeightType;
  /** Its own tokenizer and template; none in an adapter as GGUF. */
  readonly chat: ChatTokenizer | undefined;
  /** The tokens that a GGUF says end an answer; others leave that to the base model's files, which are copied as they are. */
  readonly stops: readonly number[] | undefined;
  free(): void;
}

interface OpenOptions {
  readonly chat: ChatTokenizerOptions;
  /** An empty folder for what is unpacked. */
  readonly scratch: string;
}

/**
 * Loads an export again, from what is in it alone. An adapter is put on the base model that it was trained on.
 * @throws SftError no-room where there is no memory for the blocks of a GGUF; what is wrong with its files
 */
export async function openExported(files: ExportFiles, source: ExportSource, options: OpenOptions): Promise<Exported> {
  switch (files.form) {
    case 'peft': {
      const chat = await loadChatTokenizer(files.folder, options.chat);
      return { ...onBase(source, files.folder), chat, stops: undefined };
    }
    case 'gguf-lora': {
      const folder = await emptyFolder(options.scratch, 'adapter');
      await unpackLora(files.file, folder, source.config);
      return { ...onBase(source, folder), chat: undefined, stops: undefined };
    }
    case 'merged': {
      const session = await openModel(source.device, files.folder, options.chat);
      return whole(session, { type: typeOfWeights(session.weights), stops: undefined });
    }
    case 'gguf':
    case 'gguf-pair': {
      const facts = await factsOfGguf(files.file);
      const session = await openModel(source.device, files.file, options.chat);
      if (files.form === 'gguf') return whole(session, facts);
      return withAdapter(session, facts, files.adapter, options);
    }
  }
}

function onBase(
  { device, config, base, chat }: ExportSource,
  folder: string,
): Pick<Exported, 'model' | 'type' | 'free'> {
  const tuning = loadAdapter({ device, config, weights: base, chat }, folder);
  const model = new LlamaModel(device, config, base, tuning);
  const free = (): void => {
    model.free();
    tuning.free();
  };
  // The adapter has fp32, and its base model is the very one of the run.
  return { model, type: 'f32', free };
}

type Facts = Pick<Exported, 'type' | 'stops'>;

function whole(session: ModelSession, facts: Facts): Exported {
  const { base: model, chat } = session;
  const free = (): void => {
    session.close();
  };
  return { ...facts, model, chat, free };
}

async function withAdapter(
  session: ModelSession,
  facts: Facts,
  file: string,
  { scratch }: OpenOptions,
): Promise<Exported> {
  const folder = await emptyFolder(scratch, 'adapter');
  await unpackLora(file, folder, session.config);
  const { model, tuning } = openTuned(session, folder);
  const free = (): void => {
    model.free();
    tuning.free();
    session.close();
  };
  return { ...facts, model, chat: session.chat, free };
}

/** @throws SftError no-room, corrupt-gguf */
async function factsOfGguf(file: string): Promise<Facts> {
  const gguf = readGguf(file);
  const [needed, free] = [unpackedBytes(gguf), await availableMemory()];
  if (needed <= free) {
    const stops = ['eos', 'eot', 'eom'].map((key) => gguf.metadata.get(`tokenizer.ggml.${key}_token_id`));
    const type = leastExact(Array.from(gguf.tensors.values(), (tensor) => tensor.type));
    return { type, stops: stops.filter((id) => typeof id === 'number') };
  }
  const reason = `its weights are expanded to fp32 here, which takes ${sizeText(needed)} of memory, and ${sizeText(free)} are free`;
  throw new SftError('no-room', reason, { file, remedy: 'close other programs and run `sft verify`' });
}

/** What the blocks of a file take in fp32; other tensors are read in place. */
function unpackedBytes({ tensors }: GgufFile): number {
  const blocks = [...tensors.values()].filter(({ type }) => GGUF_TYPES[type].block > 1);
  return blocks.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, n) => product * n, 1), 0);
}

async function emptyFolder(scratch: string, name: string): Promise<string> {
  const folder = path.join(scratch, name);
  await mkdir(folder);
  return folder;
}

function typeOfWeights(weights: BaseWeights): WeightType {
  return leastExact(
    weights.all().map((tensor) => {
      if (tensor.kind === 'nf4') return 'nf4';
      const { dtype } = tensor.data;
      return dtype === 'f16' || dtype === 'bf16' ? dtype : 'f32';
    }),
  );
}
