// A view as somebody uses it who has a keyboard and nothing else.
import assert from 'node:assert/strict';
import { within } from '../pace.mjs';

/** Room for a ring around what has the focus, px. */
const RING = 5;
/** More stops than any view has. */
const MOST = 200;

/**
 * Goes through a view with Tab from its beginning until the focus is back in VS Code. Each stop must have a name and be seen to have
 * the focus, everything that can be used must be a stop, and nothing may hold the focus for ever.
 * @param frame of the webview
 * @returns the names of the stops in their order
 */
export async function tabThrough(window, frame) {
  await focusBeginning(frame);
  const names = [];
  for (;;) {
    await window.page.keyboard.press('Tab');
    const stop = await frame.evaluate(nextStop);
    if (stop === undefined) break;
    assert.ok(names.length < MOST, `Tab does not leave the view: ${names.join(', ')}`);
    assert.ok(!stop.seen, `Tab goes in circles at ${stop.name}`);
    assert.notEqual(stop.name, '', `after ${names.at(-1)} comes a ${stop.tag} without a name`);
    await assertVisibleFocus(window, frame, stop.name);
    names.push(stop.name);
  }
  assert.deepEqual(await frame.evaluate(missedStops), [], `Tab reaches ${names.join(', ')}`);
  return names;
}

/** The next Tab goes to the first stop of the view. */
export async function focusBeginning(frame) {
  await frame.evaluate(() => {
    const { body } = document;
    window.tabStops = new Set();
    body.tabIndex = -1;
    body.focus();
    body.removeAttribute('tabindex');
  });
}

/** Resolves when what has this name has the focus, or what begins with it. */
export async function focusOn(frame, name) {
  const end = Date.now() + within(30_000);
  for (;;) {
    const stop = await frame.evaluate(nextStop);
    if (stop?.name.startsWith(name)) return;
    if (Date.now() > end) {
      const alerts = (await frame.locator('[role="alert"]').allTextContents()).filter((text) => text !== '');
      throw new Error([`${stop?.name ?? 'VS Code'} has the focus, not ${name}`, ...alerts].join('; '));
    }
    await frame.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

/** Presses Tab until the focus is on what has this name, or begins with it. */
export async function tabTo(window, frame, name, key = 'Tab') {
  const passed = [];
  while (passed.length < MOST) {
    await window.page.keyboard.press(key);
    const stop = await frame.evaluate(nextStop);
    if (stop !== undefined && stop.name.startsWith(name)) return;
    passed.push(stop?.name ?? 'VS Code');
  }
  throw new Error(`${key} does not come to ${name}: ${passed.join(', ')}`);
}

/** The picture of the place with the focus is another one than without; looked at again while the view is still being laid out. */
async function assertVisibleFocus(window, frame, name) {
  const { page } = window;
  const element = await frame.evaluateHandle(() => document.activeElement);
  await window.until(async () => {
    const clip = await clipOf(page, await element.evaluateHandle((node) => node.closest('label, .box') ?? node));
    const withFocus = await page.screenshot({ clip });
    await element.evaluate((node) => node.blur());
    const without = await page.screenshot({ clip });
    await element.evaluate((node) => node.focus({ preventScroll: true }));
    assert.ok(!withFocus.equals(without), `it is not seen that ${name} has the focus`);
  });
}

async function clipOf(page, element) {
  const box = await element.boundingBox();
  const { width, height } = page.viewportSize();
  const [x, y] = [Math.max(0, box.x - RING), Math.max(0, box.y - RING)];
  return {
    x,
    y,
    width: Math.min(width, box.x + box.width + RING) - x,
    height: Math.min(height, box.y + box.height + RING) - y,
  };
}

/* What follows runs in the view. */

function nextStop() {
  const { activeElement } = document;
  if (!document.hasFocus() || activeElement === null || activeElement === document.body) return undefined;
  const stops = (window.tabStops ??= new Set());
  const seen = stops.has(activeElement);
  stops.add(activeElement);
  const labelled = activeElement.closest('fieldset')?.querySelector('legend')?.textContent ?? '';
  const own =
    activeElement.getAttribute('aria-label') ??
    (activeElement.labels?.[0]?.textContent || activeElement.textContent || activeElement.getAttribute('title') || '');
  return { name: `${labelled} ${own}`.replaceAll(/\s+/g, ' ').trim(), tag: activeElement.tagName.toLowerCase(), seen };
}

function missedStops() {
  const usable = 'a[href], button, input, select, textarea, summary, vscode-button, [tabindex="0"]';
  const ofGroup = (node) => {
    if (node.type !== 'radio') return node;
    const group = [...document.getElementsByName(node.name)];
    return group.find(({ checked }) => checked) ?? group[0];
  };
  return [...document.querySelectorAll(usable)]
    .filter((node) => !node.disabled && node.checkVisibility() && ofGroup(node) === node && !window.tabStops.has(node))
    .map((node) => node.getAttribute('aria-label') ?? node.textContent ?? node.tagName);
}
