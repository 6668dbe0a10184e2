import { countOf, partOf } from '../base/count-of';
import { printable, shortened } from '../base/printable';
import { CONFIG_SCHEMA } from './config-schema';
import type { EffectiveValues } from './defaults';
import type { ConfigFacts } from './facts';
import { planOf } from './plan';
import { valueText } from './key-edits';
import type { TaughtKey } from './teach';

/** One line of markdown on what a key is now: its value, its default, and what it amounts to together with others. */
export function currentMarkdown(key: TaughtKey, values: EffectiveValues, facts: ConfigFacts): string {
  const consequence = consequenceOf(key, values, facts);
  const value = valueOf(key, values);
  const fallback = defaultOf(key);
  const parts = [
    value === undefined ? '' : `**Now** ${codeSpan(valueText(value))}`,
    fallback === undefined || JSON.stringify(fallback) === JSON.stringify(value)
      ? value === undefined || fallback === undefined
        ? ''
        : 'the default'
      : `default ${codeSpan(valueText(fallback))}`,
    consequence ?? '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** A longer value is shown in the text, a line above the hover. */
const MOST_CHARACTERS = 500;

/** A text as code in markdown, whatever backticks are in it. */
function codeSpan(text: string): string {
  const shown = printable(shortened(text, MOST_CHARACTERS));
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // A blank between the fence and a backtick, which markdown takes away again.
  return longest === 0 ? `\`${shown}\`` : `${fence} ${shown} ${fence}`;
}

function valueOf(key: TaughtKey, values: EffectiveValues): unknown {
  if (key === '$schema') return undefined;
  if (!key.startsWith('split.')) return values[key as keyof EffectiveValues];
  return values.split[key.slice('split.'.length) as keyof EffectiveValues['split']];
}

function defaultOf(key: TaughtKey): unknown {
  const { split, ...others } = CONFIG_SCHEMA.properties;
  if (key === 'split') return split.default;
  const property: object = key.startsWith('split.')
    ? split.properties[key.slice('split.'.length) as keyof typeof split.properties]
    : others[key as keyof typeof others];
  return 'default' in property ? property.default : undefined;
}

function consequenceOf(key: TaughtKey, values: EffectiveValues, facts: ConfigFacts): string | undefined {
  const { effectiveBatch, trainExamples, learntExamples, validationExamples, testExamples, steps, epochs, warmup } =
    planOf(values, facts);
  switch (key) {
    case 'per_device_batch_size':
    case 'gradient_accumulation_steps':
      return `effective batch = ${values.per_device_batch_size} × ${values.gradient_accumulation_steps} = ${effectiveBatch}`;
    case 'max_steps':
    case 'num_train_epochs': {
      const updates =
        steps === undefined
          ? undefined
          : `${countOf(steps, 'update')} × ${effectiveBatch} = ${countOf(steps * effectiveBatch, 'example')}`;
      const share =
        epochs === undefined || learntExamples === undefined
          ? undefined
          : `${round(epochs)} ${epochs === 1 ? 'time' : 'times'} through ${learntExamples.toLocaleString('en-US')}`;
      const ruled =
        key === 'num_train_epochs' && values.max_steps !== null ? 'not used, because max_steps is given' : undefined;
      return joined([ruled, updates, share]);
    }
    case 'lora_alpha':
    case 'lora_r':
    case 'use_rslora': {
      const { lora_alpha: alpha, lora_r: rank } = values;
      return values.use_rslora
        ? `factor = ${alpha} / √${rank} = ${round(alpha / Math.sqrt(rank))}`
        : `factor = ${alpha} / ${rank} = ${round(alpha / rank)}`;
    }
    case 'loraplus_lr_ratio': {
      const { learning_rate: rate, loraplus_lr_ratio: ratio } = values;
      return ratio === null ? undefined : `second matrices = ${rate} × ${ratio} = ${round(rate * ratio)}`;
    }
    case 'warmup_steps':
    case 'warmup_ratio':
      return warmup === undefined || steps === undefined || steps === 0
        ? undefined
        : `${partOf(warmup, steps, 'update')} = ${round((100 * warmup) / steps)}%`;
    case 'max_seq_length':
      return facts.modelMaxPositions === undefined ? undefined : `the model supports ${facts.modelMaxPositions}`;
    case 'model_name':
      return joined([
        facts.modelMaxPositions === undefined ? undefined : `up to ${facts.modelMaxPositions} tokens`,
        facts.modelVocab === undefined ? undefined : `knows ${facts.modelVocab} tokens`,
      ]);
    case 'dataset':
      return facts.datasetExamples === undefined ? undefined : countOf(facts.datasetExamples, 'example');
    case 'validation_dataset':
      return values.validation_dataset === null ? undefined : examplesOf(validationExamples);
    case 'test_dataset':
      return values.test_dataset === null ? undefined : examplesOf(testExamples);
    case 'split':
    case 'split.train':
    case 'split.validation':
    case 'split.test': {
      const counts = [trainExamples, validationExamples, testExamples];
      if (counts.includes(undefined)) return undefined;
      const own = values.validation_dataset !== null || values.test_dataset !== null;
      const of = own
        ? 'examples, including those in separate files'
        : `of ${countOf(facts.datasetExamples!, 'example')}`;
      return `about ${counts.map((count) => count?.toLocaleString('en-US')).join(' + ')} ${of}`;
    }
    default:
      return undefined;
  }
}

function examplesOf(count: number | undefined): string | undefined {
  return count === undefined ? undefined : `${count} example${count === 1 ? '' : 's'}`;
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  const given = parts.filter((part) => part !== undefined);
  return given.length === 0 ? undefined : given.join(' · ');
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
