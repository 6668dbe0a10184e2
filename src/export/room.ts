import path from 'node:path';
import { requireRoom } from '../base/disk-room';

/**
 * Whether a model fits on the disk, before its first tensor is written.
 * @param folder the one that it is written in, beside the place that it gets
 * @throws SftError disk-full
 */
export async function requireRoomBeside(folder: string, bytes: number): Promise<void> {
  const remedy = 'free some space, or export to a folder on another disk';
  await requireRoom(path.dirname(folder), bytes, 'have to be written', remedy);
}
