/** The context keys that package.json's when-clauses and walkthrough ask for; a test compares the two. */
export const CONTEXT = {
  datasets: 'sft.datasets',
  hasRuns: 'sft.hasRuns',
  hasWorkingRuns: 'sft.hasWorkingRuns',
  hasResumableRuns: 'sft.hasResumableRuns',
  hasSweeps: 'sft.hasSweeps',
  chatBusy: 'sft.chat.busy',
  chatEmpty: 'sft.chat.empty',
  learntSample: 'sft.learnt.sample',
  learntTokens: 'sft.learnt.tokens',
  learntData: 'sft.learnt.data',
  learntMistakes: 'sft.learnt.mistakes',
  learntSettings: 'sft.learnt.settings',
  learntTrain: 'sft.learnt.train',
  learntCurves: 'sft.learnt.curves',
  learntScores: 'sft.learnt.rouge',
  learntChat: 'sft.learnt.chat',
  learntNext: 'sft.learnt.next',
} as const;

export type ContextKey = (typeof CONTEXT)[keyof typeof CONTEXT];

/** What each key holds. */
export interface ContextValues extends Record<Exclude<ContextKey, typeof CONTEXT.datasets>, boolean> {
  /** Paths of the open documents that are datasets. */
  readonly [CONTEXT.datasets]: readonly string[];
}
