import { answerFields, requestMessages } from './requests';
import { closed, count, flag, list, text, type TypeOf } from '../base/shapes';
import { messages, nothing } from './messages';

export const trainingPreview = closed({
  file: text,
  /** 1-based, among the valid examples. */
  example: count,
  examples: count,
  model: text,
  maxSeqLength: count,
  /** What the tokens do not show of the answers that are trained; may be empty. */
  note: text,
  tokens: list(closed({ id: count, text, trained: flag, special: flag, cut: flag })),
});
export type TrainingPreview = TypeOf<typeof trainingPreview>;
export type PreviewToken = TrainingPreview['tokens'][number];

export const toPreview = messages({
  preview: { preview: trainingPreview },
  unavailable: { reason: text },
  answer: answerFields,
});
export type ToPreview = TypeOf<typeof toPreview>;

export const previewRequests = { selectModel: { ask: {}, answer: nothing } };

export const fromPreview = messages({ ready: {}, ...requestMessages(previewRequests) });
export type FromPreview = TypeOf<typeof fromPreview>;
