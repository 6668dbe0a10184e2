import path from 'node:path';
import { writeFileAtomic } from '../../base/files';
import type { Rating } from './ratings-schema';
import { isMissing } from './record';
import { RATINGS_FILE } from './run-files';

const HIGHEST = 5;

function ratingsFile(folder: string): string {
  return path.join(folder, 'ratings.json');
}

/**
 * The ratings of a run's answers; none where nobody has rated yet.
 * @throws SftError `unreadable` where the file is damaged: it is then not written over
 */
export async function readRatings(folder: string): Promise<readonly Rating[]> {
  try {
    return (await RATINGS_FILE.read(ratingsFile(folder))).ratings;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isRating(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= HIGHEST;
}

/** The last change of each folder's ratings: the next reads what it wrote, or one of two quick ratings would be lost. */
const changes = new Map<string, Promise<unknown>>();

/**
 * Rates one answer, or with rating 0 takes its rating back.
 * @returns the ratings as they are now
 * @throws SftError `unreadable`, `disk-full`, `not-writable`; RangeError for a rating that is none
 */
export async function rate(folder: string, index: number, rating: number): Promise<readonly Rating[]> {
  if (rating !== 0 && !isRating(rating)) throw new RangeError(`${rating} is not a rating`);
  const change = (changes.get(folder) ?? Promise.resolve()).then(() => changed(folder, index, rating));
  changes.set(
    folder,
    change.catch(() => undefined),
  );
  return change;
}

async function changed(folder: string, index: number, rating: number): Promise<readonly Rating[]> {
  const others = (await readRatings(folder)).filter((one) => one.index !== index);
  const ratings = rating === 0 ? others : [...others, { index, rating }].sort((a, b) => a.index - b.index);
  await writeFileAtomic(ratingsFile(folder), `${JSON.stringify({ ratings }, null, 1)}\n`);
  return ratings;
}
