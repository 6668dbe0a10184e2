import { open } from 'node:fs/promises';
import type { RunEvent } from './folder/event-schema';
import type { RunFolder } from './folder/run-folder';

/** So much of the end of events.jsonl is read: some fifty steps. */
const TAIL = 16 * 1024;

/** How a run gets on, as the end of its event log tells. */
export interface RunProgress {
  /** Updates done; undefined before the first. */
  readonly step: number | undefined;
  /** Of the last step, nats. */
  readonly loss: number | undefined;
}

/** Reads the end of the event log; costs the same however long it is. */
export async function readProgress(folder: RunFolder): Promise<RunProgress> {
  return progressOf(await lastEvents(folder.eventsFile));
}

/** @param events the last ones, in their order */
export function progressOf(events: readonly RunEvent[]): RunProgress {
  const last = events.findLast((event) => event.type === 'step');
  return { step: last?.step, loss: last?.loss };
}

/** `2.315`; three digits after the point are what a person compares. */
export function lossText(loss: number): string {
  return loss.toFixed(3);
}

/** `45 s`, `3 min`, `1 h 20 min`, `2 d 3 h`: as exact as a guess deserves. */
export function durationText(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

async function lastEvents(file: string): Promise<RunEvent[]> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first line is cut where reading began inside the file; the last is empty or being written.
    return lines.slice(start === 0 ? 0 : 1, -1).flatMap((line) => parseLine(line));
  } finally {
    await handle.close();
  }
}

function parseLine(line: string): RunEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? [value as RunEvent] : [];
  } catch {
    return [];
  }
}
