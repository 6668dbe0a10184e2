import { DryDevice } from '../../compute/dry/dry-device';
import type { DeviceTraits } from '../../compute/traits';
import type { ResolvedConfig } from '../../config/config-schema';
import { openWeights, type ModelFolder } from '../../generate/session';
import { LlamaModel } from '../../model/llama';
import type { LlamaConfig } from '../../model/llama-config';
import type { TokenisedParts } from '../../train/estimate';
import { orderOf, updateSize, windowsOf, type UpdateSize } from '../../train/windows';
import type { TuningTarget } from '../../tuning/method';
import { createTuning } from '../../tuning/registry';
import { lossExamples } from '../worker/example-losses';
import type { MachinePace } from './measure';
import { planOf, type QuestionSize } from './plan';
import { sampleSizes } from './sample-sizes';
import { pacingSeconds, sumOf, timeParts, type TimeParts } from './time-parts';

/** The time that a run will take, seconds. */
export interface RunForecast extends Pick<UpdateSize, 'sharedTokens'> {
  readonly seconds: number;
  readonly parts: TimeParts & {
    /** Reading data, weights and tokenizer, before training and again before the evaluation. */ readonly opening: number;
  };
}

/** Updates whose work is counted: the others are like them. */
const STEPS_SEEN = 500;
/** What a process takes to begin and to end. */
const PROCESS_SECONDS = 0.4;

/**
 * How long a run of this configuration will take at this pace.
 * @param pace of this machine, measured with this configuration or one that differs in lengths and counts alone
 * @param reading seconds that reading the data takes
 * @throws SftError what opening model and adapter throws
 */
export function forecastRun(
  config: ResolvedConfig,
  folder: ModelFolder,
  parts: TokenisedParts,
  traits: DeviceTraits,
  pace: MachinePace,
  reading: number,
): RunForecast {
  const session = openWeights(new DryDevice(traits), folder);
  const size = sizeOfRun(config, session, parts);
  session.close();
  return forecastOf(
    config,
    { ...size, samples: sampleSizes(config, folder.chat, parts) },
    parts,
    traits,
    pace,
    reading,
  );
}

/** What is known of a run without computing anything. */
export interface RunSize extends UpdateSize {
  readonly model: LlamaConfig;
  readonly trainedWeights: number;
}

/** @param target on a device without memory: only headers of the weights are read */
export function sizeOfRun(config: ResolvedConfig, target: TuningTarget, parts: TokenisedParts): RunSize {
  const tuning = createTuning(target, config);
  const model = new LlamaModel(target.device, target.config, target.weights, tuning);
  const size = updateSize(model, windowsOf(config, parts.train, STEPS_SEEN), config);
  model.free();
  return { ...size, model: target.config, trainedWeights: tuning.parameters.length };
}

/**
 * How long a run of this size will take at this pace.
 * @param samples what is asked while it trains
 */
export function forecastOf(
  config: ResolvedConfig,
  { samples, model, work, sharedTokens, trainedWeights }: RunSize & { readonly samples: readonly QuestionSize[] },
  parts: TokenisedParts,
  traits: DeviceTraits,
  pace: MachinePace,
  reading: number,
): RunForecast {
  const plan = planOf(config, {
    model,
    traits,
    totalSteps: orderOf(config, parts.train.length).totalSteps(config.max_steps, config.num_train_epochs),
    step: 0,
    updateWork: work,
    trainedWeights,
    answerPace: pace.answers,
    samples,
    validation: parts.validation,
    test: parts.test,
    losses: lossExamples(parts, config).map(({ example }) => example),
    general: parts.general,
  });
  const of = timeParts(plan, 0, { step: work * pace.training + pace.update, scoring: pace.scoring });
  const evaluates = plan.test === undefined && plan.retentionWork === 0 ? 0 : 1;
  // The worker measures the pace of its own answers, see engines/builtin.
  const asked = plan.test ?? plan.samples;
  const pacing = asked === undefined ? 0 : pacingSeconds(asked, pace.scoring);
  const opening = PROCESS_SECONDS + reading + (1 + evaluates) * pace.opening + pacing;
  return { seconds: sumOf(of) + opening, parts: { opening, ...of }, sharedTokens };
}
