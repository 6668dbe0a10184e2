// One window of VS Code in a browser, as a person uses it: by keyboard and by what is on the screen.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { root } from '../../../scripts/setup.mjs';
import { within } from '../pace.mjs';

const limit = () => within(60_000);
/** What VS Code may take away at any time is waited for so long, and then asked for again. */
const attemptLimit = () => within(5_000);
/** What is drawn at once or not at all. */
const momentLimit = () => within(2_000);
export const shots = path.join(root, '.cache/vscode-screenshots');

/** VS Code follows the browser's colour scheme, so that a picture in another theme needs no other server. */
export const themeSettings = {
  'window.autoDetectColorScheme': true,
  'workbench.preferredLightColorTheme': 'Default Light Modern',
  'workbench.preferredDarkColorTheme': 'Default Dark Modern',
  'workbench.preferredHighContrastColorTheme': 'Default High Contrast',
};

const themes = {
  light: { media: { colorScheme: 'light', forcedColors: 'none' }, body: '.monaco-workbench.vs' },
  'high-contrast': { media: { colorScheme: 'dark', forcedColors: 'active' }, body: '.monaco-workbench.hc-black' },
  dark: { media: { colorScheme: 'dark', forcedColors: 'none' }, body: '.monaco-workbench.vs-dark' },
};

export class Window {
  /** @param server as startServer gives it */
  constructor(page, server, workspace) {
    this.page = page;
    this.server = server;
    this.workspace = workspace;
    page.setDefaultTimeout(limit());
  }

  /** Opens the workspace at one of its files, every other editor closed. A window that is there is used again: loading one takes seconds. */
  async openFile(name) {
    const file = path.join(this.workspace, name);
    if (await this.page.locator('.monaco-workbench').isVisible()) await this.openInWindow(file);
    else await this.openWindow(file);
    await this.page.locator(`.tab.active[data-resource-name="${path.basename(name)}"]`).waitFor();
  }

  async openInWindow(file) {
    await this.runCommand('View: Close All Editors');
    const input = this.page.locator('.quick-input-widget input.input');
    await this.runCommand('File: Open File...', { asks: true });
    // It writes the folder there once it has read it.
    await this.page.waitForFunction(() =>
      document.querySelector('.quick-input-widget input.input')?.value.endsWith('/'),
    );
    await this.until(async (timeout) => {
      await input.fill(file, { timeout });
      await input.press('Enter', { timeout });
      await input.waitFor({ state: 'hidden', timeout: momentLimit() });
    });
  }

  async openWindow(file) {
    const payload = JSON.stringify([['openFile', `vscode-remote://${new URL(this.server.origin).host}${file}`]]);
    const query = new URLSearchParams({ folder: this.workspace, payload });
    await this.page.goto(`${this.server.origin}/?${query}`, { timeout: 2 * limit() });
  }

  /** Opens the workspace with what was open in it before. */
  async openFolder() {
    await this.page.goto(`${this.server.origin}/?${new URLSearchParams({ folder: this.workspace })}`, {
      timeout: 2 * limit(),
    });
    await this.page.locator('.monaco-workbench').waitFor();
  }

  /** Loads the window anew, as a person does: after `openFolder` with what was open in it, after `openFile` with that file. */
  async reload() {
    const loaded = this.page.waitForEvent('load', { timeout: 2 * limit() });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench').waitFor();
  }

  /** Runs a command from the palette, found by its title; one that asks takes the palette's place with its question. */
  async runCommand(title, { asks = false } = {}) {
    const { page } = this;
    const input = page.locator('.quick-input-widget input.input');
    const found = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    // A window that is still opening takes the focus, and the palette goes with it; one that was opened too early lacks commands.
    await this.until(async (timeout) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await input.waitFor({ timeout: momentLimit() });
      // Not by typing: that goes to where the focus has just gone, and that may be a text.
      await input.evaluate((node, text) => {
        node.value = text;
        node.dispatchEvent(new Event('input', { bubbles: true }));
      }, `>${title}`);
      await found.waitFor({ timeout });
      // Not by Enter: it would go into the text where the palette has just gone.
      await found.click({ timeout });
    });
    if (asks)
      await page.waitForFunction(
        () => document.querySelector('.quick-input-widget input.input')?.value.startsWith('>') === false,
      );
    else await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Shows the dashboard of the run with this name. */
  async showDashboard(run) {
    // A view that is being restored takes the focus, and the list goes with it.
    await this.until(async (timeout) => {
      await this.runCommand('SFT: Show Dashboard', { asks: true });
      await this.choose(run, timeout);
    });
  }

  /** Chooses from the list that is open. @param timeout ms */
  async choose(text, timeout = limit()) {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click({ timeout });
  }

