import type { DeviceListing } from '../compute/provider';
import { listDevices } from '../compute/registry';
import { CONFIG_SCHEMA } from '../config/config-schema';
import { readFileLeniently, type ChosenValues } from '../config/lenient-config';
import { deviceOf } from './open-device';
import { textOption } from './option-values';
import { usageError } from './parse';
import type { OptionHelp, OptionValues } from './verb';

type Load<T> = (file: string, devices: readonly DeviceListing[], chosen: ChosenValues) => Promise<T>;

const ENGINES = CONFIG_SCHEMA.properties.engine.enum;

export const ENGINE_OPTION: Readonly<Record<string, OptionHelp>> = {
  engine: { type: 'string', value: 'E', help: 'builtin, or accelerate: in a Python of yours (docs/accelerate.md)' },
};

/**
 * A configuration, checked on the engine and the device of the options where they name some.
 * @param load how it is read
 * @throws SftError usage, no-such-device, and what `load` throws
 */
export async function loadChecked<T>(load: Load<T>, file: string, options: OptionValues): Promise<T> {
  const named = textOption(options, 'engine');
  const engine = ENGINES.find((known) => known === named);
  if (named !== undefined && engine === undefined) {
    throw usageError(`there is no engine ${JSON.stringify(named)}`, `use ${ENGINES.join(' or ')}`);
  }
  const device = await chosenDevice(engine ?? (await readFileLeniently(file))?.values.engine, options);
  const chosen = { ...(engine === undefined ? {} : { engine }), ...(device === undefined ? {} : { device }) };
  return load(file, await listDevices(), chosen);
}

/** One that is not there is the mistake of the command, not of the file. */
async function chosenDevice(engine: ChosenValues['engine'], options: OptionValues): Promise<ChosenValues['device']> {
  const named = textOption(options, 'device');
  if (named === undefined) return undefined;
  const known = CONFIG_SCHEMA.properties.device.enum.find((name) => name === named);
  // What another engine finds, it says itself.
  if (known === 'auto' || (known !== undefined && engine === 'accelerate')) return known;
  const found = await deviceOf({ device: 'auto', threads: null, bf16: false }, options).find();
  return found.kind as ChosenValues['device'];
}
