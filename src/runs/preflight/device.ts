import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ResolvedConfig } from '../../config/config-schema';
import type { DeviceInfo } from '../../compute/provider';
import { SftError } from '../../base/errors';
import { engineOf } from '../../engines/registry';
import { runDevice } from '../run-device';
import { ok, setting, thrown, type PreflightCheck } from './report';

const TITLE = 'Device';
/** A driver that hangs must not hang this. */
const TIMEOUT_MS = 5000;

/** What will compute, and what is here and will not. @param devices all that are there, as the run would open them */
export async function checkDevice(config: ResolvedConfig, devices: readonly DeviceInfo[]): Promise<PreflightCheck> {
  let device: DeviceInfo;
  try {
    device = await runDevice(config, devices);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    return { ...thrown('device', TITLE, error), remedies: [setting({ device: 'auto' })] };
  }
  const cards = device.hasOwnMemory === true ? [] : await graphicsCards();
  const unused =
    cards.length === 0 ? '' : `; ${cards.join(', ')} found: to compute on it, set device to cuda or webgpu`;
  return ok('device', TITLE, `${device.name}${unused}`);
}

/** What another engine will compute on. @param configFile facts of the machine lie beside it */
export async function checkEngine(config: ResolvedConfig, configFile: string): Promise<PreflightCheck> {
  try {
    const found = await engineOf(config).find?.({ config, configFile });
    return ok('device', TITLE, found?.name ?? config.engine);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    return { ...thrown('device', TITLE, error), remedies: [setting({ engine: 'builtin' })] };
  }
}

/** Names and memory of NVIDIA cards, as their driver's tool tells. */
async function graphicsCards(): Promise<string[]> {
  const query = ['--query-gpu=name,memory.total', '--format=csv,noheader'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: TIMEOUT_MS, windowsHide: true });
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(shownCard);
  } catch {
    return [];
  }
}

/** `NVIDIA L4 with 23034 MiB` of a line `NVIDIA L4, 23034 MiB`; cards that share the machine's memory tell none: `[N/A]`. */
function shownCard(line: string): string {
  const [name = '', memory = ''] = line.split(/,\s*/);
  return /^\d/.test(memory) ? `${name} with ${memory}` : name;
}
