import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from './errors';
import { recoverFolder, writeFileAtomic, writeFolderAtomic } from './files';
import { mountSmallDisk, NO_SMALL_DISK } from '../../test/small-disk';
import { NO_LINKS } from '../../test/system-limits';

/** Big enough that a save takes several writes. */
const SIZE = 300_000;
const content = (generation: number): string => `${generation}\n`.repeat(SIZE / `${generation}\n`.length);

async function saveFolder(target: string, generation: number): Promise<void> {
  await writeFolderAtomic(target, async (folder) => {
    await fs.promises.writeFile(path.join(folder, 'weights'), content(generation));
    await fs.promises.mkdir(path.join(folder, 'inner'));
    await fs.promises.writeFile(path.join(folder, 'inner', 'optimizer'), content(generation));
  });
}

/** The generation a saved file holds; fails where it is not whole. */
function generationOf(file: string): number {
  const text = readFileSync(file, 'utf8');
  const generation = Number.parseInt(text, 10);
  assert.equal(text, content(generation), `${file} is torn`);
  return generation;
}

function generationOfFolder(folder: string): number {
  const generation = generationOf(path.join(folder, 'weights'));
  assert.equal(generationOf(path.join(folder, 'inner', 'optimizer')), generation);
  assert.deepEqual(readdirSync(folder).sort(), ['inner', 'weights']);
  return generation;
}

/**
 * The child: saves generations 1, 2, ... of a file and a folder. With `killAt` it kills itself at that call of the file system
 * within generation 2, so that every moment between two calls is tried.
 */
async function child(folder: string, killAt: number): Promise<void> {
  let calls = -1;
  const tick = (): void => {
    if (calls < 0) return;
    calls += 1;
    if (calls === killAt) process.kill(process.pid, 'SIGKILL');
  };
  const wrap = (owner: object, names: readonly string[]): void => {
    for (const name of names) {
      const original = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
      Reflect.set(owner, name, async (...values: unknown[]) => {
        tick();
        const result = await original.apply(owner, values);
        if (name === 'open') wrap(result as object, ['sync', 'writeFile', 'close', 'chmod']);
        return result;
      });
    }
  };
  wrap(fs.promises, ['mkdir', 'open', 'readdir', 'rename', 'rm', 'stat', 'writeFile']);
  for (let generation = 1; killAt === 0 || generation <= 2; generation++) {
    if (killAt > 0 && generation === 2) calls = 0;
    await writeFileAtomic(path.join(folder, 'file'), content(generation));
    await saveFolder(path.join(folder, 'checkpoint'), generation);
    fs.writeSync(1, `${generation}\n`);
  }
  fs.writeSync(1, `calls ${calls}\n`);
}

