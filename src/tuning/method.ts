import type { Device } from '../compute/device';
import type { ResolvedConfig } from '../config/config-schema';
import type { LlamaConfig } from '../model/llama-config';
import type { Tuning } from '../model/tuning';
import type { BaseWeights } from '../model/weights';

/** What training leaves: an adapter beside the base model, or weights in its place. */
export type TunedForm = 'adapter' | 'model';

/** The base model that a method works on. */
export interface TuningTarget {
  readonly device: Device;
  readonly config: LlamaConfig;
  readonly weights: BaseWeights;
  /** Of the base model, where it is at hand: for methods whose configuration speaks of texts. */
  readonly chat?:
    | {
        readonly tokenizer: { encode(text: string): readonly number[]; tokenId(token: string): number | undefined };
        /** The added tokens that the chat template writes. */
        readonly templateIds: readonly number[];
      }
    | undefined;
}

/** A way to tune a model; docs/extending.md says what a new one needs. */
export interface TuningMethod {
  /** As in training_type. */
  readonly name: ResolvedConfig['training_type'];
  readonly form: TunedForm;
  /** Name of the file with the parameters in a folder of its result. */
  readonly weightsFile: string;
  /** Memory for what a configuration trains, to be initialised. */
  create(target: TuningTarget, config: ResolvedConfig): Tuning;
  /** PEFT's name for adapters of this method, and how a folder of one is loaded. */
  readonly adapters?: {
    readonly peftType: string;
    /** @throws SftError unsupported-adapter, tensors-do-not-fit, corrupt-safetensors */
    load(target: TuningTarget, folder: string): Tuning;
  };
}
