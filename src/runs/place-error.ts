import { SftError, type ErrorPlace } from '../base/errors';
import { CONFIG_SCHEMA } from '../config/config-schema';
import { ConfigText } from '../config/config-text';
import { readConfigText } from '../config/read-config-text';

/**
 * An error that names no file, at the key of the configuration that its reason names: what the model refuses was read long before.
 * @param file of the configuration
 * @param swept keys whose value is one of a sweep's
 */
export async function placeError(error: SftError, file: string, swept: readonly string[] = []): Promise<SftError> {
  if (error.file !== undefined) return error;
  const { code, message, remedy, exitCode } = error;
  const place = await placeOfKey(file, message, swept);
  return new SftError(code, message, { ...place, exitCode, ...(remedy === undefined ? {} : { remedy }) });
}

async function placeOfKey(file: string, reason: string, swept: readonly string[]): Promise<ErrorPlace> {
  const key = reason.match(/\w+/g)?.find((word) => word.includes('_') && Object.hasOwn(CONFIG_SCHEMA.properties, word));
  if (key === undefined) return { file };
  const { parsed } = ConfigText.read(await readConfigText(file), file);
  return parsed.placeOf(swept.includes(key) ? ['sweep', key] : [key]);
}
