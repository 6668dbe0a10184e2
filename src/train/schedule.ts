import type { ResolvedConfig } from '../config/config-schema';

export type SchedulerType = ResolvedConfig['lr_scheduler_type'];

/**
 * Factor on the peak learning rate at update `step` (from 0) of `total`, after `warmup` steps of linear rise: transformers'
 * get_linear_/cosine_/constant_schedule_with_warmup. With warm-up the first update has learning rate 0.
 */
export function scheduleFactor(type: SchedulerType, step: number, total: number, warmup: number): number {
  if (step < warmup) return step / Math.max(1, warmup);
  if (type === 'constant') return 1;
  if (type === 'linear') return Math.max(0, (total - step) / Math.max(1, total - warmup));
  const progress = (step - warmup) / Math.max(1, total - warmup);
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** Warm-up steps: `warmupSteps` where it is at least 1, else the share `warmupRatio` of all steps, rounded up. */
export function warmupLength(total: number, warmupSteps: number, warmupRatio: number): number {
  return warmupSteps >= 1 ? warmupSteps : Math.ceil(total * warmupRatio);
}
