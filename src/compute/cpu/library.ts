import path from 'node:path';
import koffi from 'koffi';
import { SftError } from '../../base/errors';
import { findBuilt } from '../find-built';
import { bindLibrary, type CpuLibrary } from './bindings';

const ABI_VERSION = 6;
const FILE_NAMES: Readonly<Record<string, string>> = { darwin: 'libsft_cpu.dylib', win32: 'libsft_cpu.dll' };

let loaded: CpuLibrary | undefined;

/**
 * The native library of this platform, loaded once.
 * @throws SftError native-library-missing, native-library-unusable
 */
export function cpuLibrary(): CpuLibrary {
  loaded ??= load(findLibrary(__dirname));
  return loaded;
}

/**
 * dist/native/<platform>-<arch>/ in `start` or a folder above it: the checkout's or the extension's; or the package of this platform that npm
 * has put beside that of the command line.
 * @throws SftError native-library-missing
 */
export function findLibrary(start: string): string {
  const target = `${process.platform}-${process.arch}`;
  const name = FILE_NAMES[process.platform] ?? 'libsft_cpu.so';
  const places = [path.join('dist', 'native', target), path.join('node_modules', `sft-workbench-${target}`)];
  const file = findBuilt(
    start,
    places.map((place) => path.join(place, name)),
  );
  if (file !== undefined) return file;
  throw new SftError('native-library-missing', `the CPU kernels are not built for ${target}`, {
    remedy: 'run npm run build:native (it needs g++ or clang++)',
    exitCode: 2,
  });
}

function load(file: string): CpuLibrary {
  const remedy = 'run npm run build:native';
  let library: CpuLibrary;
  try {
    library = bindLibrary(koffi.load(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SftError('native-library-unusable', reason, { file, remedy, exitCode: 2, cause: error });
  }
  if (library.abiVersion() !== ABI_VERSION) {
    throw new SftError('native-library-unusable', 'built from another version of this program', {
      file,
      remedy,
      exitCode: 2,
    });
  }
  return library;
}