  /** Presses a key until it shows something: a menu goes where what stands around it is laid out anew, or the focus is taken. */
  async press(key, shown) {
    const { keyboard } = this.page;
    await this.until(async (timeout) => {
      await keyboard.press('Escape');
      await keyboard.press(key);
      await shown.waitFor({ timeout });
    });
  }

  /**
   * Does something again until it succeeds; its failure is the last one.
   * @param attempt is given the limit for each of its waits, ms
   */
  async until(attempt) {
    const end = Date.now() + limit();
    for (;;) {
      try {
        return await attempt(attemptLimit());
      } catch (error) {
        if (Date.now() > end) throw error;
        await this.nextFrame();
      }
    }
  }

  /** A notification with this text, in the list of all of them: its toast fades, on a busy machine before it is read. */
  async notification(text) {
    const list = this.page.locator('.notifications-center');
    const item = list.locator('.notification-list-item', { hasText: text });
    await this.until(async (timeout) => {
      if (!(await list.isVisible())) await this.page.locator('#status\\.notifications').click({ timeout });
      // What the bell says under the pointer lies on the list.
      await this.page.mouse.move(0, 0);
      await item.waitFor({ timeout });
    });
    return item;
  }

  async clearNotifications() {
    await this.runCommand('Notifications: Clear All Notifications');
    await this.page.locator('.notifications-center').waitFor({ state: 'hidden' });
  }

  /** Puts the cursor at a place, 1-based. */
  async goTo(line, column = 1) {
    const { page } = this;
    await page
      .locator('.editor-group-container.active .monaco-editor')
      .first()
      .click({ position: { x: 300, y: 100 } });
    const input = page.locator('.quick-input-widget input.input');
    await this.press('Control+g', input);
    await input.fill(`:${line}:${column}`);
    await input.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  }

  /** The webview that is on the screen. */
  get webview() {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** The frame of the webview on the screen that shows `selector`. */
  async frameWith(selector) {
    const shown = async () => {
      for (const frame of this.page.frames()) {
        if (
          await frame
            .locator(selector)
            .first()
            .isVisible()
            .catch(() => false)
        )
          return frame;
      }
      return undefined;
    };
    const end = Date.now() + limit();
    for (;;) {
      const frame = await shown();
      if (frame !== undefined) return frame;
      if (Date.now() > end) throw new Error(`no view shows ${selector}`);
      // Frames come and go without an event that tells what they show: the next animation frame looks again.
      await this.nextFrame();
    }
  }

  async nextFrame() {
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }

  async picture(name) {
    await this.page.screenshot({ path: this.shot(name) });
  }

  /** What asks or tells something on the screen, for somebody who has no picture of it. */
  async words() {
    const asking = '.monaco-dialog-box, .quick-input-widget, .notification-toast, .tab, .statusbar-item.left';
    const texts = (selector) =>
      this.page
        .locator(selector)
        .filter({ visible: true })
        .allInnerTexts()
        .catch((error) => [String(error)]);
    const at = await this.page
      .evaluate(() => {
        const { tagName, className, title } = document.activeElement ?? {};
        return `${tagName} ${className} ${title ?? ''}`;
      })
      .catch(String);
    const rows = await texts('.monaco-list-row.focused, .monaco-list-row.selected');
    const told = [
      ...(await texts(asking)),
      `the focus is at ${at}`,
      ...rows.map((row) => `focused or selected: ${row}`),
    ];
    return ['on the screen:', ...told.map((text) => text.replace(/\s+/g, ' ').trim())].join('\n  ');
  }

  /** Where a picture of this name lies. */
  shot(name) {
    return path.join(shots, `${name}.png`);
  }

  /** Pictures of what is on the screen in every theme, where somebody is to look at them (`npm run test:vscode`): they take minutes. */
  async pictures(view) {
    if (process.env.SFT_TEST_THEMES !== 'all') return;
    for (const [theme, { media, body }] of Object.entries(themes)) {
      await this.page.emulateMedia(media);
      await this.page.locator(body).waitFor();
      await this.settled();
      await this.picture(`${view}-${theme}`);
    }
  }

  /** Resolves when two pictures in a row are the same: colours fade in, widgets slide. */
  async settled() {
    let before = await this.page.screenshot();
    for (let round = 0; round < 20; round++) {
      const now = await this.page.screenshot();
      if (now.equals(before)) return;
      before = now;
    }
  }
}

/** What the command line says about a file: the standard output of `sft ARGS --json`. */
export function sft(...args) {
  try {
    const entry = path.join(root, 'dist/sft.js');
    return JSON.parse(execFileSync(process.execPath, [entry, ...args, '--json'], { encoding: 'utf8' }));
  } catch (error) {
    // Exit code 1 says that the data has errors; the JSON is printed all the same.
    return JSON.parse(error.stdout);
  }
}
