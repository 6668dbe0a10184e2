import type { ConfigChanges } from '../../config/change-config';
import type { ResolvedConfig } from '../../config/config-schema';
import { USUAL_RATES } from '../../config/usual-rates';
import type { HealthRemedy } from './finding';

/** The learning rate that suits this kind of training as a first choice. */
export function usualLearningRate(config: ResolvedConfig): number {
  return USUAL_RATES[config.training_type];
}

/** The usual rate where it was far above it, else a quarter. */
export function lowerLearningRate(config: ResolvedConfig): HealthRemedy {
  const { learning_rate: now } = config;
  const usual = usualLearningRate(config);
  return rate('Lower', now, now > 2 * usual ? usual : now / 4);
}

/** The usual rate where it was below it, else two and a half times as much. */
export function raiseLearningRate(config: ResolvedConfig): HealthRemedy {
  const { learning_rate: now } = config;
  const usual = usualLearningRate(config);
  return rate('Raise', now, now < usual ? usual : 2.5 * now);
}

function rate(verb: string, from: number, to: number): HealthRemedy {
  const rounded = Number(to.toPrecision(2));
  return {
    title: `${verb} learning_rate from ${rateText(from)} to ${rateText(rounded)}`,
    changes: { learning_rate: rounded },
  };
}

/** For gradients that grew too large: clipping, a longer warm-up, a steadier number format; those that are not in use yet. */
export function steadier(config: ResolvedConfig, totalSteps: number | null): HealthRemedy[] {
  const remedies: HealthRemedy[] = [];
  if (config.max_grad_norm === 0 || config.max_grad_norm > 1) {
    remedies.push(remedy('Limit gradients: max_grad_norm 1', { max_grad_norm: 1 }));
  }
  if (config.fp16) {
    remedies.push(remedy('Compute in bf16, which does not overflow, instead of fp16', { fp16: false, bf16: true }));
  }
  const warmup = Math.max(5, Math.ceil((totalSteps ?? 0) / 10));
  if (config.warmup_steps < warmup / 2 && config.warmup_ratio === 0) {
    remedies.push(
      remedy(`Warm up longer: warmup_steps from ${config.warmup_steps} to ${warmup}`, { warmup_steps: warmup }),
    );
  }
  return remedies;
}

/** The tutorial's ways to keep a model from learning by heart, those that are not in use yet. */
export function againstOverfitting(config: ResolvedConfig, bestStep: number): HealthRemedy[] {
  const remedies: HealthRemedy[] = [];
  const { lora_dropout: dropout, lora_r: rank, lora_alpha: alpha, weight_decay: decay } = config;
  if (config.early_stopping_patience === null && (config.validation_dataset !== null || config.split.validation > 0)) {
    const title = 'Stop automatically and keep the best: early_stopping_patience 3';
    const often = Math.max(1, Math.round(bestStep / 5));
    const measured = config.eval_steps !== null && config.eval_steps <= bestStep;
    remedies.push(remedy(title, { early_stopping_patience: 3, ...(measured ? {} : { eval_steps: often }) }));
  }
  remedies.push(remedy(`Stop where it was best: max_steps ${bestStep}`, { max_steps: bestStep }));
  if (config.training_type === 'lora' && dropout < 0.1) {
    const next = dropout < 0.05 ? 0.05 : 0.1;
    remedies.push(remedy(`Raise lora_dropout from ${dropout} to ${next}`, { lora_dropout: next }));
  }
  remedies.push(remedy('Add training examples, the most reliable fix', {}));
  if (decay < 0.01) remedies.push(remedy(`Raise weight_decay from ${decay} to 0.01`, { weight_decay: 0.01 }));
  if (config.training_type === 'lora' && rank >= 8) {
    const half = Math.floor(rank / 2);
    const changes = alpha === rank ? { lora_r: half, lora_alpha: half } : { lora_r: half };
    remedies.push(remedy(`Lower lora_r from ${rank} to ${half}`, changes));
  }
  return remedies;
}

/** So many updates, by whichever key rules the length of the run. */
export function trainLonger(config: ResolvedConfig, from: number, to: number): HealthRemedy {
  if (config.max_steps !== null) return remedy(`Raise max_steps from ${from} to ${to}`, { max_steps: to });
  const epochs = Math.ceil((config.num_train_epochs * to) / from);
  return remedy(`Raise num_train_epochs from ${config.num_train_epochs} to ${epochs}`, { num_train_epochs: epochs });
}

/** Something for the person to do, outside the configuration. */
export function byHand(title: string): HealthRemedy {
  return { title, changes: {} };
}

export function remedy(title: string, changes: ConfigChanges): HealthRemedy {
  return { title, changes };
}

/** `2e-4`: a learning rate as people write it. */
export function rateText(value: number): string {
  return value < 1e-2 ? value.toExponential() : String(value);
}

/** `3.61`: a loss as it is told to a person. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
