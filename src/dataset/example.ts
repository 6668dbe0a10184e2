/**
 * One question with its answer, and further fields as the file has them. `agency` is the one the tools group by: the category, whatever the
 * file calls it.
 */
export interface QaExample {
  question: string;
  answer: string;
  agency?: string;
  [field: string]: string | undefined;
}

/** What an example has of tools, where it has any. */
export interface ToolUse {
  /** The functions that the model is told of, as a chat template lists them: a JSON list, its numbers as the file writes them. */
  readonly tools?: string | undefined;
  /** All messages up to the answer, where a tool is called or answers among them. */
  readonly turns?: readonly ExampleMessage[] | undefined;
}

/** A valid example and where it stands in its file. */
export interface DatasetExample extends ToolUse {
  /** 0-based, among the valid examples of the file, in file order. */
  readonly index: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units, as VS Code counts. */
  readonly column: number;
  /** UTF-16 offset of the first character in the file's text (a byte order mark not counted). */
  readonly offset: number;
  /** UTF-16 offset after the last character. */
  readonly endOffset: number;
  /** Whatever the file's kind: an Alpaca instruction with its input is the question, the last two turns are question and answer. */
  readonly value: QaExample;
  /** What stands before the question in a conversation: the system message and earlier turns. */
  readonly history?: readonly ExampleMessage[];
  /** What the assistant thought before the answer, where the example has it beside the answer. */
  readonly thoughts?: string;
}

/** A function that the assistant calls. */
export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** A JSON object, its numbers as the file writes them. */
  readonly arguments: string;
}

/** One message of a conversation. */
export interface ExampleMessage {
  /** `tool`: what a called function gave. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** Of the assistant: what it thought before it said this, where that is written beside the text (`reasoning_content`). */
  readonly thoughts?: string;
  /** False for an assistant's turn that is context only: its data say so (`weight` 0, `train` false). */
  readonly train?: false;
  /** Of the assistant: what it calls after what it says, which may be nothing. */
  readonly calls?: readonly ToolCall[];
  /** Of a tool: its name, and the call that it answers. */
  readonly name?: string;
  readonly callId?: string;
}

/** How a file holds its examples: a JSON array of objects, one object a line (JSONL), or a table with a header row. */
export type DatasetFormat = 'json' | 'jsonl' | 'csv' | 'tsv' | 'parquet';
