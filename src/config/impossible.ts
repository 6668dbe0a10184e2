import type { DeviceListing } from '../compute/provider';
import { acceleratePairs } from './accelerate-pairs';
import { configProblem, type ConfigProblem } from './config-error';
import type { Config } from './config-schema';
import type { ConfigText } from './config-text';
import { embeddingPairs } from './embedding-pairs';
import { loraPairs, type Finding } from './lora-pairs';
import { unsupported } from './unsupported';
import { removeKey, setKey, type Repair } from './repair';

/**
 * Values that are each allowed and cannot be together, and what no device that is there offers. The config has passed the schema.
 * @param devices none where they are not known
 */
export function impossible(text: ConfigText, config: Config, devices: readonly DeviceListing[]): ConfigProblem[] {
  return [...pairs(config), ...unsupported(config, devices)].map(({ key, reason, remedy, repairs = [] }) =>
    configProblem(reason, { ...text.placeOf([key]), remedy }, repairs),
  );
}

function* pairs(config: Config): Generator<Finding> {
  if (config.fp16 === true && config.bf16 === true) {
    const repairs = [setKey('bf16', false), setKey('fp16', false)];
    yield { key: 'bf16', reason: 'fp16 and bf16 are both true', remedy: 'set at most one of them', repairs };
  }
  if (config.split !== undefined) {
    const { train, validation = 0, test = 0 } = config.split;
    const sum = train + validation + test;
    if (Math.abs(sum - 1) > 1e-6) {
      yield {
        key: 'split',
        reason: `the shares of split add up to ${Number(sum.toFixed(6))}`,
        remedy: 'make train, validation and test add up to 1, such as 0.8, 0.1 and 0.1',
        repairs: sharesRepairs(train, validation, test),
      };
    }
    if (validation === 0 && config.validation_dataset == null && config.early_stopping_patience != null) {
      yield {
        key: 'early_stopping_patience',
        reason: 'early_stopping_patience needs validation data, and split leaves none',
        remedy:
          'give split a validation share, such as 0.1, name a validation_dataset, or remove early_stopping_patience',
        repairs: [removeKey('early_stopping_patience')],
      };
    }
  }
  if (config.eval_steps === null && config.early_stopping_patience != null) {
    yield {
      key: 'early_stopping_patience',
      reason: 'early_stopping_patience needs measurements, and eval_steps is null',
      remedy: 'set eval_steps, such as 20',
      repairs: [setKey('eval_steps', 20), removeKey('early_stopping_patience')],
    };
  }
  if (config.max_steps != null && config.warmup_steps !== undefined && config.warmup_steps > config.max_steps) {
    yield {
      key: 'warmup_steps',
      reason: `warmup_steps (${config.warmup_steps}) is more than max_steps (${config.max_steps})`,
      remedy: `set warmup_steps to 5-10 percent of max_steps, here ${Math.floor(config.max_steps / 10)}`,
      repairs: [setKey('warmup_steps', Math.floor(config.max_steps / 10))],
    };
  }
  yield* loraPairs(config);
  yield* embeddingPairs(config);
  yield* acceleratePairs(config);
}

/** Train takes what the other two leave, where they leave something. */
function sharesRepairs(train: number, validation: number, test: number): Repair[] {
  const rest = Number((1 - validation - test).toFixed(6));
  const whole = setKey('split', { train: 0.8, validation: 0.1, test: 0.1 });
  return rest > 0 && rest !== train ? [setKey(['split', 'train'], rest), whole] : [whole];
}
