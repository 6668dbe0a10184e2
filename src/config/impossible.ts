import type { SftError } from '../errors';
import { configProblem } from './config-error';
import type { Config } from './config-schema';
import type { ConfigText } from './config-text';
import { NOT_YET } from './not-yet';

interface Finding {
  readonly key: keyof Config;
  readonly reason: string;
  readonly remedy: string;
}

/** Values that are each allowed and cannot be together, and values this version does not offer. The config has passed the schema. */
export function impossible(text: ConfigText, config: Config, warmupSteps: number): SftError[] {
  return [...pairs(config, warmupSteps), ...notYet(config)].map(({ key, reason, remedy }) =>
    configProblem(reason, { ...text.placeOf([key]), remedy }),
  );
}

function* pairs(config: Config, warmupSteps: number): Generator<Finding> {
  if (config.fp16 === true && config.bf16 === true) {
    yield { key: 'bf16', reason: 'fp16 and bf16 are both true', remedy: 'set at most one of them' };
  }
  if (config.split !== undefined) {
    const { train, validation = 0, test = 0 } = config.split;
    const sum = train + validation + test;
    if (Math.abs(sum - 1) > 1e-6) {
      yield {
        key: 'split',
        reason: `the shares of split add up to ${Number(sum.toFixed(6))}`,
        remedy: 'make train, validation and test add up to 1, such as 0.8, 0.1 and 0.1',
      };
    }
    if (validation === 0 && config.early_stopping_patience != null) {
      yield {
        key: 'early_stopping_patience',
        reason: 'early_stopping_patience needs validation data, and split leaves none',
        remedy: 'give split a validation share, such as 0.1, or remove early_stopping_patience',
      };
    }
  }
  if (config.eval_steps === null && config.early_stopping_patience != null) {
    yield {
      key: 'early_stopping_patience',
      reason: 'early_stopping_patience needs measurements, and eval_steps is null',
      remedy: 'set eval_steps, such as 20',
    };
  }
  if (config.max_steps != null && warmupSteps > config.max_steps) {
    yield {
      key: config.warmup_steps === undefined ? 'max_steps' : 'warmup_steps',
      reason: `warmup_steps (${warmupSteps}${config.warmup_steps === undefined ? ' unless given' : ''}) is more than max_steps (${config.max_steps})`,
      remedy: `set warmup_steps to 5-10 percent of max_steps, here ${Math.floor(config.max_steps / 10)}`,
    };
  }
  if (config.training_type === 'full') {
    const why = 'training_type "full" trains the model itself and has no adapter';
    const remedy = 'remove it, or set training_type to "lora"';
    if ((config.lora_dropout ?? 0) > 0)
      yield { key: 'lora_dropout', reason: `lora_dropout has no effect: ${why}`, remedy };
    if (config.use_rslora === true) yield { key: 'use_rslora', reason: `use_rslora has no effect: ${why}`, remedy };
    if (config.adapter != null) yield { key: 'adapter', reason: `adapter cannot be continued: ${why}`, remedy };
  }
}

function* notYet(config: Config): Generator<Finding> {
  const both = config.fp16 === true && config.bf16 === true;
  for (const { key, value, reason, remedy } of NOT_YET) {
    if (both && (key === 'fp16' || key === 'bf16')) continue;
    if (config[key] === value) yield { key, reason: `${key} ${JSON.stringify(value)}: ${reason}`, remedy };
  }
}
