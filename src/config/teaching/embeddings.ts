import type { Teaching } from './teaching';

export const EMBEDDING_TEACHING = {
  neftune_noise_alpha: {
    what: 'NEFTune: in training, every number of a token embedding is moved at random within `neftune_noise_alpha` / sqrt(tokens x width). The model reads your examples a little blurred and leans less on their wording. Evaluation and use are without noise.',
    first: '`null`: no noise.',
    production: '5 where answers come out short and stiff; compare answers, not the loss alone.',
    high: 'above 15 questions blur into one another and the loss stays high. With noise a common beginning is computed for each example: slower with a long system prompt.',
    low: 'below 1 hardly anything changes.',
  },
} as const satisfies Record<string, Teaching>;
