/** What llama.cpp is asked, in a process of its own. */
export interface LlamaCppRequest {
  /** URL of node-llama-cpp's module. */
  readonly module: string;
  readonly model: string;
  /** A LoRA as GGUF, put on the model. */
  readonly lora?: string | undefined;
  /** Prompts as texts with special tokens written out. */
  readonly prompts: readonly string[];
  readonly maxNewTokens: number;
  /** Tokens that a prompt and its answer may have together. */
  readonly contextSize: number;
  /** Its own number unless given. Beside busy processes one is fastest: its threads wait for each other by spinning. */
  readonly threads?: number | undefined;
}

/** What llama.cpp made of one prompt. */
export interface LlamaCppAnswer {
  /** The prompt's tokens by its own tokenizer. */
  readonly prompt: readonly number[];
  /** Greedy, without the token that ended it. */
  readonly tokens: readonly number[];
  /** Whether it ended by itself. */
  readonly ended: boolean;
}

/** The one message that comes back. */
export type LlamaCppReply = { readonly answers: readonly LlamaCppAnswer[] } | { readonly error: string };
