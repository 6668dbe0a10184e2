import { createRequire } from 'node:module';
import path from 'node:path';
import { SftError } from '../base/errors';
import { ownFolder } from '../base/own-folders';

/** A package of npm that a device uses where a person has installed it. */
export interface OptionalPackage {
  readonly kind: string;
  readonly name: string;
  /** What it brings, for people. */
  readonly brings: string;
}

/** Where a person installs it for all versions of this program: an extension's own folder goes with its next version. */
export function packageHome({ kind }: OptionalPackage): string {
  return path.join(ownFolder('data'), kind);
}

/**
 * Its manifests: of the one in the folder that a variable names (SFT_WEBGPU), in `packageHome`, and beside this program.
 * @throws SftError webgpu-unusable and so on, where the package is damaged
 */
export function findPackage(wanted: OptionalPackage, env: NodeJS.ProcessEnv = process.env): string[] {
  const named = env[`SFT_${wanted.kind.toUpperCase()}`];
  const folders = [
    ...(named === undefined || named === '' ? [] : [path.resolve(named)]),
    packageHome(wanted),
    __dirname,
  ];
  return folders.flatMap((folder) => {
    try {
      return [createRequire(path.join(folder, 'any.js')).resolve(`${wanted.name}/package.json`)];
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return [];
      throw packageUnusable(wanted, folder, error);
    }
  });
}

/** What it comes to that a package which is there cannot be used. @param remedy in place of installing it again */
export function packageUnusable(
  { kind, name, brings }: OptionalPackage,
  file: string,
  error: unknown,
  remedy = `install the package ${name} again, or use --device cpu`,
): SftError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SftError(`${kind}-unusable`, `${brings} cannot be loaded: ${reason}`, {
    file,
    remedy,
    exitCode: 2,
    cause: error,
  });
}
