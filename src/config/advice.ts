import type { JSONPath } from 'jsonc-parser';
import { countOf, partOf } from '../base/count-of';
import type { ConfigFacts } from './facts';
import { onAccepted } from './accepted';
import type { Advice } from './advice-item';
import { CONFIG_SCHEMA } from './config-schema';
import { isShort, type EffectiveValues } from './defaults';
import { MOST_PASSES, stepsFor, type Plan } from './plan';
import { planWarnings } from './plan-warnings';
import { setKey, type Repair } from './repair';
import { USUAL_RATES } from './usual-rates';
import { tooLong } from './virtual-room';

/** Updates of a run that is to show something. */
const TEST_STEPS = 60;
const WARMUP = CONFIG_SCHEMA.properties.warmup_steps.default;

/** Which keys are written in the file: advice on a default that nobody chose is given only where it hurts. */
export type IsWritten = (path: JSONPath) => boolean;

/**
 * All advice on a configuration that the schema has nothing against. The editor, preflight and training ask here, so that all say the same.
 * @param plan what the run amounts to, counted or as it is expected
 * @param isWritten unless the file is at hand, what is not the default
 */
export function* adviceOn(
  values: EffectiveValues,
  plan: Plan,
  facts: Pick<ConfigFacts, 'modelMaxPositions' | 'devices'>,
  isWritten: IsWritten = differs(values),
): Generator<Advice> {
  yield* onLearningRate(values);
  yield* onLength(values, facts);
  yield* onSteps(values, plan, isWritten);
  yield* onLora(values, plan, isWritten);
  yield* onValidation(values, plan);
  yield* onOwnFiles(values, isWritten);
  yield* planWarnings(values, plan);
  yield* onAccepted(values, facts);
}

function* onLearningRate(values: EffectiveValues): Generator<Advice> {
  const { learning_rate: rate, training_type: type, loraplus_lr_ratio: ratio } = values;
  const usual = USUAL_RATES[type];
  const about = { keys: [['learning_rate'], ['training_type']], repairs: [setKey('learning_rate', usual)] };
  const remedy = `set it to about ${usual}`;
  if (rate > Math.max(1e-2, 50 * usual)) {
    const reason = `a learning_rate of ${rate} overshoots with every update, so the loss will diverge`;
    yield { ...about, code: 'high-learning-rate', severity: 'warning', reason, remedy };
  } else if (rate < 1e-6) {
    const reason = `with a learning_rate of ${rate} the model hardly learns`;
    yield { ...about, code: 'low-learning-rate', severity: 'warning', reason, remedy };
  } else if (type === 'prompt_tuning' && rate < 1e-3) {
    const reason = `a learning_rate of ${rate} suits LoRA; a prompt hardly changes with it`;
    yield { ...about, code: 'lora-learning-rate', severity: 'warning', reason, remedy };
  } else if (type === 'full' && rate >= 1e-4) {
    const reason = `a learning_rate of ${rate} suits LoRA; with full fine-tuning it destroys what the model knows`;
    yield { ...about, code: 'lora-learning-rate', severity: 'warning', reason, remedy };
  } else if (type === 'lora' && rate * (ratio ?? 1) > 1e-2) {
    yield {
      code: 'high-learning-rate',
      severity: 'warning',
      keys: [['loraplus_lr_ratio'], ['learning_rate']],
      reason: `learning_rate times loraplus_lr_ratio is ${Number((rate * ratio!).toPrecision(3))}: the second matrices of the adapter overshoot with every update`,
      remedy: 'set loraplus_lr_ratio to 4 to 16, or lower learning_rate',
      repairs: [setKey('loraplus_lr_ratio', 16), setKey('loraplus_lr_ratio', 4)],
    };
  }
}

function* onLength(
  values: EffectiveValues,
  { modelMaxPositions: limit }: Pick<ConfigFacts, 'modelMaxPositions'>,
): Generator<Advice> {
  const found = limit === undefined ? undefined : tooLong(values, limit);
  if (found === undefined) return;
  const { reason, most } = found;
  yield {
    code: 'beyond-model-length',
    severity: 'error',
    keys: [['max_seq_length'], ['model_name']],
    reason: `${reason} tokens`,
    remedy: `set max_seq_length to ${most} or less`,
    repairs: [setKey('max_seq_length', most)],
  };
}

