/** How an example names its parts; how the file holds its examples (JSON array, lines, table) is another matter. */
export type DatasetKind = 'qa' | 'alpaca' | 'sharegpt' | 'messages' | 'prompt-completion';

export const KINDS: readonly DatasetKind[] = ['qa', 'alpaca', 'sharegpt', 'messages', 'prompt-completion'];

export const KIND_NAMES: Readonly<Record<DatasetKind, string>> = {
  qa: 'Q&A',
  alpaca: 'Alpaca',
  sharegpt: 'ShareGPT',
  messages: 'OpenAI messages',
  'prompt-completion': 'prompt/completion',
};

/** The keys an example cannot do without, question first. */
export const REQUIRED_KEYS: Readonly<Record<DatasetKind, readonly string[]>> = {
  qa: ['question', 'answer'],
  alpaca: ['instruction', 'output'],
  sharegpt: ['conversations'],
  messages: ['messages'],
  'prompt-completion': ['prompt', 'completion'],
};
