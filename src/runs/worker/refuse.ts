import type { DeviceListing } from '../../compute/provider';
import { unsupportedOn } from '../../config/unsupported';
import { SftError } from '../../base/errors';
import { unknownKeys } from '../folder/run-config';
import type { Run } from '../folder/run-schema';

/**
 * Where a newer version trained by keys that are unknown here, going on would train something else.
 * @throws SftError `newer-run`
 */
export function refuseNewer(runFile: string, { config, versions }: Run): void {
  const [key] = unknownKeys(config);
  if (key === undefined) return;
  throw new SftError('newer-run', `the run was made by version ${versions.sft}, which has ${key}; this one does not`, {
    file: runFile,
    remedy: 'update SFT Workbench',
  });
}

/**
 * What a configuration file would be refused for is not passed over in run.json: a run made elsewhere, or written by hand.
 * @throws SftError `unsupported`
 */
export function refuseUnsupported(runFile: string, { config }: Run, device: DeviceListing): void {
  const [first] = unsupportedOn(config, device);
  if (first === undefined) return;
  throw new SftError('unsupported', first.reason, {
    file: runFile,
    remedy: 'start a new run without it; this one cannot continue as intended',
  });
}
