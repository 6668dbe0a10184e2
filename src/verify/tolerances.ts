/** The types of weights that an export can have, the least exact of a file standing for the file. */
export type WeightType = 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0' | 'nf4';

/** How far an export may be from the run it was made of. */
export interface Tolerance {
  /** Of the loss, in nats a token, times that loss where it is above 1. */
  readonly nll: number;
  /** Where answers part, how much less likely the other token may be than the one that is likeliest here, in nats. */
  readonly gap: number;
}

/** Twice what was measured, or more where that was next to nothing: docs/exports.md says on what. */
export const TOLERANCES: Readonly<Record<WeightType, Tolerance>> = {
  f32: { nll: 1e-5, gap: 1e-3 },
  f16: { nll: 1e-3, gap: 0.05 },
  bf16: { nll: 1e-2, gap: 0.3 },
  q8_0: { nll: 1e-2, gap: 0.3 },
  q4_0: { nll: 0.2, gap: 6 },
  nf4: { nll: 0.2, gap: 5 },
};

/** From the most exact to the least. */
const ORDER: readonly WeightType[] = ['f32', 'f16', 'bf16', 'q8_0', 'nf4', 'q4_0'];

/** The type that decides how exact a file is. */
export function leastExact(types: Iterable<WeightType>): WeightType {
  return ORDER[Math.max(0, ...Array.from(types, (type) => ORDER.indexOf(type)))]!;
}

/** What an export of a type does that was asked and found within its tolerance. */
export function likeTheRun(type: WeightType): string {
  return `answers as the run does${type === 'q4_0' || type === 'nf4' ? ', as far as 4 bits allow' : ''}`;
}

/**
 * How much less likely the token may be with which another program parts from an export that is computed here, in nats. Those programs
 * round what they multiply 16-bit weights by to 16 bits, and what they multiply quantised ones by to 8; Ollama keeps keys and values in 16.
 */
export const OTHERS_GAP: Readonly<Record<WeightType | 'ollama', number>> = {
  f32: 1e-2,
  f16: 0.1,
  bf16: 0.2,
  q8_0: 0.3,
  q4_0: 1,
  nf4: 1,
  ollama: 0.1,
};