function* onSteps(values: EffectiveValues, plan: Plan, isWritten: IsWritten): Generator<Advice> {
  const { trainExamples, learntExamples: learnt, steps, epochs, warmup } = plan;
  const byEpochs = values.max_steps === null;
  const lengthKeys: JSONPath[] = byEpochs ? [['num_train_epochs'], ['dataset']] : [['max_steps']];
  const setEpochs = (wanted: number): Repair =>
    byEpochs || learnt === undefined
      ? setKey('num_train_epochs', wanted)
      : setKey('max_steps', stepsFor(wanted, learnt, values));

  if (epochs !== undefined && epochs < 1) {
    const general = (learnt ?? 0) - (trainExamples ?? 0);
    const mixed = general === 0 ? '' : `, ${general.toLocaleString('en-US')} of them general`;
    const share =
      learnt === undefined
        ? `${percent(epochs)} of the training examples`
        : `${partOf(Math.round(epochs * learnt), learnt, 'training example')}${mixed}`;
    // Of data that take hours a first run sees a part, which tells how well they are learned.
    const first = steps !== undefined && steps >= TEST_STEPS;
    yield {
      code: 'unseen-examples',
      severity: first ? 'info' : 'warning',
      keys: lengthKeys,
      reason: `the run ends after ${share}; the rest is never seen`,
      remedy: `${first ? 'enough for a first look; for one pass ' : ''}${setEpochs(1).title.replace('Set', 'set')} or more`,
      repairs: [setEpochs(1)],
    };
  } else if (epochs !== undefined && epochs > 20) {
    yield {
      code: 'many-epochs',
      severity: 'warning',
      keys: lengthKeys,
      reason: `the run goes through the training data ${Number(epochs.toFixed(1))} times, so the model will memorise it`,
      remedy: '1 to 3 epochs are usual; train less, or collect more examples',
      repairs: [setEpochs(3)],
    };
  }
  if (steps === undefined) return;
  const enough = learnt === undefined ? TEST_STEPS : Math.min(TEST_STEPS, stepsFor(MOST_PASSES, learnt, values));
  // Where examples are never seen, the number of steps is told already.
  if (steps < enough && !(epochs !== undefined && epochs < 1)) {
    yield {
      code: 'few-steps',
      severity: 'info',
      keys: lengthKeys,
      reason: `${countOf(steps, 'update')} will teach the model little`,
      remedy:
        enough === TEST_STEPS
          ? 'use 60 to 200 for a test, 500 or more for real training'
          : `use ${enough}, ${MOST_PASSES} times through the ${countOf(learnt!, 'training example')}, or collect more examples`,
      repairs: [setKey('max_steps', enough)],
    };
  }
  if (
    isShort(values.max_steps) &&
    values.warmup_steps === Math.floor(values.max_steps / 10) &&
    values.warmup_ratio === 0
  ) {
    yield {
      code: 'short-for-warmup',
      severity: 'info',
      keys: [['max_steps']],
      reason: `a run of ${countOf(values.max_steps, 'update')} is too short for the usual warm-up of ${WARMUP} and has none`,
      remedy: `use more steps, or set warmup_steps`,
      repairs: [],
    };
  }
  // Beyond the end is what planWarnings tells.
  if (warmup !== undefined && warmup > 0.2 * steps && warmup <= steps) yield longWarmup();
  for (const [key, what] of [
    ['save_steps', 'no checkpoint is saved before the end'],
    ['eval_steps', 'the validation loss is measured only at the end'],
  ] as const) {
    const every = values[key];
    if (every === null || every <= steps || !isWritten([key])) continue;
    yield {
      code: key === 'save_steps' ? 'save-beyond-end' : 'evaluate-beyond-end',
      severity: 'info',
      keys: [[key]],
      reason: `${key} (${every}) is more than the ${countOf(steps, 'update')} of the run: ${what}`,
      remedy: `set it to ${Math.max(1, Math.round(steps / 3))}, or to null if that is what you want`,
      repairs: [setKey(key, Math.max(1, Math.round(steps / 3))), setKey(key, null)],
    };
  }

  function longWarmup(): Advice {
    const ratio = values.warmup_steps === 0;
    const wanted = ratio ? 0.1 : Math.floor(steps! / 10);
    const key = ratio ? 'warmup_ratio' : 'warmup_steps';
    return {
      code: 'long-warmup',
      severity: 'warning',
      keys: [[key], ...lengthKeys],
      reason: `the learning rate rises for ${countOf(warmup!, 'update')}, which is ${percent(warmup! / steps!)} of all ${steps!}`,
      remedy: `5 to 10 percent are usual: set ${key} to ${wanted}`,
      repairs: [setKey(key, wanted)],
    };
  }
}

