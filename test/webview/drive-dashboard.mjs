// What the benchmark of the dashboard runs within its page. Columns of numbers come as base64: the protocol of the browser carries typed
// arrays number by number, VS Code's does not.

/** @returns ms from the first message to the drawn frame */
export async function openInPage(texts) {
  const unpack = (_key, value) =>
    value?.packed === undefined
      ? value
      : new Float64Array(Uint8Array.from(atob(value.packed), (letter) => letter.charCodeAt(0)).buffer);
  const messages = texts.map((text) => JSON.parse(text, unpack));
  const begin = performance.now();
  for (const message of messages) window.postMessage(message, '*');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (document.getElementById('root').getAttribute('aria-busy') !== 'false') await frame();
  await frame();
  return performance.now() - begin;
}

/** Sends one step in each update; returns when it has begun. */
export function updateInPage({ steps, updates, every }) {
  let sent = 0;
  const timer = setInterval(() => {
    if (++sent === updates) clearInterval(timer);
    const one = (value) => Float64Array.of(value);
    const columns = {
      step: one(steps + sent),
      loss: one(1.1 + Math.random() / 5),
      learning_rate: one(1e-6),
      grad_norm: one(0.4 + Math.random() / 5),
      tokens_per_second: one(4200 + 400 * Math.random()),
      peak_memory: one(7e8),
    };
    const known = { status: 'running', step: steps + sent, totalSteps: steps + updates };
    const status = { ...known, secondsLeft: 5, secondsTaken: 9, warnings: [] };
    window.postMessage({ type: 'steps', run: 0, kept: steps + sent - 1, columns }, '*');
    window.postMessage({ type: 'status', run: 0, status }, '*');
  }, every);
}

/** The times between frames, ms, for so long. */
export async function framesInPage(milliseconds) {
  const frames = [];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const begin = await frame();
  let last = begin;
  while (last - begin < milliseconds) {
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  return frames;
}
