import type { Device } from '../compute/device';
import { SftError } from '../base/errors';
import { countTargets, freeBatch, packBatch, type TokenSequence } from '../model/batch';
import type { LlamaModel } from '../model/llama';
import { trainPass } from '../model/loss-pass';
import type { ParameterSet } from '../model/parameters';
import { groupByTokens } from '../model/passes';
import { AdamW } from './adamw';
import { ExampleOrder } from './order';
import { scheduleFactor, warmupLength, type SchedulerType } from './schedule';

/** A tokenised example with the place to name when it goes wrong. */
export interface TrainingExample extends TokenSequence {
  /** `train.json:41` */
  readonly place: string;
}

export interface TrainerOptions {
  readonly max_steps: number | null;
  readonly num_train_epochs: number;
  readonly per_device_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly learning_rate: number;
  readonly lr_scheduler_type: SchedulerType;
  readonly warmup_steps: number;
  readonly warmup_ratio: number;
  readonly weight_decay: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  /** 0 does not clip. */
  readonly max_grad_norm: number;
  readonly gradient_checkpointing: boolean;
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

/**
 * Supervised fine-tuning of what `model.trained` holds. The loss of an accumulation window is its summed NLL over its trained tokens,
 * however the window is cut into passes; so examples are packed into passes by size, without padding.
 */
export class Trainer {
  readonly order: ExampleOrder;
  readonly totalSteps: number;
  readonly optimizer: AdamW;
  readonly parameters: ParameterSet;
  private readonly warmup: number;

  /** @throws SftError no-examples */
  constructor(
    private readonly device: Device,
    private readonly model: LlamaModel,
    private readonly examples: readonly TrainingExample[],
    private readonly options: TrainerOptions,
  ) {
    if (model.trained === undefined) throw new RangeError('the model has nothing to train');
    if (examples.length === 0) {
      throw new SftError('no-examples', 'the training part has no examples', {
        remedy: 'add examples, or change the split',
      });
    }
    this.parameters = model.trained;
    this.order = new ExampleOrder({
      examples: examples.length,
      batchSize: options.per_device_batch_size,
      accumulation: options.gradient_accumulation_steps,
      shuffle: options.shuffle,
      seed: options.seed,
    });
    this.totalSteps = this.order.totalSteps(options.max_steps, options.num_train_epochs);
    this.warmup = warmupLength(this.totalSteps, options.warmup_steps, options.warmup_ratio);
    this.optimizer = new AdamW(device, this.parameters, {
      beta1: options.adam_beta1,
      beta2: options.adam_beta2,
      eps: options.adam_epsilon,
      weightDecay: options.weight_decay,
    });
  }

  /** Steps done so far. */
  get step(): number {
    return this.optimizer.updates;
  }

  /**
   * One optimizer step.
   * @throws SftError not-finite, naming the first example whose loss is no number; the parameters are as before the step
   */
  async trainStep(): Promise<StepResult> {
    const { device, model, options } = this;
    const step = this.step;
    const window = this.order.window(step).map((index) => this.examples[index]!);
    const targets = window.reduce((sum, example) => sum + countTargets(example), 0);
    this.parameters.zeroGradients();
    let sum = 0;
    for (const [index, group] of groupByTokens(window).entries()) {
      const batch = packBatch(device, group);
      const nll = await trainPass(model, batch, {
        gradScale: 1 / targets,
        dropout: {
          seed: options.seed,
          pass: step * options.per_device_batch_size * options.gradient_accumulation_steps + index,
        },
        gradientCheckpointing: options.gradient_checkpointing,
      });
      group.forEach((example, i) => {
        sum += sumFinite(nll, batch.targetOffsets[i]!, batch.targetOffsets[i + 1]!, example, step + 1);
      });
      freeBatch(device, batch);
      // The kernels run on this thread: let signals and heartbeats through between passes.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const norm = Math.sqrt(await device.sumSquares(this.parameters.gradients));
    if (!Number.isFinite(norm)) {
      throw notFinite(`the gradient norm of step ${step + 1} is ${norm}`, window[0]!.place);
    }
    const clip = options.max_grad_norm > 0 ? Math.min(1, options.max_grad_norm / (norm + 1e-6)) : 1;
    const learningRate =
      options.learning_rate * scheduleFactor(options.lr_scheduler_type, step, this.totalSteps, this.warmup);
    this.optimizer.update(learningRate, clip);
    return {
      step: step + 1,
      loss: sum / targets,
      learning_rate: learningRate,
      grad_norm: norm,
      tokens: window.reduce((n, example) => n + example.ids.length, 0),
      trained_tokens: targets,
      epoch: this.order.epochAt(step + 1),
    };
  }

  free(): void {
    this.optimizer.free();
  }
}

function sumFinite(nll: Float32Array, from: number, to: number, example: TrainingExample, step: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += nll[i]!;
  if (!Number.isFinite(sum)) throw notFinite(`the loss of this example is ${sum} at step ${step}`, example.place);
  return sum;
}

function notFinite(reason: string, place: string): SftError {
  return new SftError('not-finite', reason, {
    file: place,
    remedy: 'lower learning_rate, and look at this example; the last checkpoint is from before it',
  });
}
