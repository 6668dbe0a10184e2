import type { Device } from '../compute/device';
import type { DeviceBuffer } from '../compute/memory';
import { pairAt } from '../compute/pairs';
import { SftError } from '../base/errors';
import { countTargets, sequencesOf, type TrainableSequence } from '../model/batch';
import type { LlamaModel } from '../model/llama';
import type { ParameterSet } from '../model/parameters';
import type { Tuning } from '../model/tuning';
import { planWindow, trainWindow } from '../model/window-pass';
import { createOptimizer } from './optimizer/create-optimizer';
import type { Optimizer, OptimizerOptions } from './optimizer/optimizer';
import type { ExampleOrder } from './order';
import { scheduleFactor, warmupLength, type SchedulerType } from './schedule';
import { orderOf } from './windows';

/** A tokenised example with the place to name when it goes wrong. */
export interface TrainingExample extends TrainableSequence {
  /** `train.json:41` */
  readonly place: string;
}

export interface TrainerOptions extends OptimizerOptions {
  readonly max_steps: number | null;
  readonly num_train_epochs: number;
  readonly per_device_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly learning_rate: number;
  readonly lr_scheduler_type: SchedulerType;
  readonly warmup_steps: number;
  readonly warmup_ratio: number;
  /** 0 does not clip. */
  readonly max_grad_norm: number;
  readonly gradient_checkpointing: boolean;
  /** Strength of the noise on the token embeddings; none unless given. */
  readonly neftune_noise_alpha?: number | null;
  readonly shuffle: boolean;
  readonly seed: number;
}

export interface StepResult {
  /** Steps done, this one included. */
  readonly step: number;
  /** Mean NLL over the trained tokens of the window, before the update. */
  readonly loss: number;
  readonly learning_rate: number;
  /** Before clipping. */
  readonly grad_norm: number;
  readonly tokens: number;
  readonly trained_tokens: number;
  readonly epoch: number;
}

/** The most sequences that a window may have; so many draws are each step's own, for masks of its passes and for noise of its sequences. */
export function mostSequences(
  options: Pick<TrainerOptions, 'per_device_batch_size' | 'gradient_accumulation_steps'>,
  examples: readonly TrainingExample[],
): number {
  const widest = examples.reduce((most, example) => Math.max(most, sequencesOf([example]).length), 1);
  return options.per_device_batch_size * options.gradient_accumulation_steps * widest;
}

/** Numbers of `clip`'s verdict. */
const VERDICT = 4;

/**
 * Supervised fine-tuning of what the model's tuning holds. The loss of an accumulation window is its summed NLL over its trained tokens,
 * however the window is cut into passes; so examples are packed into passes by size, without padding.
 */
export class Trainer {
  readonly order: ExampleOrder;
  readonly totalSteps: number;
  readonly optimizer: Optimizer;
  readonly tuning: Tuning;
  readonly parameters: ParameterSet;
  private readonly warmup: number;
  /** What a step reads back: the verdict of `clip`, then the NLL of each sequence of the window as a pair. */
  private readonly report: DeviceBuffer;
  private readonly most: number;

  /** @throws SftError no-examples */
  constructor(
    private readonly device: Device,
    private readonly model: LlamaModel,
    private readonly examples: readonly TrainingExample[],
    private readonly options: TrainerOptions,
  ) {
    if (model.tuning === undefined) throw new RangeError('the model has no weights to train');
    if (examples.length === 0) {
      throw new SftError('no-examples', 'the training part has no examples', {
        remedy: 'add examples, or change the split',
      });
    }
    this.tuning = model.tuning;
    this.parameters = model.tuning.parameters;
    this.order = orderOf(options, examples.length);
    this.totalSteps = this.order.totalSteps(options.max_steps, options.num_train_epochs);
    this.warmup = warmupLength(this.totalSteps, options.warmup_steps, options.warmup_ratio);
    this.optimizer = createOptimizer(device, this.parameters, options);
    this.most = mostSequences(options, examples);
    this.report = device.alloc('f32', VERDICT + 2 * this.most);
  }

  /** Steps done so far. */
  get step(): number {
    return this.optimizer.updates;
  }

  /**
   * One optimizer step, recorded as a whole and read back once: the NLL of each example, the gradient's norm, and whether all is finite.
   * @param rate the learning rate, in place of the schedule's
   * @throws SftError not-finite, naming the first example whose loss is no number; parameters and moments are as before the step
   */
  async trainStep(rate?: number): Promise<StepResult> {
    const { device, model, options, parameters } = this;
    const step = this.step;
    const sequences = this.order.window(step).flatMap((index) => {
      const example = this.examples[index]!;
      return sequencesOf([example]).map(({ ids, trained }) => ({ ids, trained, place: example.place }));
    });
    const draws = step * this.most;
    const alpha = options.neftune_noise_alpha ?? 0;
    const plan = planWindow(
      model,
      sequences.map((sequence, i) => ({ ...sequence, draw: draws + i })),
      alpha > 0,
    );
    const window = plan.groups.flat();
    const targets = window.reduce((sum, sequence) => sum + countTargets(sequence), 0);
    const factor = scheduleFactor(options.lr_scheduler_type, step, this.totalSteps, this.warmup);
    const learningRate = rate ?? options.learning_rate * factor;
    const mark = model.indices.mark();
    const verdict = this.report.slice(0, VERDICT);
    const sums = this.report.slice(VERDICT, 2 * window.length);

    const r = device.begin();
    r.fill(parameters.gradients, 0);
    const passes = trainWindow(r, model, plan, sums, {
      gradScale: 1 / targets,
      dropout: { seed: options.seed, pass: draws },
      noise: alpha > 0 ? { alpha, seed: options.seed } : undefined,
      gradientCheckpointing: options.gradient_checkpointing,
    });
    while (passes.next().done !== true) {
      // Kernels may run on this thread as they are recorded: let signals and heartbeats through between passes.
      await new Promise((resolve) => setImmediate(resolve));
    }
    r.clip(verdict, parameters.gradients, sums, options.max_grad_norm);
    this.optimizer.update(r, learningRate, verdict);
    this.tuning.refresh(r);
    device.submit(r);
    const report = await device.readFloats(this.report.slice(0, VERDICT + sums.length));
    model.indices.release(mark);

    const losses = window.map((_, i) => pairAt(report, VERDICT + 2 * i));
    const norm = pairAt(report, 0);
    this.refuseNotFinite(step, window, losses, norm);
    return {
      step: step + 1,
      loss: losses.reduce((sum, loss) => sum + loss, 0) / targets,
      learning_rate: learningRate,
      grad_norm: norm,
      tokens: sequences.reduce((n, { ids }) => n + ids.length, 0),
      trained_tokens: targets,
      epoch: this.order.epochAt(step + 1),
    };
  }

  private refuseNotFinite(
    step: number,
    window: readonly { readonly place: string }[],
    losses: readonly number[],
    norm: number,
  ): void {
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad < 0 && Number.isFinite(norm)) return;
    this.optimizer.updates = step;
    const reason =
      bad < 0
        ? `the gradient norm of step ${step + 1} is ${norm}`
        : `the loss of this example is ${losses[bad]!} at step ${step + 1}`;
    throw new SftError('not-finite', reason, {
      file: window[Math.max(0, bad)]!.place,
      remedy: 'lower learning_rate, and look at this example; the last checkpoint is from before it',
    });
  }

  free(): void {
    this.optimizer.free();
    this.device.free(this.report);
  }
}
