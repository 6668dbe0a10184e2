import type { Config } from './config-schema';
import type { EffectiveValues } from './defaults';

/** Values that a sweep may try, for a person who has named none. */
export interface SweepChoice {
  readonly title: string;
  readonly sweep: NonNullable<Config['sweep']>;
}

/** What is most worth trying, around the values that the configuration has: the learning rate first. */
export function sweepChoices(values: EffectiveValues): readonly SweepChoice[] {
  const { learning_rate, lora_r, training_type, max_steps, num_train_epochs } = values;
  const around = (value: number): number[] => [value / 2, value, 2 * value].map((one) => Number(one.toPrecision(3)));
  const choices = [choice('learning_rate', around(learning_rate))];
  if (training_type === 'lora') choices.push(choice('lora_r', around(lora_r).filter(Number.isInteger)));
  if (max_steps === null) choices.push(choice('num_train_epochs', around(num_train_epochs)));
  return choices;
}

function choice(key: 'learning_rate' | 'lora_r' | 'num_train_epochs', tried: number[]): SweepChoice {
  const small = (value: number): string => (value < 1e-2 ? value.toExponential() : String(value));
  return { title: `${key}: ${tried.map(small).join(', ')}`, sweep: { [key]: tried } };
}
