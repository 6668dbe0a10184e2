import type { AppendedExample, NewExample } from '../dataset/append-example';
import type { Columns } from '../dataset/columns';
import type { Layout } from '../dataset/convert-file';
import type { DatasetFormat } from '../dataset/example';
import type { DatasetKind } from '../dataset/formats/kind';
import type { AskedExample, FoundExample } from '../dataset/find-example';
import type { Finding, Severity, TextEdit } from '../dataset/finding';
import type { SplitParts } from '../dataset/split/split';
import type { SplitFile } from '../dataset/split/split-file';
import type { TrainOn } from '../text/conversation-texts';
import type { EnableThinking } from '../text/enable-thinking';
import type { LengthSummary } from '../text/token-lengths';

/** Replaces `length` UTF-16 code units from `offset` on; the changes of one message are applied one after the other. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What a person sets for a rule: `off`, or another severity than the rule's own. */
export type RuleSetting = 'off' | Severity;

/** What the counts and findings of a file depend on besides its text. */
export interface AnalysisSettings {
  /** Folder with the tokenizer.json that counts; without one the counts are estimates. */
  readonly modelFolder: string | undefined;
  readonly maxSeqLength: number;
  /** Stands before every conversation that has no system message of its own. */
  readonly systemPrompt?: string | undefined;
  /** Which answers of a conversation are trained; all unless given. */
  readonly trainOn?: TrainOn | undefined;
  /** Whether the model is asked to think; `auto` unless given. */
  readonly enableThinking?: EnableThinking | undefined;
  readonly rules: Readonly<Record<string, RuleSetting>>;
  /** Share of word pairs from which two examples are near-duplicates. */
  readonly nearDuplicateThreshold: number;
  /** The file's own names for ours, as the configuration has them. */
  readonly columns?: Columns;
  /** Files, absolute, that the configuration has beside this one for other parts of the data; those beside it by name are found without. */
  readonly otherParts?: readonly string[];
}

/** Numbers of one example in `AnalysisResult.examples`, in this order. */
const EXAMPLE_FIELDS = ['offset', 'endOffset', 'tokens', 'trained', 'truncated', 'answers', 'trainedAnswers'] as const;
export const EXAMPLE_WIDTH = EXAMPLE_FIELDS.length;

/** What the analysis of one version of a text gives. */
export interface AnalysisResult {
  readonly version: number;
  /**
   * False for results before the last: with what syntax and schema find, then with all rules while examples are still being counted, and
   * whenever what somebody looks at has been counted.
   */
  readonly complete: boolean;
  readonly format: DatasetFormat;
  readonly kind: DatasetKind;
  /** How many valid examples there are. */
  readonly count: number;
  /** [count, EXAMPLE_WIDTH]: the range in the text (UTF-16), and the tokens as `sft count` gives them, -1 while not counted. In file order. */
  readonly examples: Int32Array;
  /** Offset and end offset (UTF-16) of each value that is sound JSON, or a whole row, but no valid example. In file order. */
  readonly invalid: Int32Array;
  /** The counts are characters / 4, because there is no model or it cannot be read. */
  readonly estimated: boolean;
  /** Name of the model folder; undefined for an estimate. */
  readonly modelName: string | undefined;
  /** Why the model that is set cannot count. */
  readonly modelProblem: string | undefined;
  readonly maxSeqLength: number;
  readonly summary: LengthSummary;
  /** The first findings in file order, at most FINDINGS_SENT. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** Of all findings, those not sent as well. */
  readonly findingsByRule: Readonly<Record<string, number>>;
  readonly findingsBySeverity: Readonly<Record<Severity, number>>;
  /** Milliseconds of the worker. */
  readonly milliseconds: number;
}

/** More findings than these are summed up: a list of thousands helps nobody. */
export const FINDINGS_SENT = 999;

/** Where the tokens of one example come from; they sum to `tokens`. */
export interface TokenParts {
  readonly tokens: number;
  readonly prompt: number;
  readonly answer: number;
  /** What the chat template writes around them. */
  readonly template: number;
}

/** How a token of a training sequence is used; `special` ones are trained or not as `trained` says. */
export interface SequenceToken {
  readonly id: number;
  /** What it writes; a character of several tokens stands at the last of them. All of them, joined, are the whole. */
  readonly text: string;
  readonly trained: boolean;
  readonly special: boolean;
  /** Beyond max_seq_length: never seen in training. */
  readonly cut: boolean;
}

/** The exact tokens of one example as training sees them. */
export interface TrainingSequence {
  readonly modelName: string;
  readonly maxSeqLength: number;
  readonly tokens: readonly SequenceToken[];
  /** What the tokens do not show of the answers that are trained; empty where there is nothing. */
  readonly note: string;
}

/** What the report of a file says beyond its findings and totals. */
export interface FileFigures {
  /** Tokens of each example, in file order. */
  readonly tokens: Int32Array;
  /** Examples longer than max_seq_length, and those whose whole answer is cut off. */
  readonly over: number;
  readonly lost: number;
  /** Most examples first; the empty name stands for none. Those beyond the first thousand are left out. */
  readonly agencies: readonly { readonly name: string; readonly examples: number }[];
  /** How grave each rule's findings are. */
  readonly severities: Readonly<Record<string, Severity>>;
}

