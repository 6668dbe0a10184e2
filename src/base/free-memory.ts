import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';

/**
 * Bytes that a new process can have without others being pushed out. On Linux the kernel's own estimate (MemAvailable: free pages and
 * what it can drop at once), or what the control group leaves where that is less, as in a container; elsewhere what the system calls free.
 */
export async function availableMemory(): Promise<number> {
  const [system, group] = await Promise.all([systemMemory(), controlGroupMemory()]);
  return Math.min(system ?? freemem(), group ?? Infinity);
}

async function systemMemory(): Promise<number | undefined> {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(await readText('/proc/meminfo'))?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** What the process's control group leaves; undefined where it has no limit. */
async function controlGroupMemory(): Promise<number | undefined> {
  const groups = await readText('/proc/self/cgroup');
  const second = /^0::(.*)$/m.exec(groups)?.[1] ?? '';
  const first = /^\d+:(?:\w+,)*memory(?:,\w+)*:(.*)$/m.exec(groups)?.[1] ?? '';
  // Within a container its own group is the root of what it sees.
  const folders = [`/sys/fs/cgroup${second}`, '/sys/fs/cgroup'].map((at) => [at, 'memory.max', 'memory.current']);
  const older = [`/sys/fs/cgroup/memory${first}`, '/sys/fs/cgroup/memory'].map((at) => [
    at,
    'memory.limit_in_bytes',
    'memory.usage_in_bytes',
  ]);
  for (const [folder, most, now] of [...folders, ...older]) {
    const [limit, used, stat] = await Promise.all(
      [most, now, 'memory.stat'].map((name) => readText(`${folder}/${name}`)),
    );
    const left = leftInGroup(limit!, used!, stat!);
    if (left !== undefined) return left;
  }
  return undefined;
}

/**
 * Bytes that a control group leaves: its limit less what is in use and cannot be dropped. Pages of files can, those read more than once
 * (active) as well as the others: a group that has read many files is full of them, and still has room.
 *
 * @param limit, used, stat what memory.max, memory.current and memory.stat hold (version 1 names them otherwise)
 * @returns undefined where there is no such group, or it has no limit
 */
export function leftInGroup(limit: string, used: string, stat: string): number | undefined {
  const [most, now] = [Number.parseInt(limit, 10), Number.parseInt(used, 10)];
  if (Number.isNaN(most) || Number.isNaN(now)) return undefined;
  // With its children's, which version 1 counts in `total_`.
  const bytes = (name: string): number =>
    Number(
      new RegExp(`^total_${name} (\\d+)$`, 'm').exec(stat)?.[1] ??
        new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ??
        0,
    );
  const droppable = bytes('inactive_file') + bytes('active_file') + bytes('slab_reclaimable');
  return Math.max(0, most - Math.max(0, now - droppable));
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
