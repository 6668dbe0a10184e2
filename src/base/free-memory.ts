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

/** memory.max of the process's control group less what is in use and cannot be dropped; undefined where there is no limit. */
async function controlGroupMemory(): Promise<number | undefined> {
  const group = /^0::(.*)$/m.exec(await readText('/proc/self/cgroup'))?.[1];
  if (group === undefined) return undefined;
  // Within a container its own group is the root of what it sees.
  for (const folder of [`/sys/fs/cgroup${group}`, '/sys/fs/cgroup']) {
    const limit = Number.parseInt(await readText(`${folder}/memory.max`), 10);
    const used = Number.parseInt(await readText(`${folder}/memory.current`), 10);
    if (Number.isNaN(limit) || Number.isNaN(used)) continue;
    const files = /^inactive_file (\d+)$/m.exec(await readText(`${folder}/memory.stat`))?.[1] ?? '0';
    return Math.max(0, limit - used + Number(files));
  }
  return undefined;
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
