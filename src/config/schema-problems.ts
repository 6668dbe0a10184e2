import type { ErrorObject, ValidateFunction } from 'ajv';
import { createAjv } from '../base/create-ajv';
import type { JsonSchema } from '../base/json-schema';
import { nearest } from '../base/nearest';
import { configProblem, type ConfigProblem } from './config-error';
import { CONFIG_SCHEMA } from './config-schema';
import type { ConfigText } from './config-text';
import { removeKey, setKey } from './repair';
import { typeRepair } from './type-repair';

/** What the same thing is called elsewhere: TRL's and PEFT's arguments, and words people try. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  model: 'model_name',
  model_name_or_path: 'model_name',
  data: 'dataset',
  dataset_name: 'dataset',
  train_file: 'dataset',
  max_length: 'max_seq_length',
  r: 'lora_r',
  rank: 'lora_r',
  alpha: 'lora_alpha',
  dropout: 'lora_dropout',
  epochs: 'num_train_epochs',
  steps: 'max_steps',
  lr: 'learning_rate',
  batch_size: 'per_device_batch_size',
  per_device_train_batch_size: 'per_device_batch_size',
  scheduler: 'lr_scheduler_type',
  optimizer: 'optim',
  random_state: 'seed',
  use_gradient_checkpointing: 'gradient_checkpointing',
  patience: 'early_stopping_patience',
  clip: 'max_grad_norm',
};

/** What others call the two rules of optim. Pages of an optimizer's state are for GPUs: here there is nothing to page. */
export const OPTIMIZERS_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['adamw_bnb_8bit', 'adamw_8bit'],
  ['paged_adamw_8bit', 'adamw_8bit'],
  ['adamw_torch_8bit', 'adamw_8bit'],
  ['adamw8bit', 'adamw_8bit'],
  ['adamw_torch', 'adamw'],
  ['adamw_torch_fused', 'adamw'],
  ['adamw_torch_xla', 'adamw'],
  ['adamw_torch_npu_fused', 'adamw'],
  ['adamw_apex_fused', 'adamw'],
  ['adamw_hf', 'adamw'],
  ['adamw_anyprecision', 'adamw'],
  ['paged_adamw', 'adamw'],
  ['paged_adamw_32bit', 'adamw'],
]);

let validate: ValidateFunction | undefined;

/** What the schema has against a configuration. */
interface SchemaProblems {
  /** Each at its key. */
  readonly problems: readonly ConfigProblem[];
  /** The keys of the configuration that they are about; unknown ones as well. */
  readonly keys: ReadonlySet<string>;
}

/** @param value of the text */
export function schemaProblems(text: ConfigText, value: Readonly<Record<string, unknown>>): SchemaProblems {
  validate ??= createAjv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(CONFIG_SCHEMA);
  const errors = validate(value) ? [] : (validate.errors ?? []);
  const keys = errors.map((error) => {
    const [key] = pathOf(error);
    return key ?? (error.params as Readonly<Record<string, unknown>>)['additionalProperty'];
  });
  return {
    problems: errors.map((error) => problem(text, error)),
    keys: new Set(keys.filter((key) => key !== undefined).map(String)),
  };
}

function pathOf(error: ErrorObject): (string | number)[] {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}

