/** Models to begin with, smallest first, of families that are trained here, whose licences allow use without a person's consent. */
export const SHORT_LIST: readonly { readonly repo: string; readonly detail: string }[] = [
  {
    repo: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    detail: '135 million weights, Apache 2.0: a first real model, trains in minutes on a processor',
  },
  {
    repo: 'HuggingFaceTB/SmolLM2-360M-Instruct',
    detail: '360 million weights, Apache 2.0: better English, about three times as slow',
  },
  {
    repo: 'Qwen/Qwen2.5-0.5B-Instruct',
    detail: 'half a billion weights, Apache 2.0: many languages',
  },
  {
    repo: 'Qwen/Qwen3-0.6B',
    detail: '0.6 billion weights, Apache 2.0: many languages, can think before it answers',
  },
  {
    repo: 'HuggingFaceTB/SmolLM2-1.7B-Instruct',
    detail: '1.7 billion weights, Apache 2.0: good English, patient work on a processor',
  },
];
