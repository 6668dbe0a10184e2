// npm run bench dashboard: a run of 100,000 steps on the dashboard. Prints how long it takes to read and to draw, how long the editor's
// thread is held up, how steady the frames are while 20 steps a second come in, and the memory of the view, in Chromium.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { factsOf } from '../src/editor/dashboard/present-run';
import { RunSender } from '../src/editor/dashboard/run-sender';
import { webviewPage } from '../src/editor/webview-page';
import type { ToDashboard } from '../src/messages/dashboard';
import { healthAdvice } from '../src/train/health/health-advice';
import { readOnce, trainedRun, writtenRun } from '../test/webview/dashboard-runs';

const STEPS = 100_000;
/** Updates that are watched, and the time between them, ms. */
const UPDATES = 200;
const EVERY = 50;

interface Metrics {
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  readonly processInfo: readonly { readonly type: string; readonly id: number }[];
}
interface Session {
  send(method: string, parameters?: object): Promise<Metrics>;
}
interface Page {
  context(): { newCDPSession(page: Page): Promise<Session> };
  evaluate<Result, Argument>(
    work: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
}
interface Browser {
  newBrowserCDPSession(): Promise<Session>;
  close(): Promise<void>;
}
interface Harness {
  servePages(page: typeof webviewPage): Promise<{ origin: string; stop(): void }>;
  openPage(browser: Browser, address: string, place: object): Promise<{ page: Page; errors: string[] }>;
  launchBrowser(): Promise<Browser>;
  themes: { dark: object };
  openInPage: (messages: readonly string[]) => Promise<number>;
  framesInPage: (milliseconds: number) => Promise<number[]>;
  updateInPage: (plan: { steps: number; updates: number; every: number }) => void;
}

void main();

async function main(): Promise<void> {
  const trained = trainedRun(path.resolve('.cache/look'));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-bench-dashboard-'));
  try {
    const written = { name: 'long', steps: STEPS, totalSteps: STEPS + UPDATES, status: 'running' } as const;
    const run = writtenRun(folder, trained, written);
    const size = statSync(path.join(run, 'events.jsonl')).size / 1e6;
    console.log(
      `a run of ${STEPS} steps, events.jsonl of ${size.toFixed(0)} MB; ${os.cpus()[0]?.model ?? ''}, load ${os.loadavg()[0]!.toFixed(1)}`,
    );
    const { messages, spent } = await readRun(run);
    await drawRun(messages, spent);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The editor's side, as it opens a run. */
async function readRun(folder: string): Promise<{ messages: ToDashboard[]; spent: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const used = process.cpuUsage();
  const begin = performance.now();
  const followed = await readOnce(folder);
  const read = performance.now();
  const messages: ToDashboard[] = [{ type: 'show', runs: [factsOf(folder, 'long', followed.run)], differences: [] }];
  const post = (message: ToDashboard): void => {
    messages.push(message);
  };
  const sender = new RunSender({ run: 0, alone: true, post, advise: healthAdvice });
  sender.send(followed);
  await new Promise((resolve) => setImmediate(resolve));
  sender.advise(followed);
  const end = performance.now();
  const { user, system } = process.cpuUsage(used);
  // The delay of a turn is seen in the turn after it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  console.log(
    `host   read and folded in ${(read - begin).toFixed(0)} ms, columns and advice in ${(end - read).toFixed(0)} ms`,
  );
  console.log(`host   ${((user + system) / 1000).toFixed(0)} ms of work`);
  console.log(`host   never held up longer than ${(delay.max / 1e6).toFixed(0)} ms`);
  return { messages, spent: end - begin };
}

/** The view's side in a browser. */
async function drawRun(messages: readonly ToDashboard[], spent: number): Promise<void> {
  const load = async (file: string): Promise<Partial<Harness>> =>
    (await import(pathToFileURL(path.resolve(file)).href)) as Partial<Harness>;
  const harness = {
    ...(await load('test/webview/pages.mjs')),
    ...(await load('test/webview/themes.mjs')),
    ...(await load('scripts/vscode-host.mjs')),
    ...(await load('test/webview/drive-dashboard.mjs')),
  } as Harness;
  const browser = await harness.launchBrowser();
  const pages = await harness.servePages(webviewPage);
  try {
    const place = { theme: 'dark', variables: harness.themes.dark, width: 1160 };
    const { page, errors } = await harness.openPage(browser, `${pages.origin}/dashboard`, place);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const before = await rendererMemory(browser);
    const idle = await taskTime(session);
    const drawn = await page.evaluate(harness.openInPage, messages.map(packed));
    const opened = await taskTime(session);
    console.log(
      `view   drawn in ${drawn.toFixed(0)} ms (${(opened - idle).toFixed(0)} ms of work, unpacking for this benchmark included)`,
    );
    console.log(`open   ${(spent + drawn).toFixed(0)} ms in all`);
    // What this benchmark has left behind by its unpacking.
    await session.send('HeapProfiler.collectGarbage');
    // What the machine itself makes late shows while nothing comes in.
    const still = await page.evaluate(harness.framesInPage, UPDATES * EVERY);
    console.log(`frames while nothing comes in: ${lateOf(still)}`);
    const ready = await taskTime(session);
    await page.evaluate(harness.updateInPage, { steps: STEPS, updates: UPDATES, every: EVERY });
    const frames = await page.evaluate(harness.framesInPage, UPDATES * EVERY);
    console.log(`frames while ${1000 / EVERY} steps/s come in: ${lateOf(frames)}`);
    console.log(`view   ${((await taskTime(session)) - ready).toFixed(0)} ms of work for ${UPDATES} updates`);
    await session.send('HeapProfiler.collectGarbage');
    const after = await rendererMemory(browser);
    console.log(
      `memory ${after.toFixed(0)} MB of the view's process (private), ${before.toFixed(0)} MB before the run came`,
    );
    if (errors.length > 0) console.log(errors.join('\n'));
  } finally {
    pages.stop();
    await browser.close();
  }
}

function lateOf(frames: readonly number[]): string {
  const late = frames.filter((frame) => frame > 25).length;
  return `p50 ${bySize(frames, 0.5)}, p95 ${bySize(frames, 0.95)}, max ${bySize(frames, 1)} ms; ${late} of ${frames.length} late`;
}

/** Typed arrays as text: the browser's protocol carries them number by number, VS Code's does not. */
function packed(message: ToDashboard): string {
  return JSON.stringify(message, (_key, value: unknown) =>
    value instanceof Float64Array
      ? { packed: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
      : value,
  );
}

/** What the page's thread has worked so far, ms. */
async function taskTime(session: Session): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
}

/** Private memory of the page's process, MB. */
async function rendererMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1000);
  return Math.max(...sizes);
}

function bySize(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
}
