import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../../../base/errors';
import { findScript } from './find-script';

/** Packages in exact versions, as pip and uv read them (requirements.txt). */
export interface PackageLock {
  readonly file: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  /** Bytes that are downloaded on this platform; undefined where the file does not say. */
  readonly download: number | undefined;
}

/** @param file a lock of the person's own; that of the package without it. @throws SftError lock-file */
export function readPackageLock(file: string = findScript(path.join('locks', 'training.txt'))): PackageLock {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw refuse(file, 'cannot be read', error);
  }
  const loose = text.split('\n').find((line) => /^[\w.-]+(?:\[[^\]]*\])?\s*(?:$|[<>~!;]|==[^;#]*\*)/.test(line.trim()));
  if (loose !== undefined) throw refuse(file, `${loose.trim()} names no exact version`);
  const size = new RegExp(`^# download ${process.platform}-${process.arch} (\\d+)$`, 'm').exec(text)?.[1];
  return {
    file,
    hash: createHash('sha256').update(text).digest('hex'),
    download: size === undefined ? undefined : Number(size),
  };
}

function refuse(file: string, reason: string, cause?: unknown): SftError {
  const remedy = 'name every package with its version, name==1.2.3, as pip freeze writes them';
  return new SftError('lock-file', reason, { file, remedy, exitCode: 2, cause });
}