/** A file of any size, checked from disk. */
export interface FileCheck extends FileFigures {
  readonly file: string;
  readonly format: DatasetFormat;
  readonly bytes: number;
  readonly count: number;
  readonly estimated: boolean;
  readonly modelName: string | undefined;
  readonly maxSeqLength: number;
  readonly summary: LengthSummary;
  /** The first findings in file order, at most FINDINGS_SENT. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly findingsByRule: Readonly<Record<string, number>>;
  readonly findingsBySeverity: Readonly<Record<Severity, number>>;
  readonly milliseconds: number;
}

/** A file in another kind, or what the conversion would lose where that was not agreed to. */
export interface Conversion {
  readonly from: DatasetKind;
  readonly to: DatasetKind;
  readonly examples: number;
  /** How many examples lose something. */
  readonly lossy: number;
  /** What is lost, commonest first: in how many examples, and the line of the first. */
  readonly losses: readonly { readonly what: string; readonly examples: number; readonly line: number }[];
  /** What of the file is not used, in words. */
  readonly told: readonly string[];
  readonly written: boolean;
}

/** What is asked of the worker and answered once; a request of an older version of a text is answered with undefined. */
export interface Requests {
  readonly tokenParts: {
    readonly ask: { readonly uri: string; readonly version: number; readonly index: number };
    readonly answer: TokenParts | undefined;
  };
  readonly sequence: {
    readonly ask: { readonly uri: string; readonly version: number; readonly index: number };
    readonly answer: TrainingSequence | undefined;
  };
  readonly findings: {
    readonly ask: { readonly uri: string; readonly version: number };
    readonly answer: readonly Finding[] | undefined;
  };
  readonly fixAll: {
    readonly ask: { readonly uri: string; readonly version: number };
    readonly answer: readonly TextEdit[] | undefined;
  };
  readonly checkFile: {
    readonly ask: { readonly file: string; readonly settings: AnalysisSettings };
    readonly answer: FileCheck;
  };
  /** The edit that adds an example to a text; the text is checked as a whole, which the editor's own thread must not do. */
  readonly appendExample: {
    readonly ask: {
      readonly file: string;
      readonly text: string;
      readonly example: NewExample;
      readonly columns?: Columns | undefined;
    };
    readonly answer: AppendedExample;
  };
  /** Where examples stand now, by what they ask and answer; undefined for those that have changed. */
  readonly findExamples: {
    readonly ask: {
      readonly file: string;
      readonly text: string;
      readonly examples: readonly AskedExample[];
      readonly columns: Columns | null;
    };
    readonly answer: readonly (FoundExample | undefined)[];
  };
  /** What the template of a model folder says by itself before a conversation without a system message. */
  readonly addedSystem: {
    readonly ask: { readonly modelFolder: string };
    readonly answer: string | undefined;
  };
  readonly convert: {
    readonly ask: {
      readonly file: string;
      readonly to: DatasetKind;
      readonly out: string;
      readonly layout: Layout;
      /** Whether a file that stands at `out` may be replaced. */
      readonly replace: boolean;
      /** Whether to write although something is lost. */
      readonly lossy: boolean;
      readonly columns?: Columns | undefined;
    };
    readonly answer: Conversion;
  };
  readonly split: {
    readonly ask: {
      readonly file: string;
      readonly out: string;
      readonly parts: SplitParts;
      readonly columns?: Columns | undefined;
    };
    readonly answer: {
      readonly files: readonly SplitFile[];
      /** What is to be said of near-duplicates that could not stay together. */
      readonly apart: string | undefined;
    };
  };
}

export type RequestName = keyof Requests;

export type ToWorker =
  | {
      /** The start of a long text, before `open` brings the rest: the client cuts it. */
      readonly type: 'parts';
      readonly uri: string;
      readonly parts: readonly string[];
    }
  | {
      readonly type: 'open';
      readonly uri: string;
      /** Names the text in findings, and tells JSONL by its ending. */
      readonly file: string;
      readonly version: number;
      readonly text: string;
      readonly settings: AnalysisSettings;
    }
  | {
      readonly type: 'change';
      readonly uri: string;
      readonly version: number;
      readonly changes: readonly TextChange[];
    }
  /** Somebody looks at the text between two offsets and waits for its counts. */
  | { readonly type: 'look'; readonly uri: string; readonly from: number; readonly to: number }
  | { readonly type: 'settings'; readonly uri: string; readonly settings: AnalysisSettings }
  /** A file beside the text that may be another part of its split has changed on disk. */
  | { readonly type: 'siblings'; readonly uri: string }
  | { readonly type: 'close'; readonly uri: string }
  | { readonly type: 'ask'; readonly id: number; readonly name: RequestName; readonly ask: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  /** Answered as soon as the worker is free to hear it. */
  | { readonly type: 'ping' };

/** What went wrong in the worker, as far as a person is told. */
export interface WorkerProblem {
  readonly message: string;
  /** A bug, not a mistake of the person: the stack for the log. */
  readonly stack?: string;
}

export type FromWorker =
  | { readonly type: 'result'; readonly uri: string; readonly result: AnalysisResult }
  | { readonly type: 'failed'; readonly uri: string; readonly version: number; readonly problem: WorkerProblem }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly problem: WorkerProblem }
  | { readonly type: 'pong' }
  | { readonly type: 'progress'; readonly id: number; readonly read: number; readonly size: number };
