import { countOf } from '../base/count-of';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import type { ExportFiles } from './export-files';
import { findLlamaCpp } from './llama-cpp/ask-llama-cpp';
import { checkLlamaCpp } from './llama-cpp/check-llama-cpp';
import type { Measured } from './measure';
import { checkOllama } from './ollama/check-ollama';
import { compareTokens } from './ollama/compare-tokens';
import type { Exported } from './open-exported';
import { gapToSecond, partingOf } from './parting';
import type { TestQuestion } from './test-questions';
import { OTHERS_GAP } from './tolerances';
import type { VerifiedAnswer } from './verification';

/** Which other programs are asked. */
export interface OthersChoice {
  readonly llamaCpp: boolean;
  /** The bundle of llama-cpp-worker.ts. */
  readonly worker: string;
  readonly threads?: number | undefined;
  /** Name of the model in a running Ollama. */
  readonly ollama: string | undefined;
}

interface Asking {
  readonly files: ExportFiles;
  readonly exported: Exported;
  /** Of the run. */
  readonly chat: ChatTokenizer;
  readonly questions: readonly TestQuestion[];
  /** What the export answered here: what other programs are held against. */
  readonly measured: Measured;
}

interface Options {
  readonly maxNewTokens: number;
  readonly others: OthersChoice;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

interface Programs {
  readonly programs: readonly { readonly asked: 'llama.cpp' | 'Ollama'; readonly answers: readonly VerifiedAnswer[] }[];
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/** Asks llama.cpp and Ollama, as far as they are there and the export is for them. */
export async function askOthers(asking: Asking, options: Options): Promise<Programs> {
  const all = [await inLlamaCpp(asking, options), await inOllama(asking, options)];
  return {
    programs: all.flatMap(({ programs }) => programs),
    differences: all.flatMap(({ differences }) => differences),
    notes: all.flatMap(({ notes }) => notes),
  };
}

const NOTHING: Programs = { programs: [], differences: [], notes: [] };

async function inLlamaCpp(asking: Asking, { maxNewTokens, others, signal, onProgress }: Options): Promise<Programs> {
  const { files, exported, chat, questions, measured } = asking;
  if (!others.llamaCpp) return NOTHING;
  if (files.form === 'gguf-lora') {
    const note =
      'llama.cpp was not asked: the adapter needs a GGUF of its base model (--to ollama --as adapter writes both)';
    return { ...NOTHING, notes: [note] };
  }
  if (files.form !== 'gguf' && files.form !== 'gguf-pair') return NOTHING;
  const module = findLlamaCpp();
  if (module === undefined) {
    const note =
      'llama.cpp was not asked: `npm install node-llama-cpp` in this folder, or name the folder that has it in SFT_LLAMA_CPP';
    return { ...NOTHING, notes: [note] };
  }
  onProgress(`asking llama.cpp ${countOf(questions.length, 'question')}`);
  const { worker, threads } = others;
  const pair = files.form === 'gguf-pair' ? { lora: files.adapter } : {};
  const call = { module, worker, model: files.file, ...pair, maxNewTokens, threads, signal };
  const given = await checkLlamaCpp(chat, questions, call);
  const differences: string[] = [];
  const answers: VerifiedAnswer[] = [];
  for (const [i, { ids, ended, samePrompt }] of given.entries()) {
    const { place, prompt } = questions[i]!;
    if (!samePrompt) differences.push(`${place}: llama.cpp's tokens for the prompt differ from those in training`);
    const own = measured.answers[i]!;
    const parting = await partingOf(exported.model, prompt, { own, other: { ids, ended } }, chat.stopTokenIds);
    const most = OTHERS_GAP[exported.type];
    if (parting !== undefined && parting.gap > most)
      differences.push(partsText(place, 'llama.cpp', parting.at, parting.gap, most));
    answers.push({ text: chat.decodeAnswer(ids), ended, tokens: ids.length, parting });
  }
  return { programs: [{ asked: 'llama.cpp', answers }], differences, notes: [] };
}

async function inOllama(asking: Asking, { maxNewTokens, others, signal, onProgress }: Options): Promise<Programs> {
  const { ollama: name, threads } = others;
  if (name === undefined) return NOTHING;
  const { exported, chat, questions, measured } = asking;
  onProgress(`asking Ollama ${countOf(questions.length, 'question')}`);
  const given = await checkOllama(name, chat, questions, { maxNewTokens, threads, signal });
  const differences: string[] = [];
  const notes: string[] = [];
  const answers: VerifiedAnswer[] = [];
  for (const [i, { text, tokens, ended, givenUp, promptProblem }] of given.entries()) {
    const { place, prompt } = questions[i]!;
    if (promptProblem !== undefined) differences.push(`${place}: Ollama: ${promptProblem}`);
    const own = measured.answers[i]!;
    const { at, readable } = compareTokens(chat.tokenizer, own.ids, tokens);
    const whole = ended === own.ended && text.trim() === chat.tokenizer.decode(own.ids).trim();
    const cut = readable < own.ids.length;
    const same = whole || (cut && at === readable) || (givenUp && at === tokens.length);
    if (givenUp) notes.push(`${place}: Ollama stopped its answer, as it does after the same token 30 times`);
    else if (same && !whole)
      notes.push(
        `${place}: of the answer in Ollama ${readable} of ${countOf(own.ids.length, 'token')} were compared: it leaves out incomplete characters`,
      );
    const most = Math.max(OTHERS_GAP.ollama, OTHERS_GAP[exported.type]);
    const gap = same ? 0 : await gapToSecond(exported.model, prompt, own.ids.slice(0, at));
    if (gap > most) differences.push(partsText(place, 'Ollama', at, gap, most));
    answers.push({ text, ended, tokens: tokens.length, parting: same ? undefined : { at, gap } });
  }
  return { programs: [{ asked: 'Ollama', answers }], differences, notes };
}

function partsText(place: string, program: string, at: number, gap: number, most: number): string {
  return `${place}: the answer of ${program} parts from that of the export after ${at} tokens, where ${gap.toFixed(3)} nats lie between the tokens (at most ${most})`;
}