function problem(text: ConfigText, error: ErrorObject): ConfigProblem {
  const path = pathOf(error);
  const params = error.params as Readonly<Record<string, unknown>>;
  const schema = error.parentSchema as JsonSchema;
  const label = path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${part}`))
    .join('')
    .slice(1);

  if (error.keyword === 'required') {
    const key = String(params['missingProperty']);
    const example = schema.properties?.[key]?.examples?.[0];
    const shown = `"${key}": ${JSON.stringify(example)}`;
    const owner = label === '' ? '' : ` in ${label}`;
    return configProblem(`${key} is missing${owner}`, { ...text.placeOf(path), remedy: `add ${shown}` }, [
      { title: `Add ${shown}`, changes: [{ kind: 'set', path: [...path, key], value: example }] },
    ]);
  }
  if (error.keyword === 'additionalProperties') {
    const key = String(params['additionalProperty']);
    const known = Object.keys(schema.properties ?? {}).filter((name) => name !== '$schema');
    const meant = ELSEWHERE[key.toLowerCase()];
    const near = meant !== undefined && known.includes(meant) ? meant : nearest(key, known);
    const remedy = near === undefined ? 'remove it' : `did you mean "${near}"? Otherwise remove it`;
    return configProblem(`unknown key ${JSON.stringify(key)}`, { ...text.placeOf([...path, key]), remedy }, [
      near === undefined ? undefined : { title: `Rename ${key} to ${near}`, changes: [{ kind: 'rename', to: near }] },
      removeKey(key),
    ]);
  }

  const place = text.placeOf(path);
  const given = JSON.stringify(error.data);
  const shown = given.length > 60 ? `${given.slice(0, 57)}...` : given;
  if (error.keyword === 'enum') {
    const offered = schema.enum ?? [];
    const same = label === 'optim' ? OPTIMIZERS_ELSEWHERE.get(String(error.data).toLowerCase()) : undefined;
    if (same !== undefined) {
      const remedy = `set "${label}": ${JSON.stringify(same)}, the same rule`;
      return configProblem(`${label} ${shown} is called ${JSON.stringify(same)} here`, { ...place, remedy }, [
        setKey(path, same),
      ]);
    }
    const words = offered.filter((value) => typeof value === 'string');
    const near =
      offered.find((value) => String(value) === error.data) ??
      (typeof error.data === 'string' ? nearest(error.data, words) : undefined);
    const remedy =
      near === undefined
        ? `write one of ${offered.join(', ')}`
        : `did you mean ${JSON.stringify(near)}? (${offered.join(', ')})`;
    const values = near === undefined ? offered.slice(0, 3) : [near];
    return configProblem(
      `${label} cannot be ${shown}`,
      { ...place, remedy },
      values.map((value) => setKey(path, value)),
    );
  }
  if (error.keyword === 'uniqueItems') {
    return configProblem(`${label} names something twice`, { ...place, remedy: 'keep one of them' }, [
      setKey(path, [...new Set(error.data as readonly unknown[])]),
    ]);
  }
  if (error.keyword === 'minItems') {
    const remedy = `name at least one${suchAs(schema, ', ')}`;
    return configProblem(`${label} is empty`, { ...place, remedy }, [setKey(path, schema.examples?.[0])]);
  }
  if (error.keyword === 'minLength') {
    return configProblem(`${label} is empty`, { ...place, remedy: `write something${suchAs(schema)}` });
  }
  return configProblem(
    `${label} must be ${wanted(schema)}, not ${shown}`,
    { ...place, remedy: `write ${suggestion(schema, error)}` },
    [typeRepair(path, schema, error.data)],
  );
}

/** ` such as 0.05`; nothing where the schema has no example. */
function suchAs(schema: JsonSchema, before = ' '): string {
  const example = schema.examples?.[0] ?? schema.default;
  return example === undefined ? '' : `${before}such as ${JSON.stringify(example)}`;
}

/** A quoted number or truth value only has to lose its quotes. */
function suggestion(schema: JsonSchema, error: ErrorObject): string {
  const types = [schema.type ?? []].flat();
  if (error.keyword === 'type' && typeof error.data === 'string') {
    const text = error.data.trim();
    const numeric = types.includes('number') || (types.includes('integer') && Number.isInteger(Number(text)));
    if (numeric && text !== '' && Number.isFinite(Number(text))) return `${text} without quotes`;
    if (types.includes('boolean') && /^(true|false)$/i.test(text)) return `${text.toLowerCase()} without quotes`;
  }
  if (error.keyword === 'type' && types.includes('array') && typeof error.data === 'string') {
    return `a list: [${JSON.stringify(error.data)}]`;
  }
  const example = suchAs(schema);
  return example === '' ? wanted(schema) : `a value${example}`;
}

/** `a whole number of at least 1, or null` */
function wanted(schema: JsonSchema): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  };
  const types = [schema.type ?? []].flat();
  const main = types.find((type) => type !== 'null');
  const bounds = [
    schema.minimum === undefined ? '' : `of at least ${schema.minimum}`,
    schema.exclusiveMinimum === undefined ? '' : `above ${schema.exclusiveMinimum}`,
    schema.maximum === undefined ? '' : `up to ${schema.maximum}`,
    schema.exclusiveMaximum === undefined ? '' : `below ${schema.exclusiveMaximum}`,
  ].filter((text) => text !== '');
  const text = [names[main ?? ''] ?? 'a value', bounds.join(' and ')].filter((part) => part !== '').join(' ');
  return types.includes('null') ? `${text}, or null` : text;
}
