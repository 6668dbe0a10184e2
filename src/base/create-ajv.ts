import type { Ajv, Options } from 'ajv';

/**
 * A validator of JSON Schemas. ajv is a third of the extension's code: it is loaded when the first text is checked, not when the
 * extension or the command line starts.
 */
export function createAjv(options: Options): Ajv {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at start, and checking is synchronous
  const ajv = require('ajv') as typeof import('ajv');
  return new ajv.Ajv(options);
}
