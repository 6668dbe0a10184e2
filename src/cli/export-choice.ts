import { SftError } from '../base/errors';
import type { Exporter } from '../export/exporter';
import { textOption } from './option-values';
import type { OptionValues } from './verb';

/**
 * What `--type` or `--as` says, where the form has such a choice.
 * @throws SftError usage where the form has nothing to choose there, or not that
 */
export function chosenOf(form: Exporter, option: 'type' | 'as', options: OptionValues): string | undefined {
  const values = option === 'as' ? form.kinds : form.types;
  const value = textOption(options, option);
  if (value === undefined || values?.includes(value) === true) return value;
  const reason =
    values === undefined
      ? `--to ${form.name} does not support --${option}`
      : `--${option} ${JSON.stringify(value)} is not ${option === 'as' ? 'a kind' : 'a type'}`;
  throw new SftError('usage', reason, {
    remedy: values === undefined ? 'leave it out' : `leave it out, or use one of: ${values.join(', ')}`,
    exitCode: 2,
  });
}
