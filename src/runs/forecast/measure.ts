import type { Device } from '../../compute/device';
import type { ResolvedConfig } from '../../config/config-schema';
import { QUESTIONS_AT_ONCE } from '../../generate/answer';
import { measureAnswerPace, scaled, type AnswerPace } from '../../generate/answer-pace';
import { openWeights, type ModelFolder, type ModelSession } from '../../generate/session';
import { sequencesOf } from '../../model/batch';
import { LlamaModel } from '../../model/llama';
import type { LlamaConfig } from '../../model/llama-config';
import { workOfToken } from '../../model/work';
import type { AskedQuestion } from '../../text/chat-tokenizer';
import { measureTrainingPace, type TrainingPace } from '../../train/measure-pace';
import { windowsOf } from '../../train/windows';
import { startTuning } from '../../tuning/registry';
import { limited, type RunData } from '../worker/prepare';
import { sampleQuestions } from '../worker/samples';

/** How fast this machine works on a model as a configuration trains it. */
export interface MachinePace extends TrainingPace {
  /** Undefined where there are no questions. */
  readonly answers: AnswerPace | undefined;
  /** Seconds until weights and what is trained are there. */
  readonly opening: number;
}

/** Layers whose multiplications for a token are more than this are left out: the others are like them. */
const MOST_TOKEN_WORK = 1.2e9;
const FEWEST_LAYERS = 2;
/** Updates that passes are taken from, spread over the first of the run. */
const WINDOWS = 8;
const STEPS_SEEN = 200;
/** Seconds for reading the questions, and for answering them. */
const PROMPT_SECONDS = 1;
const ANSWER_SECONDS = 0.6;

/**
 * Times a few passes of the run that a configuration asks for, on the device that will run it, in a few seconds whatever the size of the
 * model: of a large one some of the layers are timed. Nothing is written; the memory is given back.
 * @throws SftError what opening model and adapter throws
 */
export async function measurePace(
  config: ResolvedConfig,
  folder: ModelFolder,
  { train, validation, test }: Pick<RunData, 'train' | 'validation' | 'test'>,
  device: Device,
): Promise<MachinePace> {
  const layers = layersTimed(folder.config);
  const started = performance.now();
  const session = openWeights(device, { ...folder, config: { ...folder.config, layers } });
  const toFree = [
    () => {
      session.close();
    },
  ];
  try {
    const tuning = await startTuning(session, config);
    toFree.push(() => {
      tuning.free();
    });
    const model = new LlamaModel(device, session.config, session.weights, tuning);
    toFree.push(() => {
      model.free();
    });
    const opening = (performance.now() - started) / 1000;
    const windows = spread(windowsOf(config, train, STEPS_SEEN), WINDOWS);
    const scored = [validation, test, train].find((part) => part.length > 0) ?? [];
    const pace = await measureTrainingPace(model, config, windows, sequencesOf(limited(scored, config)));
    const answers = await timeAnswers(
      model,
      session,
      test.length > 0 ? limited(test, config) : sampleQuestions(config, validation),
      config,
      pace,
    );
    const deeper = folder.config.layers / layers;
    const larger = workOfToken(folder.config) / workOfToken(session.config);
    return {
      ...pace,
      update: pace.update * deeper,
      opening: opening * deeper,
      answers: answers && scaled(answers, larger),
    };
  } finally {
    for (const free of toFree.reverse()) free();
  }
}

function layersTimed(config: LlamaConfig): number {
  const head = workOfToken({ ...config, layers: 0 });
  const layer = workOfToken({ ...config, layers: 1 }) - head;
  return Math.min(config.layers, Math.max(FEWEST_LAYERS, Math.floor(MOST_TOKEN_WORK / layer)));
}

/** As many of them as are given, evenly. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

/** Few questions, or short ones, where reading many would take long. */
async function timeAnswers(
  model: LlamaModel,
  { chat }: ModelSession,
  questions: readonly AskedQuestion[],
  { max_new_tokens: maxNewTokens }: ResolvedConfig,
  { scoring }: TrainingPace,
): Promise<AnswerPace | undefined> {
  let tokens = PROMPT_SECONDS / (scoring * workOfToken(model.config));
  const asked = questions.slice(0, QUESTIONS_AT_ONCE).filter((question, at) => {
    tokens -= chat.encodeQuestion(question).length;
    return at === 0 || tokens > 0;
  });
  if (asked.length === 0) return undefined;
  return measureAnswerPace(model, chat, asked, { maxNewTokens, budget: ANSWER_SECONDS });
}
