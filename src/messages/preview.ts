import { count, flag, listOf, messages, record, text, type TypeOf } from './shape';

export const trainingPreview = record({
  file: text,
  /** 1-based, among the valid examples. */
  example: count,
  examples: count,
  model: text,
  maxSeqLength: count,
  tokens: listOf(record({ id: count, text, trained: flag, special: flag, cut: flag })),
});
export type TrainingPreview = TypeOf<typeof trainingPreview>;
export type PreviewToken = TrainingPreview['tokens'][number];

export const toPreview = messages({
  preview: { preview: trainingPreview },
  unavailable: { reason: text },
  answer: { id: count },
});
export type ToPreview = TypeOf<typeof toPreview>;

export const fromPreview = messages({ ready: {}, selectModel: { id: count } });
export type FromPreview = TypeOf<typeof fromPreview>;