const childArguments = process.env['SFT_TEST_FILES_CHILD'];
if (childArguments !== undefined) {
  const [folder, killAt] = JSON.parse(childArguments) as [string, number];
  void child(folder, killAt);
} else {
  const root = mkdtempSync(path.join(tmpdir(), 'sft-files-'));
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  let number = 0;
  const fresh = (): string => {
    const folder = path.join(root, String(number++));
    mkdirSync(folder);
    return folder;
  };
  const childEnvironment = (folder: string, killAt: number): NodeJS.ProcessEnv => ({
    ...process.env,
    NODE_TEST_CONTEXT: undefined,
    SFT_TEST_FILES_CHILD: JSON.stringify([folder, killAt]),
  });

  describe('writeFileAtomic', () => {
    it('writes text and bytes, replaces, and leaves nothing else', async () => {
      const folder = fresh();
      const file = path.join(folder, 'a.json');
      await writeFileAtomic(file, 'one');
      await writeFileAtomic(file, new Uint8Array([0xc3, 0xa9]));
      assert.equal(readFileSync(file, 'utf8'), 'é');
      assert.deepEqual(readdirSync(folder), ['a.json']);
    });

    it('keeps the mode of the former file and writes through a link', { skip: NO_LINKS }, async () => {
      const folder = fresh();
      const file = path.join(folder, 'real.json');
      const link = path.join(folder, 'link.json');
      writeFileSync(file, 'old');
      chmodSync(file, 0o640);
      symlinkSync(file, link);
      await writeFileAtomic(link, 'new');
      assert.equal(readFileSync(file, 'utf8'), 'new');
      assert.equal(statSync(file).mode & 0o777, 0o640);
      assert.ok(fs.lstatSync(link).isSymbolicLink());
    });

    it('removes what a dead writer left, and leaves what a living one writes', async () => {
      const folder = fresh();
      const file = path.join(folder, 'a.json');
      const dead = spawnSync(process.execPath, ['-e', '']).pid;
      writeFileSync(`${file}.tmp-${dead}-1-1`, 'half');
      writeFileSync(`${file}.tmp-${process.ppid}-x-1`, 'being written');
      await writeFileAtomic(file, 'whole');
      assert.deepEqual(readdirSync(folder).sort(), ['a.json', `a.json.tmp-${process.ppid}-x-1`]);
    });

    it('a missing folder, a file on the way and a folder of that name are errors with a remedy', async () => {
      const folder = fresh();
      writeFileSync(path.join(folder, 'file'), '');
      mkdirSync(path.join(folder, 'taken'));
      for (const target of ['missing/a.json', 'file/a.json', 'taken']) {
        await assert.rejects(writeFileAtomic(path.join(folder, target), 'x'), (error: unknown) => {
          assert.ok(error instanceof SftError, String(error));
          assert.equal(error.code, 'not-writable');
          assert.equal(error.file, path.join(folder, target));
          assert.ok(error.remedy);
          return true;
        });
      }
      assert.deepEqual(readdirSync(folder).sort(), ['file', 'taken']);
    });
  });

  describe('writeFolderAtomic', () => {
    it('writes, replaces, and leaves nothing else', async () => {
      const target = path.join(fresh(), 'checkpoint');
      await saveFolder(target, 1);
      await saveFolder(target, 2);
      assert.equal(generationOfFolder(target), 2);
      assert.deepEqual(readdirSync(path.dirname(target)), ['checkpoint']);
    });

    it('makes no folder above its own: one that was deleted stays deleted', async () => {
      const folder = fresh();
      await assert.rejects(saveFolder(path.join(folder, 'run', 'checkpoint'), 1), { code: 'not-writable' });
      assert.deepEqual(readdirSync(folder), []);
    });

    it('does not replace a file', async () => {
      const file = path.join(fresh(), 'notes.txt');
      writeFileSync(file, 'mine');
      await assert.rejects(saveFolder(file, 1), { code: 'not-writable' });
      assert.equal(readFileSync(file, 'utf8'), 'mine');
    });

    it('keeps the former folder where writing fails, and passes the error on', async () => {
      const folder = fresh();
      const target = path.join(folder, 'checkpoint');
      await saveFolder(target, 1);
      const failure = new Error('from inside');
      await assert.rejects(
        writeFolderAtomic(target, async (temporary) => {
          await fs.promises.writeFile(path.join(temporary, 'weights'), 'half');
          throw failure;
        }),
        failure,
      );
      assert.equal(generationOfFolder(target), 1);
      assert.deepEqual(readdirSync(folder), ['checkpoint']);
    });
  });

  describe('kill -9 while saving', () => {
    it('at every call of the file system: the old or the new is whole, and the next save works', async () => {
      let killed = 0;
      for (let killAt = 1; ; killAt++) {
        const folder = fresh();
        const result = spawnSync(process.execPath, [__filename], {
          env: childEnvironment(folder, killAt),
          encoding: 'utf8',
        });
        const file = path.join(folder, 'file');
        const checkpoint = path.join(folder, 'checkpoint');
        // Of a process that killed itself Windows says that it exited.
        if (result.signal !== 'SIGKILL' && !(process.platform === 'win32' && result.status === 1)) {
          assert.equal(result.status, 0, result.stderr);
          assert.equal(result.stdout, `1\n2\ncalls ${killAt - 1}\n`);
          break;
        }
        killed += 1;
        assert.equal(await recoverFolder(checkpoint), true);
        assert.ok([1, 2].includes(generationOf(file)));
        assert.ok([1, 2].includes(generationOfFolder(checkpoint)));
        await writeFileAtomic(file, content(3));
        await saveFolder(checkpoint, 3);
        assert.equal(generationOf(file), 3);
        assert.equal(generationOfFolder(checkpoint), 3);
        assert.deepEqual(readdirSync(folder).sort(), ['checkpoint', 'file']);
      }
      assert.ok(killed > 20, `only ${killed} moments were tried`);
    });

    it('from outside at whatever moment it is in', async () => {
      for (let round = 0; round < 12; round++) {
        const folder = fresh();
        const writer = spawn(process.execPath, [__filename], {
          env: childEnvironment(folder, 0),
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let saved = 0;
        const ended = new Promise<void>((resolve) =>
          writer.once('exit', () => {
            resolve();
          }),
        );
        writer.stdout.setEncoding('utf8').on('data', (text: string) => {
          saved = Number(text.trim().split('\n').at(-1));
          // The moment is what is tried here: a different fraction of a save (some milliseconds) in each round.
          setTimeout(() => writer.kill('SIGKILL'), round * 0.7);
        });
        await ended;
        const checkpoint = path.join(folder, 'checkpoint');
        assert.equal(await recoverFolder(checkpoint), true);
        assert.ok(saved >= 1);
        assert.ok(generationOf(path.join(folder, 'file')) >= saved);
        assert.ok(generationOfFolder(checkpoint) >= saved);
        assert.deepEqual(
          readdirSync(folder).filter((name) => name.startsWith('checkpoint')),
          ['checkpoint'],
        );
      }
    });
  });

  describe('a full disk', () => {
    const mount = path.join(root, 'small-disk');
    const disk = mountSmallDisk(mount, '1m');
    after(() => {
      disk?.unmount();
    });
    const skip = disk === undefined && NO_SMALL_DISK;

    it('is told by name, and the former file and folder survive', { skip }, async () => {
      const file = path.join(mount, 'file');
      const checkpoint = path.join(mount, 'checkpoint');
      await writeFileAtomic(file, 'former');
      await saveFolder(checkpoint, 1);
      const full = (error: unknown): boolean => {
        assert.ok(error instanceof SftError, String(error));
        assert.equal(error.code, 'disk-full');
        assert.match(error.remedy ?? '', /free some space/);
        return true;
      };
      await assert.rejects(writeFileAtomic(file, new Uint8Array(2_000_000)), full);
      await assert.rejects(saveFolder(checkpoint, 2), full);
      assert.equal(readFileSync(file, 'utf8'), 'former');
      assert.equal(generationOfFolder(checkpoint), 1);
      assert.deepEqual(readdirSync(mount).sort(), ['checkpoint', 'file']);
    });

    it('a read-only disk as well', { skip }, async () => {
      const file = path.join(mount, 'file');
      disk!.setReadOnly(true);
      try {
        await assert.rejects(writeFileAtomic(file, 'x'), { code: 'not-writable' });
        await assert.rejects(saveFolder(path.join(mount, 'checkpoint'), 2), { code: 'not-writable' });
      } finally {
        disk!.setReadOnly(false);
      }
      assert.equal(readFileSync(file, 'utf8'), 'former');
    });
  });
}