function* onLora(values: EffectiveValues, { trainExamples }: Plan, isWritten: IsWritten): Generator<Advice> {
  if (values.training_type !== 'lora') return;
  const { lora_r: rank, lora_alpha: alpha, lora_dropout: dropout } = values;
  if (rank > 64 && trainExamples !== undefined && trainExamples < 1000) {
    yield {
      code: 'high-rank',
      severity: 'warning',
      keys: [['lora_r']],
      reason: `a rank of ${rank} is enough to memorise ${countOf(trainExamples, 'example')}`,
      remedy: 'set lora_r to 8 or 16 for a dataset of this size',
      repairs: [
        alpha === rank
          ? {
              title: 'Set lora_r and lora_alpha to 16',
              changes: [...setKey('lora_r', 16).changes, ...setKey('lora_alpha', 16).changes],
            }
          : setKey('lora_r', 16),
      ],
    };
  }
  if (!values.use_rslora && alpha / rank > 4) {
    yield {
      code: 'strong-adapter',
      severity: 'warning',
      keys: isWritten(['lora_alpha']) ? [['lora_alpha']] : [['lora_r'], ['lora_alpha']],
      reason: `the adapter acts with lora_alpha / lora_r = ${Number((alpha / rank).toFixed(2))} times its strength, which makes training unstable`,
      remedy: `set lora_alpha to lora_r (${rank}) or twice that`,
      repairs: [setKey('lora_alpha', rank)],
    };
  }
  if (dropout === 0 && trainExamples !== undefined && trainExamples < 500) {
    yield {
      code: 'no-dropout',
      severity: 'info',
      keys: [['lora_dropout'], ['lora_r'], ['dataset']],
      reason: `lora_dropout is 0, and ${countOf(trainExamples, 'training example')} ${trainExamples === 1 ? 'is' : 'are'} soon memorised`,
      remedy: 'set it to 0.05',
      repairs: [setKey('lora_dropout', 0.05)],
    };
  }
}

function* onValidation(values: EffectiveValues, { validationExamples }: Plan): Generator<Advice> {
  const { split, validation_dataset: own } = values;
  if (own !== null || split.validation > 0) {
    if (validationExamples !== 0) return;
    yield {
      code: 'no-validation',
      severity: 'warning',
      keys: [['validation_dataset'], ['split', 'validation'], ['split'], ['dataset']],
      reason: 'the validation part has no examples, so nothing shows when the model starts to memorise',
      remedy: 'add examples, or name a validation_dataset',
      repairs: [],
    };
    return;
  }
  const train = Number((split.train - 0.1).toFixed(6));
  yield {
    code: 'no-validation',
    severity: 'warning',
    keys: [['split', 'validation'], ['split']],
    reason: 'split leaves no validation part, so nothing shows when the model starts to memorise',
    remedy: 'give split a validation share, such as 0.1, or name a validation_dataset',
    repairs:
      train > 0
        ? [
            {
              title: `Move 0.1 of train to validation`,
              changes: [...setKey(['split', 'train'], train).changes, ...setKey(['split', 'validation'], 0.1).changes],
            },
          ]
        : [],
  };
}

/** A share that somebody wrote down and that a file of its own takes the place of. */
function* onOwnFiles(values: EffectiveValues, isWritten: IsWritten): Generator<Advice> {
  for (const part of ['validation', 'test'] as const) {
    const share = values.split[part];
    if (values[`${part}_dataset`] === null || share === 0 || !isWritten(['split', part])) continue;
    yield {
      code: 'unused-share',
      severity: 'info',
      keys: [['split', part]],
      reason: `${part}_dataset replaces split.${part}: these ${percent(share)} of dataset are trained on as well`,
      remedy: `remove split.${part} and add it to split.train`,
      repairs: [
        {
          title: `Move ${share} of ${part} to train`,
          changes: [
            ...setKey(['split', 'train'], Number((values.split.train + share).toFixed(6))).changes,
            ...setKey(['split', part], 0).changes,
          ],
        },
      ],
    };
  }
}

/** Whether a key has another value than the default. */
function differs(values: EffectiveValues): IsWritten {
  const properties: Readonly<Record<string, object>> = CONFIG_SCHEMA.properties;
  const at = (value: unknown, path: JSONPath): unknown =>
    path.reduce<unknown>(
      (inner, key) => (inner as Readonly<Record<string | number, unknown>> | undefined)?.[key],
      value,
    );
  return ([key, ...path]) => {
    const property = properties[String(key)] ?? {};
    const usual = 'default' in property ? at(property.default, path) : null;
    return JSON.stringify(at(values, [key!, ...path])) !== JSON.stringify(usual);
  };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
