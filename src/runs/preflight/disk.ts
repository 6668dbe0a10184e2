import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { freeOnDisk } from '../../base/disk-room';
import type { ResolvedConfig } from '../../config/config-schema';
import { gigabytes } from './memory';
import { failure, ok, setting, type PreflightCheck } from './report';

const TITLE = 'Disk';
/** Logs, tokenizer files, predictions. */
const SMALL_FILES = 20e6;

/**
 * Whether runs can be written below output_dir, and whether there is room for what this one keeps: a checkpoint (weights and both
 * moments) every save_steps and at the end, the best weights, the result.
 * @param trained bytes of the weights that are trained
 */
export async function checkDisk(config: ResolvedConfig, steps: number, trained: number): Promise<PreflightCheck> {
  const { output_dir: folder, save_steps: every } = config;
  const existing = await nearestFolder(folder);
  if (!(await stat(existing)).isDirectory()) {
    return failure('disk', TITLE, `output_dir cannot be created: ${existing} is a file - choose another output_dir`);
  }
  const writable = await access(existing, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) {
    return failure(
      'disk',
      TITLE,
      `you may not write in ${existing} - choose another output_dir or change its permissions`,
    );
  }
  const checkpoint = 3 * trained;
  const others = 2 * trained + SMALL_FILES;
  const count = every === null ? 1 : Math.ceil(steps / every);
  const needed = count * checkpoint + others;
  const free = await freeOnDisk(existing);
  const kept = `${count} checkpoint${count === 1 ? '' : 's'} of ${gigabytes(checkpoint)}`;
  const room = `the run writes about ${gigabytes(needed)} (${kept}), ${gigabytes(free)} are free`;
  if (needed <= free) return ok('disk', TITLE, room);
  const fitting = Math.floor((free - others) / checkpoint);
  const remedies = fitting < 1 || fitting >= count ? [] : [setting({ save_steps: Math.ceil(steps / fitting) })];
  return failure('disk', TITLE, `${room} - free some space, save less often, or choose another output_dir`, remedies);
}

/** The folder itself, or the nearest one above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  for (let candidate = folder; ; candidate = path.dirname(candidate)) {
    if ((await stat(candidate).catch(() => undefined)) !== undefined) return candidate;
    if (path.dirname(candidate) === candidate) return candidate;
  }
}
