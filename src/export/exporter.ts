import type { Device } from '../compute/device';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import type { LlamaConfig } from '../model/llama-config';
import type { Tuning } from '../model/tuning';
import type { BaseWeights } from '../model/weights';
import type { CardFacts } from './model-card';

/** A tuned model as exports see it: weights on a device, and what lies beside them. */
export interface ExportSource {
  readonly device: Device;
  readonly config: LlamaConfig;
  /** The folder of the base model. */
  readonly modelDir: string;
  readonly base: BaseWeights;
  /** The base model's weights, or those that took their place where all were trained. */
  readonly weights: BaseWeights;
  /** What was trained beside the weights, if anything. */
  readonly tuning?: Tuning | undefined;
  /** Tokenizer and template that the model was trained with, and how it is asked. */
  readonly chat: ChatTokenizer;
  readonly card: CardFacts;
  /** What the run says of how it is asked. */
  readonly asked: { readonly systemPrompt: string | null; readonly maxSeqLength: number };
}

/** What a person chose of a form. */
export interface ExportChoice {
  /** One of the form's `types`; the base model's unless given. */
  readonly type?: string | undefined;
  /** One of its `kinds`; the first unless given. */
  readonly as?: string | undefined;
}

export interface ExportProgress {
  (bytes: number, total: number): void;
}

/** A form in which a tuned model leaves; docs/extending.md says what a new one needs. */
export interface Exporter {
  /** As in `--to`. */
  readonly name: string;
  /** One line: what it is, and what loads it. */
  readonly summary: string;
  /** The types that its weights may have, where that can be chosen: `--type`. */
  readonly types?: readonly string[];
  /** What it may hold, where that can be chosen: `--as`. */
  readonly kinds?: readonly string[];
  /** The ending of a file's name that `--out` may have: a form that is one file. */
  readonly extension?: string;
  /**
   * Writes it into an empty folder; the caller writes aside and renames.
   * @returns what a person should know of it, a line each
   * @throws SftError export-impossible where the model has no such form
   */
  write(
    source: ExportSource,
    folder: string,
    onProgress: ExportProgress,
    choice: ExportChoice,
  ): Promise<readonly string[]>;
}
