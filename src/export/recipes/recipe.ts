import type { ResolvedConfig } from '../../config/config-schema';
import type { ChatMessage } from '../../text/chat-template';

/** One message of the assistant's conversations, as it is asked and trained: a configured system prompt is among them. */
export interface RecipeMessage extends ChatMessage {
  /** Of the assistant's messages: whether it is learnt. */
  readonly trained: boolean;
}

export const PARTS = ['train', 'validation', 'test'] as const;

/** A part of the data and its conversations. */
export type RecipeParts = Readonly<Record<(typeof PARTS)[number], readonly (readonly RecipeMessage[])[]>>;

/** What a recipe is made from: a configuration with its data, as a run of it here would train. */
export interface RecipeSource {
  readonly config: ResolvedConfig;
  /** The name of the run or of the configuration. */
  readonly title: string;
  /** A name on the Hugging Face Hub, or the absolute path of a folder. */
  readonly baseModel: string;
  readonly onHub: boolean;
  /** The chat template's Jinja source. */
  readonly chatTemplate: string;
  /** Whether the model's folder brings that template itself. */
  readonly ownTemplate: boolean;
  /** Whether the model is asked to think. */
  readonly thinking: boolean;
  /** Texts of the tokens that end an answer. */
  readonly endTokens: readonly string[];
  readonly parts: RecipeParts;
  readonly plan: {
    /** Updates in all. */
    readonly steps: number;
    /** Those of them in which the learning rate rises. */
    readonly warmup: number;
  };
}

/** A value as the configuration files of other tools hold it. */
export type RecipeValue =
  string | number | boolean | null | readonly RecipeValue[] | { readonly [key: string]: RecipeValue };

/** Keys and values in the order in which they are written; undefined ones are left out. */
export type RecipeSettings = Readonly<Record<string, RecipeValue | undefined>>;

/** What a recipe is, before it is written. */
export interface RecipeFiles {
  /** Contents by path in the recipe's folder. */
  readonly files: ReadonlyMap<string, string>;
  /** The shell's lines that install the tool and train with the recipe, run in its folder. */
  readonly use: readonly string[];
  /** What is not as it would be here, a sentence each. */
  readonly differences: readonly string[];
}

/** The same training as a tool of others does it; docs/extending.md says what a new one needs. */
export interface Recipe {
  /** As in `--to`. */
  readonly name: string;
  /** One line: whose it is, and what runs it. */
  readonly summary: string;
  make(source: RecipeSource): RecipeFiles;
}
